import type { Description } from "../../registry/media/track.ts";
import type { Unit } from "../../registry/media/unit.ts";
import type { Recording } from "../../registry/recording.ts";

/** Milliseconds at which a unit is shown. */
function shownAt({ pts, track }: Unit): number {
  return pts * 1000 / track.timescale;
}

/** A recording of units that are all in memory. */
export class FakeRecording implements Recording {
  readonly startMs = 0;
  readonly durationMs: number;
  readonly #units: readonly Unit[];
  isClosed = false;

  constructor(readonly description: Description, units: readonly Unit[], durationMs: number) {
    this.#units = units;
    this.durationMs = durationMs;
  }

  get #keyUnits(): readonly Unit[] {
    const lead = this.description.tracks.find(({ kind }) => kind === "video");
    return this.#units.filter(({ track, isKey }) =>
      isKey && (lead === undefined || track === lead)
    );
  }

  keys(): Promise<readonly number[]> {
    return Promise.resolve(this.#keyUnits.map(shownAt));
  }

  async keyAt(ms: number): Promise<number> {
    const keys = await this.keys();
    return keys.findLast((key) => key <= ms) ?? keys[0] ?? 0;
  }

  async *read(fromMs: number): AsyncIterableIterator<readonly Unit[]> {
    const key = await this.keyAt(fromMs);
    const start = this.#units.findIndex((unit) => unit.isKey && shownAt(unit) >= key);
    for (const unit of this.#units.slice(start)) yield [unit];
  }

  async *readKeys(
    fromMs: number,
    direction: "forwards" | "backwards",
  ): AsyncIterableIterator<Unit> {
    const key = await this.keyAt(fromMs);
    const units = direction === "forwards"
      ? this.#keyUnits.filter((unit) => shownAt(unit) >= key)
      : this.#keyUnits.filter((unit) => shownAt(unit) <= key).reverse();
    yield* units;
  }

  close(): void {
    this.isClosed = true;
  }
}
