import { joinBytes } from "../join.ts";
import { MpegTsError } from "./errors.ts";
import { PACKET_SIZE, SYNC_BYTE } from "./packet.ts";

/**
 * Bytes from one packet to the next: as broadcast, with a time stamp of four bytes before each
 * (M2TS, of discs and cameras), with a Reed-Solomon code of sixteen behind each (DVB).
 */
const STRIDES = [188, 192, 204] as const;

/** Sync bytes in a row that are taken for packets. */
const SYNC_RUN = 3;

/** Bytes that tell whether packets start at the first of them. */
const LOOK_AHEAD = (SYNC_RUN - 1) * 204 + 1;

/**
 * Bytes in a row without a packet, after which this is taken for something else: some hundred
 * packets, more than any hole in a real stream.
 */
export const MAX_UNSYNCED_BYTES = 1 << 16;

/**
 * Finds the packets in pieces of any size, and finds them again where sync bytes are missing. Keeps
 * less than {@linkcode LOOK_AHEAD} bytes, and gives the same packets however the stream is cut.
 */
export class PacketFramer {
  #pending = new Uint8Array(0);
  /** Bytes to pass over before the next packet. */
  #skip = 0;
  #stride: number | undefined;
  /** Bytes since the last packet. */
  #unsynced = 0;
  /** Position in the stream of the first byte that has not been used. */
  #offset = 0;

  /**
   * Takes the next bytes and gives the packets that they complete, each a view of 188 bytes that
   * holds until the next call.
   *
   * @throws {MpegTsError} when there is no packet in {@linkcode MAX_UNSYNCED_BYTES}.
   */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    return this.#frame(bytes, false);
  }

  /** The packets at the end of the stream, which too few others follow to tell before. */
  flush(): readonly Uint8Array[] {
    const packets = this.#frame(new Uint8Array(0), true);
    this.#pending = new Uint8Array(0);
    this.#stride = undefined;
    return packets;
  }

  #frame(bytes: Uint8Array, isEnd: boolean): readonly Uint8Array[] {
    const data = this.#pending.length === 0 ? bytes : joinBytes([this.#pending, bytes]);
    const packets: Uint8Array[] = [];
    let at = this.#skip;
    while (at < data.length) {
      if (this.#stride === undefined || data[at] !== SYNC_BYTE) {
        if (!isEnd && data.length - at < LOOK_AHEAD) break;
        this.#stride = findStride(data, at);
      }
      if (this.#stride === undefined) {
        at = this.#search(data, at);
        continue;
      }
      if (data.length - at < PACKET_SIZE) break;
      packets.push(data.subarray(at, at + PACKET_SIZE));
      this.#unsynced = 0;
      at += this.#stride;
    }
    this.#skip = Math.max(0, at - data.length);
    this.#pending = data.slice(at);
    this.#offset += Math.min(at, data.length);
    return packets;
  }

  /** The next place where a packet may start. */
  #search(data: Uint8Array, at: number): number {
    const found = data.indexOf(SYNC_BYTE, at + 1);
    const next = found < 0 ? data.length : found;
    this.#unsynced += next - at;
    if (this.#unsynced > MAX_UNSYNCED_BYTES) {
      const reason = `there are no packets in ${MAX_UNSYNCED_BYTES} bytes`;
      throw new MpegTsError("transport stream", reason, this.#offset + at);
    }
    return next;
  }
}

/** The distance at which sync bytes stand from `at` on, as far as the bytes go. */
function findStride(data: Uint8Array, at: number): number | undefined {
  if (data[at] !== SYNC_BYTE) return undefined;
  return STRIDES.find((stride) => {
    for (let i = 1; i < SYNC_RUN; i++) {
      const byte = data[at + i * stride];
      if (byte !== undefined && byte !== SYNC_BYTE) return false;
    }
    return true;
  });
}
