/**
 * AC-3 and Enhanced AC-3 syncframe headers (ETSI TS 102 366 4.3, 4.4.1 and E.1.2).
 *
 * @module
 */

import { BitReader } from "./bit_reader.ts";

/** A syncframe header, read. */
export interface Ac3Header {
  readonly codec: "ac3" | "eac3";
  /** Hertz. */
  readonly sampleRate: number;
  /** With the low-frequency one; of the independent substream alone in Enhanced AC-3. */
  readonly channels: number;
  /** Bytes of the syncframe. */
  readonly frameSize: number;
  readonly samplesPerFrame: number;
}

const SYNC_WORD = 0x0b77;
const BSID_BYTE = 5;

/** Up to 10 the syntax is that of AC-3 (annex E, E.1.3.1.6), from 11 to 16 Enhanced AC-3. */
const LAST_AC3_BSID = 10;
const LAST_EAC3_BSID = 16;

const SAMPLE_RATES = [48000, 44100, 32000] as const;

/** Full-bandwidth channels by `acmod`; 0 is two mono programmes. */
const CHANNELS = [2, 1, 2, 3, 3, 4, 4, 5] as const;

/** By `frmsizecod / 2`, in kbit/s (table 4.13). */
const BITRATES: readonly number[] = [
  32,
  40,
  48,
  56,
  64,
  80,
  96,
  112,
  128,
  160,
  192,
  224,
  256,
  320,
  384,
  448,
  512,
  576,
  640,
];

/** `numblkscod`, E.1.3.1.5: blocks of 256 samples. */
const BLOCKS = [1, 2, 3, 6] as const;
const BLOCK_SAMPLES = 256;
const AC3_SAMPLES = 1536;

/**
 * Reads the header of the syncframe at the start of `data`.
 *
 * @throws {BitstreamError} when it is cut short, its sync word is missing or a field is reserved.
 */
export function parseAc3Header(data: Uint8Array): Ac3Header {
  const reader = new BitReader(data, "AC-3 syncframe");
  if (reader.bits(16) !== SYNC_WORD) throw reader.error("the sync word is missing");
  const bsid = (data[BSID_BYTE] ?? 0) >> 3;
  if (bsid > LAST_EAC3_BSID) throw reader.error(`bsid ${bsid} is not known`);
  return bsid <= LAST_AC3_BSID ? readAc3(reader, bsid) : readEac3(reader);
}

function readAc3(reader: BitReader, bsid: number): Ac3Header {
  reader.skip(16); // crc1
  const fscod = reader.bits(2);
  const frmsizecod = reader.bits(6);
  const rate = SAMPLE_RATES[fscod];
  const kilobits = BITRATES[frmsizecod >> 1];
  if (rate === undefined || kilobits === undefined) {
    throw reader.error("the sampling rate or frame size is reserved");
  }
  reader.skip(8); // bsid, bsmod
  const acmod = reader.bits(3);
  if ((acmod & 1) !== 0 && acmod !== 1) reader.skip(2); // cmixlev
  if ((acmod & 4) !== 0) reader.skip(2); // surmixlev
  if (acmod === 2) reader.skip(2); // dsurmod
  const words = Math.floor(kilobits * 1000 * AC3_SAMPLES / 16 / rate);
  const oddWord = fscod === 1 ? frmsizecod & 1 : 0;
  return {
    codec: "ac3",
    // Outside the standard, as encoders in the field have it: bsid 9 halves the rate, 10 quarters it.
    sampleRate: rate / 2 ** Math.max(0, bsid - 8),
    channels: (CHANNELS[acmod] ?? 0) + Number(reader.bit()),
    frameSize: 2 * (words + oddWord),
    samplesPerFrame: AC3_SAMPLES,
  };
}

function readEac3(reader: BitReader): Ac3Header {
  reader.skip(5); // strmtyp, substreamid
  const frameSize = 2 * (1 + reader.bits(11));
  const fscod = reader.bits(2);
  const code = reader.bits(2); // fscod2 or numblkscod
  const reducedRate = SAMPLE_RATES[code];
  const rate = SAMPLE_RATES[fscod] ?? (reducedRate && reducedRate / 2);
  if (rate === undefined) throw reader.error("the sampling rate is reserved");
  const blocks = fscod === 3 ? 6 : BLOCKS[code] ?? 6;
  const acmod = reader.bits(3);
  const channels = (CHANNELS[acmod] ?? 0) + Number(reader.bit());
  reader.skip(5); // bsid
  return {
    codec: "eac3",
    sampleRate: rate,
    channels,
    frameSize,
    samplesPerFrame: blocks * BLOCK_SAMPLES,
  };
}
