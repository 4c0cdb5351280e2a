import { BitReader } from "./bit_reader.ts";
import { BitstreamError } from "./errors.ts";

/** What a sequence header OBU says of its frames (AV1 5.5.1). */
export interface Av1SequenceHeader {
  readonly profile: number;
  /** `seq_level_idx` of the first operating point: 0 is level 2.0, 4 a step of 1.0, 31 no limit. */
  readonly level: number;
  readonly highTier: boolean;
  /** Of the largest frame, in luma samples. */
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly monochrome: boolean;
  readonly chromaSubsamplingX: boolean;
  readonly chromaSubsamplingY: boolean;
  /** 0 unknown, 1 vertical, 2 colocated. */
  readonly chromaSamplePosition: number;
  /** Still pictures whose frame headers lack the frame type. */
  readonly reducedStillPicture: boolean;
  /** Frames per second, where the stream says that they are equally far apart. */
  readonly fps?: number;
}

const WHAT = "AV1 sequence header";
const TYPE_SEQUENCE_HEADER = 1;
const MAX_PROFILE = 2;

/** `seq_level_idx` above which there is a tier bit. */
const LAST_LEVEL_WITHOUT_TIER = 7;

const BT_709 = 1;
const TRANSFER_SRGB = 13;
const MATRIX_IDENTITY = 0;
const UNSPECIFIED = 2;

/** `seq_choose_screen_content_tools` and `seq_choose_integer_mv` leave it to the frame. */
const SELECT_PER_FRAME = 2;

/**
 * Reads a sequence header OBU with its OBU header and without a size field.
 *
 * @throws {BitstreamError} when it is another OBU, is cut short, or has a reserved profile.
 */
export function parseSequenceHeader(obu: Uint8Array): Av1SequenceHeader {
  const reader = new BitReader(obu, WHAT);
  skipObuHeader(reader);
  const profile = reader.bits(3);
  if (profile > MAX_PROFILE) throw reader.error(`profile ${profile} is reserved`);
  reader.skip(1); // still_picture
  const reducedStillPicture = reader.bit();
  const operation: Operation = reducedStillPicture
    ? { level: reader.bits(5), highTier: false }
    : readOperation(reader);
  const size = readSize(reader, reducedStillPicture);
  skipTools(reader, reducedStillPicture);
  const color = readColor(reader, profile);
  return { profile, ...operation, ...size, ...color, reducedStillPicture };
}

function skipObuHeader(reader: BitReader): void {
  reader.skip(1); // obu_forbidden_bit
  const type = reader.bits(4);
  if (type !== TYPE_SEQUENCE_HEADER) throw new BitstreamError(WHAT, `OBU type is ${type}`, 0);
  const extended = reader.bit();
  if (reader.bit()) throw new BitstreamError(WHAT, "the OBU has a size field", 0);
  reader.skip(1); // obu_reserved_1bit
  if (extended) reader.skip(8);
}

interface Operation {
  readonly level: number;
  readonly highTier: boolean;
  readonly fps?: number;
}

/** Timing, decoder model and operating points, of which the first counts. */
function readOperation(reader: BitReader): Operation {
  const timingPresent = reader.bit();
  const fps = timingPresent ? readTiming(reader) : undefined;
  const delayBits = timingPresent && reader.bit() ? readDecoderModel(reader) : 0;
  const displayDelayPresent = reader.bit();
  const points = 1 + reader.bits(5);
  let first: Operation | undefined;
  for (let i = 0; i < points; i++) {
    reader.skip(12); // operating_point_idc
    const level = reader.bits(5);
    const highTier = level > LAST_LEVEL_WITHOUT_TIER && reader.bit();
    // Two buffer delays and low_delay_mode_flag.
    if (delayBits > 0 && reader.bit()) reader.skip(2 * delayBits + 1);
    if (displayDelayPresent && reader.bit()) reader.skip(4);
    first ??= { level, highTier };
  }
  return { level: 0, highTier: false, ...first, ...(fps !== undefined && { fps }) };
}

/** `timing_info`, 5.5.3: frames per second, or undefined when frames are not equally far apart. */
function readTiming(reader: BitReader): number | undefined {
  const unitsInTick = reader.bits(32);
  const timeScale = reader.bits(32);
  const equalIntervals = reader.bit();
  if (!equalIntervals) return undefined;
  const fps = timeScale / (unitsInTick * (1 + readUvlc(reader)));
  return Number.isFinite(fps) && fps > 0 ? fps : undefined;
}

/** `uvlc()`, 4.10.3: an Exp-Golomb code, but 32 leading zeros or more stand for 2^32 - 1. */
function readUvlc(reader: BitReader): number {
  let zeros = 0;
  while (!reader.bit()) zeros++;
  return zeros >= 32 ? 2 ** 32 - 1 : 2 ** zeros - 1 + reader.bits(zeros);
}

/** `decoder_model_info`, 5.5.4; returns the bits of a buffer delay. */
function readDecoderModel(reader: BitReader): number {
  const bits = 1 + reader.bits(5);
  reader.skip(42); // num_units_in_decoding_tick and two lengths
  return bits;
}

function readSize(
  reader: BitReader,
  reducedStillPicture: boolean,
): Pick<Av1SequenceHeader, "width" | "height"> {
  const widthBits = 1 + reader.bits(4);
  const heightBits = 1 + reader.bits(4);
  const width = 1 + reader.bits(widthBits);
  const height = 1 + reader.bits(heightBits);
  const frameIdsPresent = !reducedStillPicture && reader.bit();
  if (frameIdsPresent) reader.skip(7); // lengths of the frame ids
  return { width, height };
}

/** From `use_128x128_superblock` to `enable_restoration`. */
function skipTools(reader: BitReader, reducedStillPicture: boolean): void {
  reader.skip(3); // superblock size, filter intra, intra edge filter
  if (!reducedStillPicture) {
    reader.skip(4); // interintra, masked compound, warped motion, dual filter
    const orderHint = reader.bit();
    if (orderHint) reader.skip(2); // joint compound, reference frame motion vectors
    const screenContent = reader.bit() ? SELECT_PER_FRAME : reader.bits(1);
    if (screenContent > 0 && !reader.bit()) reader.skip(1); // seq_force_integer_mv
    if (orderHint) reader.skip(3); // order_hint_bits_minus_1
  }
  reader.skip(3); // super-resolution, CDEF, loop restoration
}

type Color = Pick<
  Av1SequenceHeader,
  "bitDepth" | "monochrome" | "chromaSubsamplingX" | "chromaSubsamplingY" | "chromaSamplePosition"
>;

/** `color_config`, 5.5.2. */
function readColor(reader: BitReader, profile: number): Color {
  const highBitDepth = reader.bit();
  const bitDepth = highBitDepth ? (profile === 2 && reader.bit() ? 12 : 10) : 8;
  const monochrome = profile !== 1 && reader.bit();
  const [primaries, transfer, matrix] = reader.bit()
    ? [reader.bits(8), reader.bits(8), reader.bits(8)] as const
    : [UNSPECIFIED, UNSPECIFIED, UNSPECIFIED] as const;
  const isSrgb = primaries === BT_709 && transfer === TRANSFER_SRGB && matrix === MATRIX_IDENTITY;
  if (!monochrome && isSrgb) return { bitDepth, monochrome, ...noSubsampling() };
  reader.skip(1); // color_range
  if (monochrome) {
    return {
      bitDepth,
      monochrome,
      chromaSubsamplingX: true,
      chromaSubsamplingY: true,
      chromaSamplePosition: 0,
    };
  }
  const { chromaSubsamplingX, chromaSubsamplingY } = readSubsampling(reader, profile, bitDepth);
  const chromaSamplePosition = chromaSubsamplingX && chromaSubsamplingY ? reader.bits(2) : 0;
  return { bitDepth, monochrome, chromaSubsamplingX, chromaSubsamplingY, chromaSamplePosition };
}

type Subsampling = Pick<Color, "chromaSubsamplingX" | "chromaSubsamplingY">;

function noSubsampling(): Subsampling & Pick<Color, "chromaSamplePosition"> {
  return { chromaSubsamplingX: false, chromaSubsamplingY: false, chromaSamplePosition: 0 };
}

/** Profile 0 is 4:2:0, profile 1 is 4:4:4; profile 2 is 4:2:2, but free in 12 bits. */
function readSubsampling(reader: BitReader, profile: number, bitDepth: number): Subsampling {
  if (profile === 0) return { chromaSubsamplingX: true, chromaSubsamplingY: true };
  if (profile === 1) return { chromaSubsamplingX: false, chromaSubsamplingY: false };
  if (bitDepth < 12) return { chromaSubsamplingX: true, chromaSubsamplingY: false };
  const chromaSubsamplingX = reader.bit();
  return { chromaSubsamplingX, chromaSubsamplingY: chromaSubsamplingX && reader.bit() };
}
