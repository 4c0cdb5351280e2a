import { BitReader } from "./bit_reader.ts";
import { ByteReader } from "./byte_reader.ts";
import type { H265Config } from "./codec.ts";
import { BitstreamError, unlessDamaged } from "./errors.ts";
import { type H265Profile, parseH265Vps } from "./h265_profile.ts";
import { type H265Sps, parseH265Sps } from "./h265_sps.ts";
import { type LengthSize, lengthSizeFrom, removeEmulationPrevention } from "./nal.ts";
import { pushParameterSet } from "./parameter_set.ts";

/** An HEVCDecoderConfigurationRecord, read. */
export interface HvcC {
  readonly config: H265Config;
  /** Bytes of the length before each NAL unit of the track. */
  readonly lengthSize: LengthSize;
}

const WHAT = "hvcC";
const VERSION = 1;

/** VPS, SPS, PPS, in the order in which they are written. */
const ARRAY_TYPES = [32, 33, 34] as const;

/** NAL units in one record: ids allow 16 + 16 + 64 parameter sets; the rest is room for SEI. */
const MAX_NALS_PER_RECORD = 256;

/**
 * Reads an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 8.3.3.1.2). The parameter sets are
 * views of `record`; SEI messages in it are passed over.
 *
 * @throws {BitstreamError} when it is cut short, of another version, or has no SPS. Version 0,
 * which files from before the standard was final carry, is taken for 1.
 */
export function parseHvcC(record: Uint8Array): HvcC {
  const reader = new ByteReader(record, WHAT);
  const version = reader.u8();
  if (version > VERSION) throw reader.error(`version is ${version}, not ${VERSION}`);
  reader.skip(20); // profile, level, format: as in the SPS
  const lengthSize = lengthSizeFrom(reader.u8());
  const sets = readArrays(reader);
  const [vps, sps, pps] = ARRAY_TYPES.map((type) => sets.get(type) ?? []);
  if (!vps || !sps?.length || !pps) throw reader.error("an SPS is missing");
  return { config: { codec: "h265", vps, sps, pps }, lengthSize };
}

function readArrays(reader: ByteReader): ReadonlyMap<number, readonly Uint8Array[]> {
  const sets = new Map<number, Uint8Array[]>();
  const arrays = reader.u8();
  let seen = 0;
  for (let i = 0; i < arrays; i++) {
    const type = reader.u8() & 0x3f;
    const nals = sets.get(type) ?? [];
    const count = reader.u16();
    seen += count;
    if (seen > MAX_NALS_PER_RECORD) {
      throw reader.error(`there are more than ${MAX_NALS_PER_RECORD} NAL units`);
    }
    for (let j = 0; j < count; j++) {
      const nal = reader.bytes(reader.u16());
      if (nal.length > 0) nals.push(nal);
    }
    sets.set(type, nals);
  }
  return sets;
}

/** How {@linkcode serializeHvcC} writes. */
export interface HvcCOptions {
  /**
   * `array_completeness`: whether every parameter set is in the record and none in the stream, as
   * the `hvc1` sample entry demands. True by default, which is how units flow in the gateway.
   */
  readonly complete?: boolean;
}

/**
 * Writes an HEVCDecoderConfigurationRecord with four-byte lengths; the caller owns it.
 *
 * @throws {BitstreamError} when the configuration has no SPS or one that cannot be read.
 */
export function serializeHvcC(
  config: H265Config,
  options: HvcCOptions = {},
): Uint8Array<ArrayBuffer> {
  const { complete = true } = options;
  const first = config.sps[0];
  if (first === undefined) throw new BitstreamError(WHAT, "an SPS is missing", 0);
  const sps = parseH265Sps(first);
  const bytes = [...headOf(sps, config)];
  const arrays = [config.vps, config.sps, config.pps];
  bytes.push(arrays.filter((sets) => sets.length > 0).length);
  arrays.forEach((sets, i) => {
    if (sets.length > 0) pushArray(bytes, (complete ? 0x80 : 0) | (ARRAY_TYPES[i] ?? 0), sets);
  });
  return Uint8Array.from(bytes);
}

/** The 22 bytes before `numOfArrays`. */
function headOf(sps: H265Sps, config: H265Config): readonly number[] {
  const layers = layersOf(sps, config);
  return [
    VERSION,
    ...profileBytes(sps.profile),
    0xf0 | sps.minSpatialSegmentation >> 8,
    sps.minSpatialSegmentation & 0xff,
    0xfc | parallelismOf(sps, config),
    0xfc | sps.chromaFormatIdc,
    0xf8 | sps.bitDepthLuma - 8 & 7,
    0xf8 | sps.bitDepthChroma - 8 & 7,
    0, // avgFrameRate: unspecified
    0,
    layers.count << 3 | (layers.nested ? 4 : 0) | 3, // constantFrameRate unspecified
  ];
}

function profileBytes(profile: H265Profile): readonly number[] {
  const { profileSpace, highTier, profileIdc, compatibilityFlags, levelIdc } = profile;
  return [
    profileSpace << 6 | (highTier ? 0x20 : 0) | profileIdc,
    ...[24, 16, 8, 0].map((shift) => compatibilityFlags >>> shift & 0xff),
    ...profile.constraintFlags,
    levelIdc,
  ];
}

/** `numTemporalLayers` and `temporalIdNested`: the VPS may promise more layers than the SPS has. */
function layersOf(sps: H265Sps, config: H265Config): { count: number; nested: boolean } {
  const bytes = config.vps[0];
  const vps = bytes && unlessDamaged(() => parseH265Vps(bytes));
  const count = Math.max(sps.temporalLayers, vps?.temporalLayers ?? 0);
  return { count, nested: sps.temporalIdNesting };
}

/**
 * `parallelismType`: 1 slices, 2 tiles, 3 wavefronts, 0 unknown or mixed. It has a meaning only
 * beside a spatial segmentation.
 */
function parallelismOf(sps: H265Sps, config: H265Config): number {
  const bytes = config.pps[0];
  if (sps.minSpatialSegmentation === 0 || bytes === undefined) return 0;
  const tools = unlessDamaged(() => readParallelTools(bytes));
  if (tools === undefined || (tools.tiles && tools.wavefronts)) return 0;
  if (tools.wavefronts) return 3;
  return tools.tiles ? 2 : 1;
}

/** Reads a PPS (ITU-T H.265 7.3.2.3) as far as `entropy_coding_sync_enabled_flag`. */
function readParallelTools(pps: Uint8Array): { tiles: boolean; wavefronts: boolean } {
  const reader = new BitReader(removeEmulationPrevention(pps), "H.265 PPS");
  reader.skip(16);
  reader.ue(); // pps_pic_parameter_set_id
  reader.ue(); // pps_seq_parameter_set_id
  reader.skip(7); // from dependent_slice_segments_enabled_flag to cabac_init_present_flag
  reader.ue(); // num_ref_idx_l0_default_active_minus1
  reader.ue(); // num_ref_idx_l1_default_active_minus1
  reader.se(); // init_qp_minus26
  reader.skip(2); // constrained_intra_pred_flag, transform_skip_enabled_flag
  if (reader.bit()) reader.ue(); // diff_cu_qp_delta_depth
  reader.se(); // pps_cb_qp_offset
  reader.se(); // pps_cr_qp_offset
  reader.skip(4); // from pps_slice_chroma_qp_offsets_present_flag to transquant_bypass_enabled_flag
  return { tiles: reader.bit(), wavefronts: reader.bit() };
}

function pushArray(bytes: number[], head: number, sets: readonly Uint8Array[]): void {
  bytes.push(head, sets.length >> 8, sets.length & 0xff);
  for (const set of sets) pushParameterSet(bytes, set, WHAT);
}
