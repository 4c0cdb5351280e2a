import { bodySize, FLV_TYPE_IDS, type FlvMessage } from "./message.ts";
import { FLV_HEADER_SIZE, FLV_TAG_HEADER_SIZE, PREVIOUS_TAG_SIZE } from "./reader.ts";

/** The FLV file header and the back pointer after it (FLV 10.1 sections E.2 and E.3). */
export function flvHeader(has: { readonly audio: boolean; readonly video: boolean }): Uint8Array {
  const header = new Uint8Array(FLV_HEADER_SIZE + PREVIOUS_TAG_SIZE);
  const flags = (has.audio ? 0x04 : 0) | (has.video ? 0x01 : 0);
  header.set([0x46, 0x4c, 0x56, 1, flags, 0, 0, 0, FLV_HEADER_SIZE]);
  return header;
}

/** Largest body of a tag: its size has 24 bits. */
export const MAX_WRITTEN_BODY_SIZE = 0xffffff;

/**
 * One tag with the back pointer after it (FLV 10.1 section E.4.1), in a buffer that the caller owns.
 * Throws a `RangeError` when the body is larger than {@linkcode MAX_WRITTEN_BODY_SIZE}.
 */
export function flvTag(message: FlvMessage): Uint8Array {
  return flvTags([message]);
}

/** The tags of several messages in one buffer that the caller owns. Throws as {@linkcode flvTag}. */
export function flvTags(messages: readonly FlvMessage[]): Uint8Array {
  let size = 0;
  for (const { parts } of messages) {
    size += FLV_TAG_HEADER_SIZE + bodySize(parts) + PREVIOUS_TAG_SIZE;
  }
  const tags = new Uint8Array(size);
  const view = new DataView(tags.buffer);
  let offset = 0;
  for (const message of messages) offset = writeTag(tags, view, offset, message);
  return tags;
}

/** Writes a tag at `offset`, and gives the offset after it. `view` is one of all of `target`. */
function writeTag(target: Uint8Array, view: DataView, offset: number, message: FlvMessage): number {
  const { type, timestamp, parts } = message;
  const size = bodySize(parts);
  if (size > MAX_WRITTEN_BODY_SIZE) {
    throw new RangeError(`Cannot write FLV tag: its body has ${size} bytes`);
  }
  view.setUint32(offset, FLV_TYPE_IDS[type] << 24 | size);
  view.setUint32(offset + 4, timestamp << 8 | timestamp >>> 24 & 0xff);
  let end = offset + FLV_TAG_HEADER_SIZE;
  for (const part of parts) {
    target.set(part, end);
    end += part.byteLength;
  }
  view.setUint32(end, end - offset);
  return end + PREVIOUS_TAG_SIZE;
}
