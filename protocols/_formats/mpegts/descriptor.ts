/**
 * Descriptors of programs and elementary streams (ISO/IEC 13818-1 2.6, ETSI EN 300 468 6.2): a tag,
 * a length, and what the tag means.
 *
 * @module
 */

import { MpegTsError } from "./errors.ts";

/** One descriptor. */
export interface Descriptor {
  readonly tag: number;
  readonly data: Uint8Array;
}

/** `descriptor_tag` values that tell a codec. */
export const DESCRIPTOR = {
  /** ISO/IEC 13818-1 2.6.8. */
  registration: 0x05,
  /** ETSI EN 300 468 annex D: AC-3 and Enhanced AC-3 in DVB. */
  dvbAc3: 0x6a,
  dvbEac3: 0x7a,
  /** ETSI EN 300 468 6.2.16: the real tag is the first byte of the data. */
  extension: 0x7f,
} as const;

/** Reads a loop of descriptors into views of `data`. Throws {@linkcode MpegTsError}. */
export function readDescriptors(data: Uint8Array): readonly Descriptor[] {
  const descriptors: Descriptor[] = [];
  for (let at = 0; at < data.length;) {
    const end = at + 2 + (data[at + 1] ?? 0);
    if (at + 2 > data.length || end > data.length) {
      throw new MpegTsError("descriptor", "it is cut short", at);
    }
    descriptors.push({ tag: data[at] ?? 0, data: data.subarray(at + 2, end) });
    at = end;
  }
  return descriptors;
}

/** A loop of descriptors as bytes. */
export function writeDescriptors(descriptors: readonly Descriptor[]): readonly number[] {
  return descriptors.flatMap(({ tag, data }) => [tag, data.length, ...data]);
}

/** A registration descriptor of four letters. */
export function registration(identifier: string): Descriptor {
  return { tag: DESCRIPTOR.registration, data: new TextEncoder().encode(identifier) };
}

/** The four letters of the registration descriptor; undefined where there is none. */
export function registeredFormat(descriptors: readonly Descriptor[]): string | undefined {
  const found = descriptors.find(({ tag }) => tag === DESCRIPTOR.registration);
  return found && String.fromCharCode(...found.data.subarray(0, 4));
}
