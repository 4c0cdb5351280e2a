import { ByteReader } from "./byte_reader.ts";
import type { H264Config } from "./codec.ts";
import { BitstreamError } from "./errors.ts";
import { parseH264Sps } from "./h264_sps.ts";
import { type LengthSize, lengthSizeFrom } from "./nal.ts";
import { pushParameterSet } from "./parameter_set.ts";

/** An AVCDecoderConfigurationRecord, read. */
export interface AvcC {
  readonly config: H264Config;
  /** Bytes of the length before each NAL unit of the track. */
  readonly lengthSize: LengthSize;
}

const WHAT = "avcC";
const VERSION = 1;

/** `numOfSequenceParameterSets` has five bits, `numOfPictureParameterSets` eight. */
const MAX_SPS = 31;
const MAX_PPS = 255;

/** Profiles without chroma format and bit depth in their record. */
const SHORT_PROFILES: ReadonlySet<number> = new Set([66, 77, 88]);

/**
 * Reads an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1.2). The parameter sets are views
 * of `record`. What follows them is not read: it repeats what the SPS says.
 *
 * @throws {BitstreamError} when it is cut short, of another version, or has no SPS.
 */
export function parseAvcC(record: Uint8Array): AvcC {
  const reader = new ByteReader(record, WHAT);
  const version = reader.u8();
  if (version !== VERSION) throw reader.error(`version is ${version}, not ${VERSION}`);
  reader.skip(3); // profile, compatibility, level: as in the SPS
  const lengthSize = lengthSizeFrom(reader.u8());
  const sps = readSets(reader, reader.u8() & 0x1f);
  const pps = readSets(reader, reader.u8());
  if (sps.length === 0) throw reader.error("an SPS is missing");
  return { config: { codec: "h264", sps, pps }, lengthSize };
}

/** Empty parameter sets, which some encoders announce for a missing PPS, are left out. */
function readSets(reader: ByteReader, count: number): Uint8Array[] {
  const sets: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const set = reader.bytes(reader.u16());
    if (set.length > 0) sets.push(set);
  }
  return sets;
}

/**
 * Writes an AVCDecoderConfigurationRecord with four-byte lengths; the caller owns it. The chroma
 * extension is written for all profiles but Baseline, Main and Extended, as FFmpeg does: the
 * standard asks for it in 100, 110, 122 and 144, and readers pass over it in others.
 *
 * @throws {BitstreamError} when the configuration has no SPS, one that cannot be read, or more
 * parameter sets than a record can hold.
 */
export function serializeAvcC(config: H264Config): Uint8Array<ArrayBuffer> {
  const first = config.sps[0];
  if (first === undefined || first.length < 4) {
    throw new BitstreamError(WHAT, "an SPS is missing", 0);
  }
  const [, profile = 0, compatibility = 0, level = 0] = first;
  const bytes: number[] = [VERSION, profile, compatibility, level, 0xff];
  bytes.push(0xe0 | checkedCount(config.sps, MAX_SPS));
  for (const set of config.sps) pushParameterSet(bytes, set, WHAT);
  bytes.push(checkedCount(config.pps, MAX_PPS));
  for (const set of config.pps) pushParameterSet(bytes, set, WHAT);
  if (!SHORT_PROFILES.has(profile)) {
    const sps = parseH264Sps(first);
    bytes.push(0xfc | sps.chromaFormatIdc, 0xf8 | sps.bitDepthLuma - 8);
    bytes.push(0xf8 | sps.bitDepthChroma - 8, 0);
  }
  return Uint8Array.from(bytes);
}

function checkedCount(sets: readonly Uint8Array[], max: number): number {
  if (sets.length > max) {
    throw new BitstreamError(WHAT, `${sets.length} parameter sets do not fit, ${max} do`, 0);
  }
  return sets.length;
}
