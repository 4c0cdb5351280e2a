import type { VodSegment } from "./segment.ts";

/**
 * Segments that are made at a time: each reads a file and holds up to `MAX_SEGMENT_BYTES`. More at once
 * make none of them come sooner.
 */
const MAX_AT_A_TIME = 8;

type Make = () => Promise<VodSegment | undefined>;

/** Makes segments of recordings: each once for all who ask for it meanwhile, and few at a time. */
export class SegmentMaker {
  readonly #making = new Map<string, Promise<VodSegment | undefined>>();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  /** @param id of the segment: requests of the same one share what `make` gives. */
  make(id: string, make: Make): Promise<VodSegment | undefined> {
    const known = this.#making.get(id);
    if (known !== undefined) return known;
    const made = this.#inTurn(make).finally(() => this.#making.delete(id));
    this.#making.set(id, made);
    return made;
  }

  async #inTurn(make: Make): Promise<VodSegment | undefined> {
    // Whoever is woken has the place of the one who left.
    if (this.#busy >= MAX_AT_A_TIME) {
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    } else this.#busy++;
    try {
      return await make();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy--;
      else next();
    }
  }
}
