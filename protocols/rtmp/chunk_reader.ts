import {
  type BasicHeader,
  type MessageHeader,
  readBasicHeader,
  readMessageHeader,
  repeatedTimestampSize,
} from "./chunk_header.ts";
import { type ChunkLimits, DEFAULT_CHUNK_LIMITS, messageLimit } from "./chunk_limits.ts";
import { ChunkStream } from "./chunk_stream.ts";
import { decodeControl } from "./control.ts";
import { RtmpChunkError } from "./errors.ts";
import { DEFAULT_CHUNK_SIZE, MESSAGE_TYPE, type RtmpMessage } from "./message.ts";

const NOTHING = new Uint8Array(0);

/**
 * Puts messages together from an incoming chunk stream, Adobe RTMP 1.0 section 5.3. Follows Set
 * Chunk Size and Abort by itself and does not hand them out.
 */
export class ChunkReader {
  readonly #limits: ChunkLimits;
  readonly #streams = new Map<number, ChunkStream>();
  #chunkSize = DEFAULT_CHUNK_SIZE;
  #bytesRead = 0;
  #unfinished = 0;
  /** The start of a chunk header that is incomplete: less than 18 bytes. */
  #carry: Uint8Array = NOTHING;
  /** The stream of the chunk whose payload is being read, and how much of it is to come. */
  #current: ChunkStream | undefined;
  #remaining = 0;
  /** Where in the stream the present chunk began, for errors. */
  #chunkOffset = 0;
  #failure: unknown;

  constructor(limits: Partial<ChunkLimits> = {}) {
    this.#limits = { ...DEFAULT_CHUNK_LIMITS, ...limits };
  }

  /** Bytes fed so far: what an Acknowledgement tells. Not reduced modulo 2^32. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Bytes held for messages that are not complete. */
  get unfinishedSize(): number {
    return this.#unfinished;
  }

  /** The peer's chunk size. */
  get chunkSize(): number {
    return this.#chunkSize;
  }

  /**
   * Takes bytes in pieces of any size and returns the messages that they complete. The bytes are
   * copied, once: the caller may reuse its buffer, and each payload has a buffer of its own.
   *
   * After an error the stream has lost its frame: every later call throws the same one. Messages
   * that the failing call had completed are lost with the connection.
   *
   * @throws {RtmpChunkError} for a header that cannot be, or a limit passed.
   * @throws {RtmpMessageError} for a broken Set Chunk Size or Abort.
   */
  feed(bytes: Uint8Array): readonly RtmpMessage[] {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return this.#read(bytes);
    } catch (error) {
      this.#failure = error;
      this.#streams.clear();
      throw error;
    }
  }

  #read(bytes: Uint8Array): readonly RtmpMessage[] {
    const input = this.#withCarry(bytes);
    this.#bytesRead += bytes.length;
    const messages: RtmpMessage[] = [];
    let offset = 0;
    while (true) {
      if (this.#current === undefined) {
        const size = this.#beginChunk(input, offset);
        if (size === undefined) break;
        offset += size;
      }
      offset += this.#readPayload(input, offset, messages);
      if (this.#remaining > 0) break;
    }
    this.#carry = offset === input.length ? NOTHING : input.slice(offset);
    return messages;
  }

  #withCarry(bytes: Uint8Array): Uint8Array {
    if (this.#carry.length === 0) return bytes;
    const joined = new Uint8Array(this.#carry.length + bytes.length);
    joined.set(this.#carry);
    joined.set(bytes, this.#carry.length);
    return joined;
  }

  /** Reads one chunk header and returns its size; changes nothing while it is incomplete. */
  #beginChunk(input: Uint8Array, offset: number): number | undefined {
    const basic = readBasicHeader(input, offset);
    if (basic === undefined) return undefined;
    this.#chunkOffset = this.#bytesRead - (input.length - offset);
    const size = basic.format === 3
      ? this.#repeatHeader(basic, input, offset + basic.size)
      : this.#readHeader(basic, basic.format, input, offset + basic.size);
    if (size === undefined) return undefined;
    const stream = this.#current;
    this.#remaining = stream === undefined ? 0 : Math.min(this.#chunkSize, stream.missing);
    return basic.size + size;
  }

  /** Format 3: continues the open message, or opens one with the same header. */
  #repeatHeader(
    basic: BasicHeader,
    input: Uint8Array,
    offset: number,
  ): number | undefined {
    const stream = this.#streams.get(basic.csid);
    if (stream === undefined) {
      throw this.#error(`chunk stream ${basic.csid} begins with format 3`);
    }
    const size = stream.isExtended ? repeatedTimestampSize(input, offset, stream.time) : 0;
    if (size === undefined) return undefined;
    if (!stream.isOpen) stream.openAgain();
    this.#current = stream;
    return size;
  }

  /** Formats 0, 1 and 2. */
  #readHeader(
    basic: BasicHeader,
    format: 0 | 1 | 2,
    input: Uint8Array,
    offset: number,
  ): number | undefined {
    const header = readMessageHeader(input, offset, format);
    if (header === undefined) return undefined;
    const stream = this.#streams.get(basic.csid) ?? this.#addStream(basic);
    if (stream.isOpen) {
      this.#checkContinuation(stream, header);
    } else {
      this.#checkLength(header);
      stream.open(header);
    }
    this.#current = stream;
    return header.size;
  }

  /**
   * Deviation: the specification starts a chunk stream with format 0, but librtmp sends its first
   * ping with format 1; the timestamp then counts from 0, in message stream 0.
   */
  #addStream({ csid, format }: BasicHeader): ChunkStream {
    if (format === 2) {
      throw this.#error(`chunk stream ${csid} begins with format ${format}`);
    }
    const limit = this.#limits.chunkStreams;
    if (this.#streams.size >= limit) {
      throw this.#error(`more than ${limit} chunk streams`, limit);
    }
    const stream = new ChunkStream(csid);
    this.#streams.set(csid, stream);
    return stream;
  }

  /**
   * Deviation: the rest of a message comes in format 3, but FFmpeg, nginx-rtmp and SRS also take
   * formats 1 and 2 within a message when they state its length again, so there may be encoders
   * that do so. The message keeps its first header.
   */
  #checkContinuation(stream: ChunkStream, header: MessageHeader): void {
    const isSame = header.streamId === undefined &&
      (header.length ?? stream.length) === stream.length &&
      (header.type ?? stream.type) === stream.type;
    if (isSame) return;
    throw this.#error(
      `a message begins on chunk stream ${stream.csid} before the last one is complete`,
    );
  }

  #checkLength({ type, length }: MessageHeader): void {
    if (type === undefined || length === undefined) return;
    const limit = messageLimit(this.#limits, type);
    if (length <= limit) return;
    throw this.#error(
      `message of type ${type} has ${length} bytes, over the limit of ${limit}`,
      limit,
    );
  }

  /** Takes what there is of the present chunk's payload, and returns how much that was. */
  #readPayload(input: Uint8Array, offset: number, messages: RtmpMessage[]): number {
    const stream = this.#current;
    if (stream === undefined) return 0;
    const size = Math.min(this.#remaining, input.length - offset);
    if (size > 0) this.#append(stream, input.subarray(offset, offset + size));
    this.#remaining -= size;
    if (this.#remaining > 0) return size;
    this.#current = undefined;
    if (stream.missing === 0) this.#complete(stream, messages);
    return size;
  }

  #append(stream: ChunkStream, bytes: Uint8Array): void {
    this.#unfinished += stream.growthFor(bytes.length);
    const limit = this.#limits.unfinishedSize;
    if (this.#unfinished > limit) {
      throw this.#error(
        `unfinished messages take more than ${limit} bytes`,
        limit,
      );
    }
    stream.append(bytes);
  }

  #complete(stream: ChunkStream, messages: RtmpMessage[]): void {
    this.#unfinished -= stream.held;
    const message = stream.close();
    if (message.type === MESSAGE_TYPE.SET_CHUNK_SIZE || message.type === MESSAGE_TYPE.ABORT) {
      this.#follow(message);
    } else {
      messages.push(message);
    }
  }

  #error(reason: string, limit?: number): RtmpChunkError {
    return new RtmpChunkError(reason, this.#chunkOffset, limit);
  }

  #follow(message: RtmpMessage): void {
    const control = decodeControl(message);
    if (control?.kind === "setChunkSize") this.#setChunkSize(control.size);
    if (control?.kind === "abort") this.#abort(control.csid);
  }

  #setChunkSize(size: number): void {
    const { minChunkSize, maxChunkSize } = this.#limits;
    if (size < minChunkSize || size > maxChunkSize) {
      throw this.#error(
        `chunk size is ${size}, expected ${minChunkSize} to ${maxChunkSize}`,
        size < minChunkSize ? minChunkSize : maxChunkSize,
      );
    }
    this.#chunkSize = size;
  }

  #abort(csid: number): void {
    const stream = this.#streams.get(csid);
    if (stream === undefined) return;
    this.#unfinished -= stream.held;
    stream.discard();
  }
}
