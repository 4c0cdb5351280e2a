import { ByteStore } from "./byte_store.ts";
import { RtspMessageError } from "../errors.ts";
import type { HttpRequestHead, HttpResponseHead } from "./http_message.ts";
import { MessageHead } from "./message_head.ts";
import { MAX_LINE } from "./limits.ts";
import {
  INTERLEAVED_HEADER_SIZE,
  INTERLEAVED_MAGIC,
  type InterleavedFrame,
  type RtspRequest,
  type RtspResponse,
} from "../message.ts";

/** Always the last item: nothing behind it can be read. */
export interface RtspFault {
  readonly type: "fault";
  readonly error: RtspMessageError;
}

export type RtspInput =
  | RtspRequest
  | RtspResponse
  | InterleavedFrame
  | HttpRequestHead
  | HttpResponseHead
  | RtspFault;

/** What the next bytes belong to. */
type Part =
  | { readonly type: "between" }
  | { readonly type: "line" }
  | { readonly type: "body"; readonly size: number }
  | { readonly type: "frameHeader"; readonly size: number }
  | { readonly type: "frame"; readonly size: number; readonly channel: number }
  | { readonly type: "over" };

const BETWEEN: Part = { type: "between" };
const LINE: Part = { type: "line" };
const FRAME_HEADER: Part = { type: "frameHeader", size: INTERLEAVED_HEADER_SIZE };
const OVER: Part = { type: "over" };

const LF = 0x0a;
const CR = 0x0d;
const NOTHING = new Uint8Array(0);

/**
 * Tells requests, responses and interleaved frames of one connection apart, and the HTTP heads that
 * open a tunnel. Lines end with CRLF or LF; empty lines between messages are skipped.
 */
export class RtspMessageReader {
  readonly #store = new ByteStore();
  #part: Part = BETWEEN;
  #head = new MessageHead();
  /** Bytes of earlier calls. */
  #consumed = 0;

  /**
   * Takes bytes in pieces of any size and returns what they complete. All bytes that are handed out
   * were copied, once: the caller may reuse its buffer.
   *
   * After a `fault`, and after an `httpRequest`, which is no RTSP, later bytes are ignored.
   */
  feed(bytes: Uint8Array): readonly RtspInput[] {
    const inputs: RtspInput[] = [];
    let offset = 0;
    try {
      while (offset < bytes.length && this.#part.type !== "over") {
        offset = this.#read(bytes, offset, inputs);
      }
    } catch (error) {
      if (!(error instanceof RtspMessageError)) throw error;
      this.#part = OVER;
      this.#store.take();
      inputs.push({ type: "fault", error });
    }
    this.#consumed += bytes.length;
    return inputs;
  }

  #read(bytes: Uint8Array, offset: number, inputs: RtspInput[]): number {
    const part = this.#part;
    switch (part.type) {
      case "between":
        return this.#begin(bytes, offset);
      case "line":
        return this.#readLine(bytes, offset, inputs);
      case "over":
        return bytes.length;
      default:
        return this.#readSized(part, bytes, offset, inputs);
    }
  }

  #begin(bytes: Uint8Array, offset: number): number {
    const byte = bytes[offset];
    if (byte === CR || byte === LF) return offset + 1;
    this.#part = byte === INTERLEAVED_MAGIC ? FRAME_HEADER : LINE;
    return offset;
  }

  #readLine(bytes: Uint8Array, offset: number, inputs: RtspInput[]): number {
    const end = bytes.indexOf(LF, offset);
    const piece = bytes.subarray(offset, end === -1 ? bytes.length : end);
    const start = this.#consumed + offset - this.#store.size;
    if (this.#store.size + piece.length > MAX_LINE) throw this.#head.lineTooLong(start);
    if (end === -1) {
      this.#store.append(piece);
      return bytes.length;
    }
    const line = this.#store.size === 0 ? piece : this.#complete(piece);
    if (this.#head.addLine(line, start)) {
      return this.#endHead(bytes, end + 1, start, inputs);
    }
    return end + 1;
  }

  /** @returns where reading goes on. */
  #endHead(bytes: Uint8Array, offset: number, at: number, inputs: RtspInput[]): number {
    const size = this.#head.bodySize(at);
    if (size > 0) {
      this.#part = { type: "body", size };
      return offset;
    }
    const message = this.#endMessage(NOTHING);
    if (message.type !== "httpRequest") {
      inputs.push(message);
      return offset;
    }
    this.#part = OVER;
    inputs.push({ ...message, rest: bytes.slice(offset) });
    return bytes.length;
  }

  #endMessage(body: Uint8Array): RtspRequest | RtspResponse | HttpRequestHead | HttpResponseHead {
    const message = this.#head.build(body);
    this.#head = new MessageHead();
    this.#part = BETWEEN;
    return message;
  }

  #readSized(
    part: Exclude<Part, { readonly type: "between" | "line" | "over" }>,
    bytes: Uint8Array,
    offset: number,
    inputs: RtspInput[],
  ): number {
    const end = Math.min(bytes.length, offset + part.size - this.#store.size);
    const piece = bytes.subarray(offset, end);
    if (this.#store.size + piece.length < part.size) {
      this.#store.append(piece);
      return end;
    }
    if (part.type === "frameHeader") {
      this.#beginFrame(this.#store.size === 0 ? piece : this.#complete(piece), inputs);
      return end;
    }
    const content = this.#store.size === 0 ? piece.slice() : this.#complete(piece);
    if (part.type === "frame") this.#endFrame(part.channel, content, inputs);
    else inputs.push(this.#endMessage(content));
    return end;
  }

  #beginFrame(header: Uint8Array, inputs: RtspInput[]): void {
    const [, channel = 0, high = 0, low = 0] = header;
    const size = high << 8 | low;
    if (size === 0) this.#endFrame(channel, NOTHING, inputs);
    else this.#part = { type: "frame", size, channel };
  }

  #endFrame(channel: number, payload: Uint8Array, inputs: RtspInput[]): void {
    this.#part = BETWEEN;
    inputs.push({ type: "interleaved", channel, payload });
  }

  #complete(piece: Uint8Array): Uint8Array {
    this.#store.append(piece);
    return this.#store.take();
  }
}
