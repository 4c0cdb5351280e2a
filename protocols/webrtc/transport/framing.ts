/** Larger than any datagram of WebRTC: they have to fit the way of UDP too. */
const MAX_FRAME_BYTES = 4096;

const LENGTH_BYTES = 2;

/** Cuts a TCP stream into the datagrams that were sent over it (RFC 4571 section 2). */
export class Deframer {
  #rest = new Uint8Array(0);

  /**
   * Takes bytes, which are copied, and gives the datagrams that are whole now.
   *
   * @throws {RangeError} one is too large to be one of WebRTC.
   */
  feed(bytes: Uint8Array): readonly Uint8Array[] {
    const all = new Uint8Array(this.#rest.byteLength + bytes.byteLength);
    all.set(this.#rest);
    all.set(bytes, this.#rest.byteLength);
    const frames: Uint8Array[] = [];
    let at = 0;
    while (at + LENGTH_BYTES <= all.byteLength) {
      const length = ((all[at] ?? 0) << 8) | (all[at + 1] ?? 0);
      if (length > MAX_FRAME_BYTES) throw new RangeError(`a frame has ${length} bytes`);
      const end = at + LENGTH_BYTES + length;
      if (end > all.byteLength) break;
      frames.push(all.subarray(at + LENGTH_BYTES, end));
      at = end;
    }
    this.#rest = all.slice(at);
    return frames;
  }
}

/** Datagrams with their lengths, in one piece. */
export function framed(datagrams: readonly Uint8Array[]): Uint8Array {
  const size = datagrams.reduce((sum, { byteLength }) => sum + LENGTH_BYTES + byteLength, 0);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const datagram of datagrams) {
    bytes[at] = datagram.byteLength >> 8;
    bytes[at + 1] = datagram.byteLength & 0xff;
    bytes.set(datagram, at + LENGTH_BYTES);
    at += LENGTH_BYTES + datagram.byteLength;
  }
  return bytes;
}
