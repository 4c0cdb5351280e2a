import { FlvError } from "../../../_formats/flv/errors.ts";
import {
  FLV_HEADER_SIZE,
  FLV_TAG_HEADER_SIZE,
  FlvReader,
  type FlvTag,
  MAX_FLV_HEADER_SIZE,
  PREVIOUS_TAG_SIZE,
} from "../../../_formats/flv/reader.ts";
import { MediaFileError } from "../errors.ts";
import type { RandomAccessFile } from "../random_access.ts";

/** A tag and where it begins in its file. */
export interface PlacedTag {
  readonly tag: FlvTag;
  readonly offset: number;
}

/** What comes before the first tag: a reader that begins later is given it all the same. */
const HEADER = Uint8Array.of(0x46, 0x4c, 0x56, 1, 5, 0, 0, 0, FLV_HEADER_SIZE, 0, 0, 0, 0);

/** Whether a file begins as FLV does. */
export async function isFlv(file: RandomAccessFile): Promise<boolean> {
  if (file.size < HEADER.byteLength) return false;
  const start = await file.read(0, 3);
  return start.every((byte, index) => byte === HEADER[index]);
}

/** Where the first tag begins. @throws {MediaFileError} */
export async function firstTagOffset(file: RandomAccessFile): Promise<number> {
  const header = await file.read(0, FLV_HEADER_SIZE);
  const size = new DataView(header.buffer).getUint32(5);
  if (size < FLV_HEADER_SIZE || size > MAX_FLV_HEADER_SIZE) {
    throw new MediaFileError(`its FLV header says that it has ${size} bytes`);
  }
  return size + PREVIOUS_TAG_SIZE;
}

/**
 * The tags from `start` on, as many at a time as `chunkBytes` have. The last one may be cut short, as in a
 * file that grows: it is left out.
 *
 * @throws {MediaFileError} after the tags before it, for something that is no tag.
 */
export async function* readTags(
  file: RandomAccessFile,
  start: number,
  chunkBytes: number,
  end = file.size,
): AsyncIterableIterator<readonly PlacedTag[]> {
  const reader = new FlvReader();
  reader.feed(HEADER);
  let next = start;
  for (let at = start; at < end; at += chunkBytes) {
    const bytes = await file.read(at, Math.min(end, at + chunkBytes));
    const tags = feed(reader, bytes);
    if (tags instanceof FlvError) {
      const broken = start + tags.offset - HEADER.byteLength;
      // The reader gave nothing of this chunk: its whole tags are read again, without the broken one.
      if (broken > next) yield* readTags(file, next, chunkBytes, broken);
      throw new MediaFileError(`at byte ${broken}: ${tags.message}`);
    }
    const placed: PlacedTag[] = [];
    for (const tag of tags) {
      placed.push({ tag, offset: next });
      next += FLV_TAG_HEADER_SIZE + tag.body.byteLength + PREVIOUS_TAG_SIZE;
    }
    if (placed.length > 0) yield placed;
  }
}

function feed(reader: FlvReader, bytes: Uint8Array): readonly FlvTag[] | FlvError {
  try {
    return reader.feed(bytes);
  } catch (error) {
    if (error instanceof FlvError) return error;
    throw error;
  }
}
