import { describeConfig } from "../../../../registry/media/describe.ts";
import { unlessDamaged } from "../../../../registry/media/errors.ts";
import { splitAnnexB } from "../../../../registry/media/nal.ts";
import { rescale } from "../../../../registry/media/timebase.ts";
import type { Description, Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import type { Recording } from "../../../../registry/recording.ts";
import { indexAtOrBefore, positionOf, startMsFor } from "../positions.ts";
import type { RandomAccessFile } from "../random_access.ts";
import { type IndexedPicture, indexPictures, type PictureIndex } from "./picture_index.ts";
import type { RawCodec, RawConfig } from "./raw_codec.ts";

const TIMESCALE = 90_000;

/** Pictures per second where the parameter sets do not tell. */
const DEFAULT_FPS = 25;

/** Pictures that are read at a time: a fraction of a second. */
const READ_PICTURES = 8;

type RawTrack = Track & { readonly config: RawConfig };
type RawUnit = Unit & { readonly track: RawTrack };

/** A byte stream of H.264 or H.265, by an index that one scan of it makes. Pictures are evenly spaced. */
export class RawRecording implements Recording {
  readonly description: Description;
  readonly durationMs: number;
  readonly startMs: number;
  readonly #file: RandomAccessFile;
  readonly #codec: RawCodec;
  readonly #index: PictureIndex;
  readonly #track: RawTrack;
  readonly #fps: number;
  /** Of key pictures, in `pictures`. */
  readonly #keys: readonly number[];
  readonly #positions: readonly number[];

  private constructor(file: RandomAccessFile, codec: RawCodec, index: PictureIndex) {
    const { config, pictures, depth } = index;
    this.#file = file;
    this.#codec = codec;
    this.#index = index;
    this.#fps = describeConfig(config).fps ?? DEFAULT_FPS;
    this.#track = { id: 1, kind: "video", codec: codec.codec, timescale: TIMESCALE, config };
    this.#keys = pictures.flatMap(({ isKey }, at) => isKey ? [at] : []);
    this.#positions = this.#keys.map((at) => positionOf(this.#toMs(pictures[at]?.rank ?? 0)));
    this.startMs = startMsFor(-this.#toMs(depth));
    this.durationMs = Math.ceil(this.#toMs(pictures.length));
    const metadata = { duration: this.durationMs / 1000, filesize: file.size };
    this.description = { tracks: [this.#track], metadata };
  }

  /** @throws {MediaFileError} there is no key picture in it, or there are too many pictures. */
  static async open(file: RandomAccessFile, codec: RawCodec): Promise<RawRecording> {
    return new RawRecording(file, codec, await indexPictures(file, codec));
  }

  #toMs(pictures: number): number {
    return pictures * 1000 / this.#fps;
  }

  #ticks(pictures: number): number {
    return Math.round(pictures * TIMESCALE / this.#fps) + rescale(this.startMs, 1000, TIMESCALE);
  }

  keys(): Promise<readonly number[]> {
    return Promise.resolve(this.#positions);
  }

  keyAt(ms: number): Promise<number> {
    return Promise.resolve(this.#positions[indexAtOrBefore(this.#positions, ms)] ?? 0);
  }

  async *read(fromMs: number): AsyncIterableIterator<readonly Unit[]> {
    const { pictures } = this.#index;
    const first = this.#keys[indexAtOrBefore(this.#positions, fromMs)] ?? 0;
    let track = this.#track;
    for (let at = first; at < pictures.length; at += READ_PICTURES) {
      const group = pictures.slice(at, at + READ_PICTURES);
      const units: Unit[] = [];
      for (const [index, bytes] of (await this.#bytesOf(group)).entries()) {
        const unit = this.#unit(at + index, bytes, track);
        if (unit === undefined) continue;
        track = unit.track;
        units.push(unit);
      }
      yield units;
    }
  }

  /** The bytes of pictures that follow each other, from one read. */
  async #bytesOf(pictures: readonly IndexedPicture[]): Promise<readonly Uint8Array[]> {
    const start = pictures[0]?.offset ?? 0;
    const bytes = await this.#file.read(start, pictures.at(-1)?.end ?? start);
    return pictures.map(({ offset, end }) => bytes.subarray(offset - start, end - start));
  }

  #unit(at: number, bytes: Uint8Array, track: RawTrack): RawUnit | undefined {
    const picture = this.#index.pictures[at];
    const nals = unlessDamaged(() => splitAnnexB(bytes));
    if (picture === undefined || nals === undefined) return undefined;
    const { payload, config = track.config } = this.#codec.strip(nals, track.config);
    const isChanged = config !== track.config;
    return {
      track: isChanged ? { ...track, config } : track,
      pts: this.#ticks(picture.rank),
      dts: this.#ticks(at - this.#index.depth),
      isKey: picture.isKey,
      payload,
      ...(isChanged && { config }),
    };
  }

  async *readKeys(
    fromMs: number,
    direction: "forwards" | "backwards",
  ): AsyncIterableIterator<Unit> {
    const step = direction === "forwards" ? 1 : -1;
    for (let index = indexAtOrBefore(this.#positions, fromMs);; index += step) {
      const at = this.#keys[index];
      const picture = at === undefined ? undefined : this.#index.pictures[at];
      if (at === undefined || picture === undefined) return;
      const [bytes] = await this.#bytesOf([picture]);
      const unit = bytes && this.#unit(at, bytes, this.#track);
      // To be shown alone, it is decoded when it is shown.
      if (unit !== undefined) yield { ...unit, dts: unit.pts };
    }
  }

  close(): void {
    this.#file.close();
  }
}
