import { BitstreamError } from "../../../../registry/media/errors.ts";
import { MediaFileError } from "../errors.ts";
import type { RandomAccessFile } from "../random_access.ts";
import { type AccessUnit, AccessUnits } from "./access_units.ts";
import { NalStream } from "./nal_stream.ts";
import type { RawCodec, RawConfig } from "./raw_codec.ts";

/** Bytes that are read at a time to make the index, and kept no longer. */
const SCAN_BYTES = 1 << 20;

/** Pictures of one file: 22 hours at 25 a second, some 100 MB of index at most. */
export const MAX_PICTURES = 2_000_000;

/** One picture of the file. */
export interface IndexedPicture {
  readonly offset: number;
  readonly end: number;
  readonly isKey: boolean;
  /** Its place in the output, counted from 0. */
  rank: number;
}

/** What one scan of a byte stream finds, from its first key picture on. */
export interface PictureIndex {
  readonly config: RawConfig;
  /** In decoding order. */
  readonly pictures: readonly IndexedPicture[];
  /** Pictures by which the output is behind the decoding. */
  readonly depth: number;
}

/** Reads a whole byte stream. What is damaged ends the index. @throws {MediaFileError} */
export async function indexPictures(
  file: RandomAccessFile,
  codec: RawCodec,
): Promise<PictureIndex> {
  const scan = new Scan(codec);
  const stream = new NalStream();
  const units = new AccessUnits(codec.createRoles());
  try {
    for (let at = 0; at < file.size; at += SCAN_BYTES) {
      const bytes = await file.read(at, Math.min(file.size, at + SCAN_BYTES));
      for (const nal of stream.feed(bytes)) scan.take(units.push(nal));
    }
    for (const nal of stream.flush()) scan.take(units.push(nal));
    scan.take(units.flush(file.size));
  } catch (error) {
    if (!(error instanceof BitstreamError)) throw error;
  }
  return scan.finish();
}

class Scan {
  readonly #codec: RawCodec;
  readonly #pictures: IndexedPicture[] = [];
  /** Pictures since the last reset, by their order. */
  #group: { readonly order: number; readonly picture: IndexedPicture }[] = [];
  #config: RawConfig | undefined;
  #ranked = 0;

  constructor(codec: RawCodec) {
    this.#codec = codec;
  }

  take(unit: AccessUnit | undefined): void {
    if (unit === undefined) return;
    if (this.#config === undefined) this.#begin(unit);
    if (this.#config === undefined) return;
    if (this.#pictures.length === MAX_PICTURES) {
      throw new MediaFileError(`it has more than ${MAX_PICTURES} pictures`);
    }
    const { offset, end, isKey, head } = unit;
    if (head.isReset) this.#rank();
    const picture = { offset, end, isKey, rank: 0 };
    this.#pictures.push(picture);
    this.#group.push({ order: head.order, picture });
  }

  /** What comes before the first key picture with its parameter sets cannot be decoded. */
  #begin({ isKey, nals }: AccessUnit): void {
    if (!isKey) return;
    const { config } = this.#codec.strip(nals, undefined);
    // A copy: these are views of what was read with them.
    this.#config = config && structuredClone(config);
  }

  #rank(): void {
    this.#group.sort((a, b) => a.order - b.order);
    for (const { picture } of this.#group) picture.rank = this.#ranked++;
    this.#group = [];
  }

  finish(): PictureIndex {
    this.#rank();
    if (this.#config === undefined) {
      throw new MediaFileError(`there is no key picture of ${this.#codec.codec} in it`);
    }
    let depth = 0;
    for (const [index, { rank }] of this.#pictures.entries()) depth = Math.max(depth, index - rank);
    return { config: this.#config, pictures: this.#pictures, depth };
  }
}
