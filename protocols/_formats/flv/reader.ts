/**
 * FLV file header and tag framing, Adobe Flash Video File Format 10.1, sections E.2 to E.4.1.
 *
 * @module
 */

import { Accumulator } from "../demux/accumulator.ts";
import { FlvError } from "./errors.ts";
import { FLV_TYPE_IDS, type FlvInput, type FlvMessageType } from "./message.ts";

/** Bytes of a file header without extensions, section E.2. */
export const FLV_HEADER_SIZE = 9;

/** The header says its own size; nothing is known to extend it, and what it announces is skipped. */
export const MAX_FLV_HEADER_SIZE = 1024;

/** Bytes of a tag before its body, section E.4.1. */
export const FLV_TAG_HEADER_SIZE = 11;

/** Bytes of the back pointer that follows the header and each tag, section E.3. */
export const PREVIOUS_TAG_SIZE = 4;

/** Largest body: the limit of an RTMP media message, above any key frame of a live stream. */
export const MAX_TAG_BODY_SIZE = 8 << 20;

/** One tag. `body` is a view: of the fed bytes, which then belong to it, or of the reader's own. */
export type FlvTag = FlvInput;

const TYPES: ReadonlyMap<number, FlvMessageType> = new Map([
  [FLV_TYPE_IDS.audio, "audio"],
  [FLV_TYPE_IDS.video, "video"],
  [FLV_TYPE_IDS.data, "data"],
]);

const FILTER_FLAG = 0x20;
const TYPE_MASK = 0x1f;

/**
 * Reads an FLV stream in pieces of any size. An incomplete tag waits for its rest; at most one tag
 * body of {@linkcode MAX_TAG_BODY_SIZE} is ever kept. After an error the reader cannot go on: FLV has
 * no marks to find the next tag by.
 */
export class FlvReader {
  readonly #pending = new Accumulator();
  #isHeaderRead = false;
  /** Position in the stream of the first byte that has not been used. */
  #offset = 0;

  /**
   * Takes the next bytes, which must not change afterwards, and gives the tags that they complete.
   * Timestamps are those of the wire: unsigned 32-bit milliseconds. Throws {@linkcode FlvError}.
   */
  feed(bytes: Uint8Array): FlvTag[] {
    const data = this.#pending.join(bytes);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const tags: FlvTag[] = [];
    let used = 0;
    for (;;) {
      const size = this.#isHeaderRead
        ? this.#readTag(data, view, used, tags)
        : this.#readHeader(view, used);
      if (size === 0) break;
      used += size;
      this.#offset += size;
    }
    this.#pending.keep(data, used);
    return tags;
  }

  /** Size of the header and the back pointer after it; 0 when it is incomplete. */
  #readHeader(view: DataView, at: number): number {
    const available = view.byteLength - at;
    if (available < FLV_HEADER_SIZE) return 0;
    const signature = view.getUint32(at);
    if (signature >>> 8 !== 0x464c56) throw this.#error("FLV header", "no FLV signature");
    const version = signature & 0xff;
    if (version !== 1) throw this.#error("FLV header", `version ${version} is not 1`);
    const size = view.getUint32(at + 5);
    if (size < FLV_HEADER_SIZE || size > MAX_FLV_HEADER_SIZE) {
      throw this.#error("FLV header", `header size ${size} is out of range`);
    }
    if (available < size + PREVIOUS_TAG_SIZE) return 0;
    this.#isHeaderRead = true;
    return size + PREVIOUS_TAG_SIZE;
  }

  /** Size of the tag and the back pointer after it; 0 when it is incomplete. */
  #readTag(data: Uint8Array, view: DataView, at: number, tags: FlvTag[]): number {
    const available = data.byteLength - at;
    if (available < FLV_TAG_HEADER_SIZE) return 0;
    const first = view.getUint32(at);
    const type = this.#type(first >>> 24);
    const bodySize = first & 0xffffff;
    if (bodySize > MAX_TAG_BODY_SIZE) {
      throw this.#error("FLV tag", `body of ${bodySize} bytes is above ${MAX_TAG_BODY_SIZE}`);
    }
    const size = FLV_TAG_HEADER_SIZE + bodySize + PREVIOUS_TAG_SIZE;
    if (available < size) return 0;
    const low = view.getUint32(at + 4);
    const timestamp = ((low & 0xff) << 24 | low >>> 8) >>> 0;
    const start = at + FLV_TAG_HEADER_SIZE;
    tags.push({ type, timestamp, body: data.subarray(start, start + bodySize) });
    return size;
  }

  #type(flags: number): FlvMessageType {
    if ((flags & FILTER_FLAG) !== 0) {
      throw this.#error("FLV tag", "encrypted tags are not supported");
    }
    const type = TYPES.get(flags & TYPE_MASK);
    if (type === undefined) {
      throw this.#error("FLV tag", `tag type ${flags & TYPE_MASK} is not defined`);
    }
    return type;
  }

  #error(what: string, reason: string): FlvError {
    return new FlvError(what, reason, this.#offset);
  }
}
