import type { MessageHeader } from "./chunk_header.ts";
import type { RtmpMessage } from "./message.ts";

/**
 * The buffer of a message begins no larger than this or what has arrived. Small enough that 64
 * chunk streams of which each has only announced a message hold 256 KiB.
 */
const FIRST_ALLOCATION = 4096;

const NOTHING = new Uint8Array(0);

/** One incoming chunk stream: the header fields that later chunks lean on, and the open message. */
export class ChunkStream {
  readonly csid: number;
  #timestamp = 0;
  #time = 0;
  #isExtended = false;
  #length = 0;
  #type = 0;
  #streamId = 0;
  #isOpen = false;
  /** Belongs to the open message, and goes with it. */
  #buffer = NOTHING;
  #filled = 0;

  constructor(csid: number) {
    this.csid = csid;
  }

  /** Whether a message has begun and is not complete. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether the last header of format 0, 1 or 2 had an extended timestamp. */
  get isExtended(): boolean {
    return this.#isExtended;
  }

  /** The timestamp or delta of the last header of format 0, 1 or 2. */
  get time(): number {
    return this.#time;
  }

  get length(): number {
    return this.#length;
  }

  get type(): number {
    return this.#type;
  }

  /** Payload bytes of the open message that have not come. */
  get missing(): number {
    return this.#length - this.#filled;
  }

  /** Bytes held for the open message. */
  get held(): number {
    return this.#buffer.length;
  }

  /** Opens a message by a header of its own. */
  open(header: MessageHeader): void {
    const isAbsolute = header.streamId !== undefined;
    this.#timestamp = isAbsolute ? header.time : (this.#timestamp + header.time) >>> 0;
    this.#time = header.time;
    this.#isExtended = header.isExtended;
    this.#length = header.length ?? this.#length;
    this.#type = header.type ?? this.#type;
    this.#streamId = header.streamId ?? this.#streamId;
    this.#isOpen = true;
  }

  /**
   * Opens a message with the header of the one before. After format 0 its timestamp is the delta
   * (section 5.3.1.2.4), as FFmpeg writes it and FFmpeg, librtmp and SRS read it; nginx-rtmp takes
   * 0 there.
   */
  openAgain(): void {
    this.#timestamp = (this.#timestamp + this.#time) >>> 0;
    this.#isOpen = true;
  }

  /** What the buffer must grow by to take `size` more bytes; never past the message's length. */
  growthFor(size: number): number {
    const needed = this.#filled + size;
    if (needed <= this.#buffer.length) return 0;
    const wanted = Math.max(needed, 2 * this.#buffer.length, FIRST_ALLOCATION);
    return Math.min(wanted, this.#length) - this.#buffer.length;
  }

  /** Copies `bytes`, which may be the caller's receive buffer, to the open message. */
  append(bytes: Uint8Array): void {
    if (this.#filled === 0 && bytes.length === this.#length) {
      // A copy in one step costs less than a zeroed buffer that is then written.
      this.#buffer = bytes.slice();
    } else {
      this.#grow(this.growthFor(bytes.length));
      this.#buffer.set(bytes, this.#filled);
    }
    this.#filled += bytes.length;
  }

  #grow(growth: number): void {
    if (growth === 0) return;
    const larger = new Uint8Array(this.#buffer.length + growth);
    larger.set(this.#buffer.subarray(0, this.#filled));
    this.#buffer = larger;
  }

  /** Ends the open message, and hands it and its buffer over. */
  close(): RtmpMessage {
    const payload = this.#buffer;
    this.discard();
    return {
      type: this.#type,
      timestamp: this.#timestamp,
      streamId: this.#streamId,
      payload,
      csid: this.csid,
    };
  }

  /** Forgets what has come of the open message. */
  discard(): void {
    this.#isOpen = false;
    this.#buffer = NOTHING;
    this.#filled = 0;
  }
}
