import { MpegTsError } from "./errors.ts";
import { isPesComplete, MAX_PES_LENGTH, PES_LENGTH_END } from "./pes.ts";

/** Bytes of one PES packet of video: as much as the gateway takes of a message over RTMP. */
export const MAX_PES_BYTES = 8 << 20;

/** Bytes of one PES packet of anything else, which must say its length. */
export const MAX_BOUNDED_PES_BYTES = PES_LENGTH_END + MAX_PES_LENGTH;

/** First size of the buffer. */
const MIN_CAPACITY = 4096;

/**
 * Puts the PES packets of one PID together from the payloads of its transport packets, which it
 * copies. The buffer grows with what has come, whatever the packet says of its length.
 */
export class PesAssembler {
  readonly #limit: number;
  #buffer = new Uint8Array(0);
  #size = 0;
  #isOpen = false;

  /** @param limit bytes of a packet, with its header. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Begins a packet with its first bytes, and forgets the one under way. */
  start(payload: Uint8Array): void {
    this.#buffer = new Uint8Array(MIN_CAPACITY);
    this.#size = 0;
    this.#isOpen = true;
    this.add(payload);
  }

  /**
   * Adds bytes to the packet under way, if there is one.
   *
   * @throws {MpegTsError} past the limit; the packet is forgotten.
   */
  add(payload: Uint8Array): void {
    if (!this.#isOpen) return;
    const size = this.#size + payload.length;
    if (size > this.#limit) {
      this.lose();
      throw new MpegTsError("PES packet", `it is longer than ${this.#limit} bytes`, size);
    }
    if (size > this.#buffer.length) this.#grow(size);
    this.#buffer.set(payload, this.#size);
    this.#size = size;
  }

  /** Forgets the packet under way: bytes of it are missing. */
  lose(): void {
    this.#buffer = new Uint8Array(0);
    this.#size = 0;
    this.#isOpen = false;
  }

  /** Whether the packet under way says its length and has reached it. */
  get isComplete(): boolean {
    return this.#isOpen && isPesComplete(this.#buffer, this.#size);
  }

  /** The packet under way, which the caller owns; undefined where there is none. */
  take(): Uint8Array | undefined {
    if (!this.#isOpen) return undefined;
    // Views of the packet may live long: they must not keep a buffer that is mostly empty.
    const isFull = 4 * this.#size >= 3 * this.#buffer.length;
    const packet = isFull
      ? this.#buffer.subarray(0, this.#size)
      : this.#buffer.slice(0, this.#size);
    this.lose();
    return packet;
  }

  #grow(size: number): void {
    const larger = new Uint8Array(2 * size);
    larger.set(this.#buffer.subarray(0, this.#size));
    this.#buffer = larger;
  }
}
