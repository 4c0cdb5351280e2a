/**
 * Sample entries that are read, one entry for each four-character code.
 *
 * @module
 */

import { parseAudioSpecificConfig } from "../../../registry/media/aac.ts";
import { parseAv1C } from "../../../registry/media/av1.ts";
import type { CodecConfig } from "../../../registry/media/codec.ts";
import { FLAC_STREAM_INFO_SIZE, parseFlacStreamInfo } from "../../../registry/media/flac.ts";
import { parseAvcC } from "../../../registry/media/h264.ts";
import { parseHvcC } from "../../../registry/media/h265.ts";
import type { LengthSize } from "../../../registry/media/nal.ts";
import { serializeOpusHead } from "../../../registry/media/opus.ts";
import { parseVpcC } from "../../../registry/media/vp9.ts";
import { BoxReader, type ChildBox, childBoxes, findBox, needBox } from "./box_reader.ts";
import { Mp4Error } from "./errors.ts";
import { OBJECT_TYPE, parseEsDescriptor } from "./esds.ts";
import type { Mp4Codec } from "./sample_entries.ts";

/** What a sample entry says. */
export interface SampleEntry {
  readonly kind: "video" | "audio";
  readonly codec: Mp4Codec;
  /** Absent when units tell it: AV1 may leave it to the first key unit, and MP3 and AC-3 always do. */
  readonly config?: CodecConfig;
  /** Bytes of the length before each NAL unit; of no meaning for other codecs. */
  readonly lengthSize: LengthSize;
}

type ReadVideo = (boxes: readonly ChildBox[], type: string) => Omit<SampleEntry, "kind">;
type ReadAudio = (
  boxes: readonly ChildBox[],
) => Omit<SampleEntry, "kind" | "lengthSize"> | undefined;

const VIDEO: ReadonlyMap<string, ReadVideo> = new Map([
  ["avc1", readAvc],
  ["avc3", readAvc],
  ["hvc1", readHevc],
  ["hev1", readHevc],
  ["av01", readAv1],
  ["vp08", () => ({ codec: "vp8", config: { codec: "vp8" }, lengthSize: 4 })],
  ["vp09", readVp9],
]);

const AUDIO: ReadonlyMap<string, ReadAudio> = new Map<string, ReadAudio>([
  ["mp4a", readMp4a],
  [".mp3", () => ({ codec: "mp3" })],
  ["Opus", readOpus],
  ["fLaC", readFlac],
  ["ac-3", () => ({ codec: "ac3" })],
  ["ec-3", () => ({ codec: "eac3" })],
]);

/** Common encryption (ISO/IEC 23001-7 4.1), and what Apple had before it. */
const ENCRYPTED: ReadonlySet<string> = new Set(["encv", "enca", "drmi", "drms"]);

/** Bytes of `VisualSampleEntry` before its boxes (ISO/IEC 14496-12 12.1.3). */
const VISUAL_FIELDS = 78;

/** Bytes that version 1 and 2 of the sound description of QuickTime add. */
const SOUND_EXTENSIONS: readonly number[] = [0, 16, 36];

/**
 * Reads a sample entry, into views of it; undefined when its codec is not known here. In a `.mp4` of
 * QuickTime kind the boxes of `mp4a` may be in a `wave` box.
 *
 * @throws {Mp4Error} when it is damaged or encrypted.
 * @throws {BitstreamError} when its configuration record is.
 */
export function parseSampleEntry({ type, body }: ChildBox): SampleEntry | undefined {
  if (ENCRYPTED.has(type)) throw new Mp4Error(`sample entry ${type}`, "it is encrypted", 0);
  const reader = new BoxReader(body, type);
  const readVideo = VIDEO.get(type);
  if (readVideo !== undefined) {
    reader.skip(VISUAL_FIELDS);
    return { kind: "video", ...readVideo(childBoxes(reader.rest(), type), type) };
  }
  const readAudio = AUDIO.get(type);
  if (readAudio === undefined) return undefined;
  skipAudioFields(reader);
  const entry = readAudio(childBoxes(reader.rest(), type));
  return entry && { kind: "audio", lengthSize: 4, ...entry };
}

/** Channels and rate, which often are not those of the media: what decoders need tells them as well. */
function skipAudioFields(reader: BoxReader): void {
  reader.skip(8); // reserved, data_reference_index
  const version = reader.u16();
  reader.skip(18 + (SOUND_EXTENSIONS[version] ?? 0));
}

function readAvc(boxes: readonly ChildBox[], type: string): Omit<SampleEntry, "kind"> {
  return { codec: "h264", ...parseAvcC(needBox(boxes, "avcC", type)) };
}

function readHevc(boxes: readonly ChildBox[], type: string): Omit<SampleEntry, "kind"> {
  return { codec: "h265", ...parseHvcC(needBox(boxes, "hvcC", type)) };
}

function readAv1(boxes: readonly ChildBox[], type: string): Omit<SampleEntry, "kind"> {
  const config = parseAv1C(needBox(boxes, "av1C", type));
  return { codec: "av1", lengthSize: 4, ...(config && { config }) };
}

function readVp9(boxes: readonly ChildBox[], type: string): Omit<SampleEntry, "kind"> {
  return { codec: "vp9", config: parseVpcC(needBox(boxes, "vpcC", type)), lengthSize: 4 };
}

/** `objectTypeIndication` values of AAC: MPEG-4's, and MPEG-2's three profiles. */
const AAC_TYPES: ReadonlySet<number> = new Set([
  OBJECT_TYPE.aac,
  OBJECT_TYPE.mpeg2AacMain,
  OBJECT_TYPE.mpeg2AacLc,
  OBJECT_TYPE.mpeg2AacSsr,
]);

/** Codecs whose frames tell everything. */
const PLAIN_TYPES: ReadonlyMap<number, "mp3" | "ac3" | "eac3"> = new Map([
  [OBJECT_TYPE.mpeg1Audio, "mp3"],
  [OBJECT_TYPE.mpeg2Audio, "mp3"],
  [OBJECT_TYPE.ac3, "ac3"],
  [OBJECT_TYPE.eac3, "eac3"],
]);

function readMp4a(boxes: readonly ChildBox[]): ReturnType<ReadAudio> {
  const wave = findBox(boxes, "wave");
  const body = needBox(wave === undefined ? boxes : childBoxes(wave, "wave"), "esds", "mp4a");
  const { objectType, specificInfo } = parseEsDescriptor(fullBody(body, "esds"));
  const plain = PLAIN_TYPES.get(objectType);
  if (plain !== undefined) return { codec: plain };
  if (!AAC_TYPES.has(objectType)) return undefined;
  if (specificInfo === undefined) throw new Mp4Error("esds", "AAC has no configuration", 0);
  parseAudioSpecificConfig(specificInfo);
  return { codec: "aac", config: { codec: "aac", audioSpecificConfig: specificInfo } };
}

/** `dOps` (Opus in ISOBMFF 4.3.2), which has no version and flags. */
function readOpus(boxes: readonly ChildBox[]): ReturnType<ReadAudio> {
  const reader = new BoxReader(needBox(boxes, "dOps", "Opus"), "dOps");
  const version = reader.u8();
  if (version !== 0) throw reader.error(`version is ${version}, not 0`);
  const fixed = {
    version: 1,
    channels: reader.u8(),
    preSkip: reader.u16(),
    inputSampleRate: reader.u32(),
    outputGain: reader.i16(),
    mappingFamily: reader.u8(),
  };
  if (fixed.mappingFamily === 0) return opusEntry(serializeOpusHead(fixed));
  const mapping = { streams: reader.u8(), coupled: reader.u8(), channels: reader.rest() };
  if (mapping.channels.byteLength !== fixed.channels) throw reader.error("the mapping is damaged");
  return opusEntry(serializeOpusHead({ ...fixed, mapping }));
}

function opusEntry(head: Uint8Array): ReturnType<ReadAudio> {
  return { codec: "opus", config: { codec: "opus", head } };
}

/** `dfLa`: metadata blocks, of which STREAMINFO is the first (FLAC in ISOBMFF 3.3.2). */
function readFlac(boxes: readonly ChildBox[]): ReturnType<ReadAudio> {
  const blocks = fullBody(needBox(boxes, "dfLa", "fLaC"), "dfLa");
  const streamInfo = blocks.subarray(4, 4 + FLAC_STREAM_INFO_SIZE);
  parseFlacStreamInfo(streamInfo);
  return { codec: "flac", config: { codec: "flac", streamInfo } };
}

function fullBody(body: Uint8Array, type: string): Uint8Array {
  const reader = new BoxReader(body, type);
  reader.fullHeader();
  return reader.rest();
}
