import { BitstreamError } from "./errors.ts";

/**
 * Appends a parameter set after its 16-bit length, as avcC and hvcC hold it.
 *
 * @throws {BitstreamError} when it is too long; `what` names the record in the error.
 */
export function pushParameterSet(bytes: number[], set: Uint8Array, what: string): void {
  if (set.length > 0xffff) {
    const reason = `a parameter set of ${set.length} bytes is too long`;
    throw new BitstreamError(what, reason, bytes.length);
  }
  bytes.push(set.length >> 8, set.length & 0xff);
  for (const byte of set) bytes.push(byte);
}
