/**
 * VP9 frames and their configuration record.
 *
 * @module
 */

import { BitReader } from "./bit_reader.ts";
import { ByteReader } from "./byte_reader.ts";
import type { Vp9Config } from "./codec.ts";

/** What the head of a VP9 frame says (VP9 bitstream specification 6.2). */
export interface Vp9FrameHeader {
  readonly profile: number;
  readonly isKey: boolean;
  /** Of a key frame; other frames refer to one. */
  readonly key?: Vp9KeyFrame;
}

/** What only key frames say. */
export interface Vp9KeyFrame {
  /** In luma samples. */
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  /** As in {@linkcode Vp9Config.chromaSubsampling}. */
  readonly chromaSubsampling: number;
  readonly fullRange: boolean;
}

const FRAME_MARKER = 2;
const SYNC_CODE = 0x498342;
const COLOR_SPACE_RGB = 7;

/** `chromaSubsampling` of the record: 4:2:0 with chroma colocated with luma (0, 0), 4:2:2, ... */
const CHROMA_420 = 1;
const CHROMA_422 = 2;
const CHROMA_444 = 3;
const CHROMA_440 = 4;

/**
 * Reads the start of the uncompressed header: of a superframe, that of its first frame.
 *
 * @throws {BitstreamError} when it is cut short, or its marker or sync code is wrong.
 */
export function parseVp9Header(frame: Uint8Array): Vp9FrameHeader {
  const reader = new BitReader(frame, "VP9 frame header");
  if (reader.bits(2) !== FRAME_MARKER) throw reader.error("the frame marker is wrong");
  const profile = reader.bits(1) + 2 * reader.bits(1);
  if (profile === 3 && reader.bit()) throw reader.error("the profile is reserved");
  const showExisting = reader.bit();
  if (showExisting || reader.bit()) return { profile, isKey: false };
  reader.skip(2); // show_frame, error_resilient_mode
  if (reader.bits(24) !== SYNC_CODE) throw reader.error("the sync code is wrong");
  const color = readColor(reader, profile);
  const width = 1 + reader.bits(16);
  const height = 1 + reader.bits(16);
  return { profile, isKey: true, key: { width, height, ...color } };
}

type Color = Pick<Vp9KeyFrame, "bitDepth" | "chromaSubsampling" | "fullRange">;

/** `color_config`, 6.2.2. */
function readColor(reader: BitReader, profile: number): Color {
  const bitDepth = profile < 2 ? 8 : reader.bit() ? 12 : 10;
  const freeSubsampling = profile === 1 || profile === 3;
  if (reader.bits(3) === COLOR_SPACE_RGB) {
    if (!freeSubsampling) throw reader.error("RGB is not allowed in this profile");
    reader.skip(1); // reserved_zero
    return { bitDepth, chromaSubsampling: CHROMA_444, fullRange: true };
  }
  const fullRange = reader.bit();
  if (!freeSubsampling) return { bitDepth, chromaSubsampling: CHROMA_420, fullRange };
  const horizontal = reader.bit();
  const vertical = reader.bit();
  reader.skip(1); // reserved_zero
  return { bitDepth, chromaSubsampling: subsampling(horizontal, vertical), fullRange };
}

function subsampling(horizontal: boolean, vertical: boolean): number {
  if (horizontal) return vertical ? CHROMA_420 : CHROMA_422;
  return vertical ? CHROMA_440 : CHROMA_444;
}

/** ISO/IEC 23091-2: what the frame header has in a code of its own is left open. */
const UNSPECIFIED = 2;

/** The configuration that a key frame tells, without a level; undefined for other frames. */
export function vp9ConfigOf({ profile, key }: Vp9FrameHeader): Vp9Config | undefined {
  return key && {
    codec: "vp9",
    profile,
    level: 0,
    bitDepth: key.bitDepth,
    chromaSubsampling: key.chromaSubsampling,
    fullRange: key.fullRange,
    colourPrimaries: UNSPECIFIED,
    transferCharacteristics: UNSPECIFIED,
    matrixCoefficients: UNSPECIFIED,
  };
}

const RECORD_BYTES = 8;
const FULL_BOX_BYTES = 4;

/**
 * Reads a VPCodecConfigurationRecord (VP Codec ISO Media File Format Binding 2.2). FLV carries the
 * record alone; some writers put the version and flags of MP4's `vpcC` box before it, which the
 * length tells, since the record of VP9 has a fixed one.
 *
 * @throws {BitstreamError} when it is cut short.
 */
export function parseVpcC(record: Uint8Array): Vp9Config {
  const reader = new ByteReader(record, "vpcC");
  if (record.length >= FULL_BOX_BYTES + RECORD_BYTES) reader.skip(FULL_BOX_BYTES);
  const profile = reader.u8();
  const level = reader.u8();
  const format = reader.u8();
  const config: Vp9Config = {
    codec: "vp9",
    profile,
    level,
    bitDepth: format >> 4,
    chromaSubsampling: format >> 1 & 7,
    fullRange: (format & 1) === 1,
    colourPrimaries: reader.u8(),
    transferCharacteristics: reader.u8(),
    matrixCoefficients: reader.u8(),
  };
  reader.skip(2); // codecInitializationDataSize, which is 0 in VP9
  return config;
}

/** Writes a VPCodecConfigurationRecord, without the version and flags of a box; the caller owns it. */
export function serializeVpcC(config: Vp9Config): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(
    config.profile,
    config.level,
    config.bitDepth << 4 | config.chromaSubsampling << 1 | Number(config.fullRange),
    config.colourPrimaries,
    config.transferCharacteristics,
    config.matrixCoefficients,
    0,
    0,
  );
}

/** Level 1.0, for streams that do not tell theirs: the string has no way to leave it open. */
const LOWEST_LEVEL = 10;

/** The codecs parameter of the same binding, section 4, as in "vp09.00.31.08.01.02.02.02.00". */
export function vp9CodecString(config: Vp9Config): string {
  const fields = [
    config.profile,
    config.level || LOWEST_LEVEL,
    config.bitDepth,
    config.chromaSubsampling,
    config.colourPrimaries,
    config.transferCharacteristics,
    config.matrixCoefficients,
    Number(config.fullRange),
  ];
  return ["vp09", ...fields.map((field) => String(field).padStart(2, "0"))].join(".");
}
