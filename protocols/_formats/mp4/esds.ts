/**
 * The elementary stream descriptor of `mp4a` (ISO/IEC 14496-1 7.2.6.5, 14496-14 5.6).
 *
 * @module
 */

import { ByteReader } from "../../../registry/media/byte_reader.ts";
import { type BoxContent, contentSize, u16, u32, u8 } from "./box.ts";

/** `objectTypeIndication` (MP4 registration authority) of what an `mp4a` entry can hold. */
export const OBJECT_TYPE = {
  aac: 0x40,
  mpeg2AacMain: 0x66,
  mpeg2AacLc: 0x67,
  mpeg2AacSsr: 0x68,
  /** MPEG-2 audio, which has the lower sampling rates. */
  mpeg2Audio: 0x69,
  mpeg1Audio: 0x6b,
  ac3: 0xa5,
  eac3: 0xa6,
} as const;

/** Descriptor tags, 7.2.2.1. */
const TAG = { es: 3, decoderConfig: 4, decoderSpecific: 5, slConfig: 6 } as const;

/** `streamType` 5 is audio; the bit below `upStream` is reserved and set. */
const AUDIO_STREAM = 5 << 2 | 1;

/** `predefined` 2: reserved for use in MP4 files. */
const MP4_SL_CONFIG = 2;

/** What of the descriptor matters here. */
export interface ElementaryStream {
  readonly objectType: number;
  /** The AudioSpecificConfig of AAC; nothing for others. */
  readonly specificInfo?: Uint8Array;
}

const WHAT = "esds";

/** A size has up to four bytes of seven bits (ISO/IEC 14496-1 8.3.3). */
const MAX_SIZE_BYTES = 4;

/** The body of an `esds` box after its version and flags; buffer size and bit rates are not told. */
export function esDescriptor({ objectType, specificInfo }: ElementaryStream): BoxContent[] {
  const specific = specificInfo === undefined ? [] : descriptor(TAG.decoderSpecific, specificInfo);
  const decoder = [u8(objectType, AUDIO_STREAM, 0, 0, 0), u32(0, 0), ...specific];
  return descriptor(
    TAG.es,
    u16(0), // ES_ID: the track says it
    u8(0), // no dependence, URL or clock reference
    ...descriptor(TAG.decoderConfig, ...decoder),
    ...descriptor(TAG.slConfig, u8(MP4_SL_CONFIG)),
  );
}

function descriptor(tag: number, ...content: readonly BoxContent[]): BoxContent[] {
  const size = content.reduce((sum, part) => sum + contentSize(part), 0);
  // Always four bytes of size: some readers expect no other form.
  const sizeBytes = [21, 14, 7].map((shift) => 0x80 | size >> shift & 0x7f);
  return [u8(tag, ...sizeBytes, size & 0x7f), ...content];
}

/**
 * Reads the body of an `esds` box after its version and flags, into views of it.
 *
 * @throws {BitstreamError} when it is cut short or has no decoder configuration.
 */
export function parseEsDescriptor(body: Uint8Array): ElementaryStream {
  const es = new ByteReader(expectDescriptor(new ByteReader(body, WHAT), TAG.es), WHAT);
  es.skip(2); // ES_ID
  const flags = es.u8();
  if ((flags & 0x80) !== 0) es.skip(2); // dependsOn_ES_ID
  if ((flags & 0x40) !== 0) es.skip(es.u8()); // URL
  if ((flags & 0x20) !== 0) es.skip(2); // OCR_ES_Id
  const decoder = new ByteReader(expectDescriptor(es, TAG.decoderConfig), WHAT);
  const objectType = decoder.u8();
  decoder.skip(12); // stream type, buffer size, bit rates
  if (decoder.bytesLeft === 0) return { objectType };
  return { objectType, specificInfo: expectDescriptor(decoder, TAG.decoderSpecific) };
}

/** The body of the next descriptor, which must have this tag. */
function expectDescriptor(reader: ByteReader, tag: number): Uint8Array {
  const found = reader.u8();
  if (found !== tag) throw reader.error(`descriptor ${found} is in the place of ${tag}`);
  let size = 0;
  for (let i = 0; i < MAX_SIZE_BYTES; i++) {
    const byte = reader.u8();
    size = size * 128 + (byte & 0x7f);
    if ((byte & 0x80) === 0) break;
  }
  return reader.bytes(size);
}
