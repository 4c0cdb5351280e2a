/**
 * `dac3` and `dec3`: the parameters of AC-3 and Enhanced AC-3 that a sample entry repeats (ETSI TS
 * 102 366 annex F).
 *
 * @module
 */

import { BitReader } from "../../../registry/media/bit_reader.ts";
import { BitWriter } from "../../../registry/media/bit_writer.ts";
import type { PlainAudioConfig } from "../../../registry/media/codec.ts";
import { unlessDamaged } from "../../../registry/media/errors.ts";

/** Fields of a syncframe that the boxes repeat, under the names of the standard. */
export interface DolbyParameters {
  readonly fscod: number;
  readonly bsid: number;
  readonly bsmod: number;
  readonly acmod: number;
  readonly lfeon: boolean;
  /** `frmsizecod / 2`; of AC-3 alone. */
  readonly bitRateCode: number;
  /** Kilobits per second; of Enhanced AC-3 alone. */
  readonly dataRate: number;
}

const SAMPLE_RATES: readonly number[] = [48000, 44100, 32000];

/** `acmod` of so many channels where no frame tells: mono, stereo, 3/0, 2/2, 3/2. */
const USUAL_MODES: readonly number[] = [7, 1, 2, 3, 6, 7, 7];

/** 5.1: the sixth channel is the low-frequency one. */
const LFE_CHANNELS = 6;

/** Where no frame tells: 192 kbit/s, which is usual for stereo. */
const USUAL_BIT_RATE_CODE = 10;
const USUAL_DATA_RATE = 192;

const AC3_BSID = 8;
const EAC3_BSID = 16;

/**
 * Parameters of a track: those of `frame`, or what can be told from the configuration while there is
 * none. Players read the frames themselves, and take from the box little more than the channels.
 */
export function dolbyParameters(config: PlainAudioConfig, frame?: Uint8Array): DolbyParameters {
  const read = config.codec === "ac3" ? readAc3 : readEac3;
  return (frame && unlessDamaged(() => read(new BitReader(frame, "AC-3 syncframe")))) ??
    usualParameters(config);
}

function usualParameters({ codec, sampleRate, channels }: PlainAudioConfig): DolbyParameters {
  return {
    fscod: Math.max(0, SAMPLE_RATES.indexOf(sampleRate)),
    bsid: codec === "ac3" ? AC3_BSID : EAC3_BSID,
    bsmod: 0,
    acmod: USUAL_MODES[channels] ?? 7,
    lfeon: channels === LFE_CHANNELS,
    bitRateCode: USUAL_BIT_RATE_CODE,
    dataRate: USUAL_DATA_RATE,
  };
}

/** Section 4.3: syncinfo and bsi. */
function readAc3(reader: BitReader): DolbyParameters {
  reader.skip(32); // syncword, crc1
  const fscod = reader.bits(2);
  const bitRateCode = reader.bits(6) >> 1;
  const bsid = reader.bits(5);
  const bsmod = reader.bits(3);
  const acmod = reader.bits(3);
  if ((acmod & 1) !== 0 && acmod !== 1) reader.skip(2); // cmixlev
  if ((acmod & 4) !== 0) reader.skip(2); // surmixlev
  if (acmod === 2) reader.skip(2); // dsurmod
  return { fscod, bsid, bsmod, acmod, lfeon: reader.bit(), bitRateCode, dataRate: 0 };
}

/** Blocks by `numblkscod`, and samples of one (E.1.3.1.5). */
const BLOCKS = [1, 2, 3, 6] as const;
const BLOCK_SAMPLES = 256;

/** Section E.1.2; `bsmod` stands behind what is worth reading, and is nearly always 0. */
function readEac3(reader: BitReader): DolbyParameters {
  reader.skip(21); // syncword, strmtyp, substreamid
  const frameBits = 16 * (1 + reader.bits(11));
  const fscod = reader.bits(2);
  const code = reader.bits(2);
  const acmod = reader.bits(3);
  const lfeon = reader.bit();
  const bsid = reader.bits(5);
  const rate = SAMPLE_RATES[fscod] ?? (SAMPLE_RATES[code] ?? 0) / 2;
  const samples = BLOCK_SAMPLES * (fscod === 3 ? 6 : BLOCKS[code] ?? 6);
  const dataRate = Math.min(0x1fff, Math.round(frameBits * rate / samples / 1000));
  return { fscod, bsid, bsmod: 0, acmod, lfeon, bitRateCode: 0, dataRate };
}

/** The body of `dac3`, section F.4. */
export function serializeDac3(parameters: DolbyParameters): Uint8Array {
  const writer = new BitWriter();
  writer.bits(parameters.fscod, 2);
  writer.bits(parameters.bsid, 5);
  writer.bits(parameters.bsmod, 3);
  writer.bits(parameters.acmod, 3);
  writer.bits(Number(parameters.lfeon), 1);
  writer.bits(parameters.bitRateCode, 5);
  writer.bits(0, 5);
  return writer.finish();
}

/** The body of `dec3` with one independent substream and none that depends on it, section F.6. */
export function serializeDec3(parameters: DolbyParameters): Uint8Array {
  const writer = new BitWriter();
  writer.bits(parameters.dataRate, 13);
  writer.bits(0, 3); // num_ind_sub: one
  writer.bits(parameters.fscod, 2);
  writer.bits(parameters.bsid, 5);
  writer.bits(0, 2); // reserved, asvc
  writer.bits(parameters.bsmod, 3);
  writer.bits(parameters.acmod, 3);
  writer.bits(Number(parameters.lfeon), 1);
  writer.bits(0, 8); // reserved, num_dep_sub, reserved
  return writer.finish();
}
