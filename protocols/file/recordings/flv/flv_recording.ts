import { rescale } from "../../../../registry/media/timebase.ts";
import type { Description } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import type { Recording } from "../../../../registry/recording.ts";
import type { DemuxEvent } from "../../../_formats/demux/events.ts";
import { FlvIngest } from "../../../_formats/flv/ingest.ts";
import { FLV_TIMESCALE } from "../../../_formats/flv/message.ts";
import { indexAtOrBefore, positionOf } from "../positions.ts";
import type { RandomAccessFile } from "../random_access.ts";
import { type FlvIndex, type FlvKey, indexFlv, TagClock } from "./flv_index.ts";
import { readTags } from "./tags.ts";

/** Bytes that are read at a time to play: a fraction of a second of most files. */
const READ_BYTES = 64 << 10;

/** An FLV file, by an index that one scan of it makes. */
export class FlvRecording implements Recording {
  readonly #file: RandomAccessFile;
  readonly #index: FlvIndex;
  readonly #positions: readonly number[];

  private constructor(file: RandomAccessFile, index: FlvIndex) {
    this.#file = file;
    this.#index = index;
    this.#positions = index.keys.map(({ pts }) =>
      Math.max(0, positionOf((pts - index.originTicks) * 1000 / FLV_TIMESCALE))
    );
  }

  /** @throws {MediaFileError} there is nothing in it that can be played. */
  static async open(file: RandomAccessFile): Promise<FlvRecording> {
    return new FlvRecording(file, await indexFlv(file));
  }

  get description(): Description {
    return this.#index.description;
  }

  get durationMs(): number {
    return this.#index.durationMs;
  }

  get startMs(): number {
    return this.#index.startMs;
  }

  keys(): Promise<readonly number[]> {
    return Promise.resolve(this.#positions);
  }

  keyAt(ms: number): Promise<number> {
    return Promise.resolve(this.#positions[indexAtOrBefore(this.#positions, ms)] ?? 0);
  }

  async *read(fromMs: number): AsyncIterableIterator<readonly Unit[]> {
    const index = indexAtOrBefore(this.#positions, fromMs);
    const key = this.#index.keys[index];
    if (key === undefined) return;
    // What comes before the first picture belongs to it.
    const offset = index === 0 ? this.#index.firstTag : key.offset;
    yield* this.#from(offset, index === 0 ? undefined : key.timestamp);
  }

  /** Units from a tag on, whose unwrapped timestamp is near `timestamp`. */
  async *#from(offset: number, timestamp?: number): AsyncIterableIterator<readonly Unit[]> {
    const ingest = this.#ingestAt(offset);
    const clock = new TagClock(timestamp);
    for await (const tags of readTags(this.#file, offset, READ_BYTES)) {
      const units = this.#unitsOf(tags.flatMap(({ tag }) => ingest.push(clock.place(tag))));
      if (units.length > 0) yield units;
    }
    yield this.#unitsOf(ingest.flush());
  }

  /** One that has been told everything that is said before a place, and holds nothing back. */
  #ingestAt(offset: number): FlvIngest {
    const ingest = new FlvIngest();
    for (const setup of this.#index.setups) {
      if (setup.offset < offset) ingest.push(setup.tag);
    }
    ingest.flush();
    return ingest;
  }

  #unitsOf(events: readonly DemuxEvent[]): readonly Unit[] {
    const { originTicks, startMs } = this.#index;
    const shift = rescale(startMs, 1000, FLV_TIMESCALE) - originTicks;
    return events.flatMap((event) => {
      if (event.type !== "unit") return [];
      const { unit } = event;
      // Below 0 is only what damaged times say.
      return [{ ...unit, pts: Math.max(0, unit.pts + shift), dts: unit.dts + shift }];
    });
  }

  async *readKeys(
    fromMs: number,
    direction: "forwards" | "backwards",
  ): AsyncIterableIterator<Unit> {
    const { keys } = this.#index;
    const step = direction === "forwards" ? 1 : -1;
    for (let index = indexAtOrBefore(this.#positions, fromMs);; index += step) {
      const key = keys[index];
      if (key === undefined) return;
      const unit = await this.#keyUnit(key);
      // To be shown alone, it is decoded when it is shown.
      if (unit !== undefined) yield { ...unit, dts: unit.pts };
    }
  }

  async #keyUnit(key: FlvKey): Promise<Unit | undefined> {
    const shift = rescale(this.startMs, 1000, FLV_TIMESCALE) - this.#index.originTicks;
    for await (const units of this.#from(key.offset, key.timestamp)) {
      const unit = units.find(({ isKey, pts }) => isKey && pts === key.pts + shift);
      if (unit !== undefined) return unit;
    }
    return undefined;
  }

  close(): void {
    this.#file.close();
  }
}
