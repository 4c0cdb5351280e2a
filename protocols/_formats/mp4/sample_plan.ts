import type { SampleLocation } from "./sample_location.ts";

/** A sample that is to come, and its track. */
export interface PlannedSample extends SampleLocation {
  readonly trackId: number;
}

interface Lane {
  readonly trackId: number;
  readonly samples: Iterator<SampleLocation, void>;
  next: SampleLocation;
}

/**
 * The samples that are to come, in the order of their bytes. Within a lane, which is one track
 * fragment or one track of an unfragmented file, they are in that order already.
 */
export class SamplePlan {
  #lanes: Lane[] = [];

  /** Lanes that have samples left. */
  get lanes(): readonly { readonly trackId: number; readonly next: SampleLocation }[] {
    return this.#lanes;
  }

  add(trackId: number, source: Iterable<SampleLocation, void>): void {
    const samples = source[Symbol.iterator]();
    const next = nextWithBytes(samples);
    if (next !== undefined) this.#lanes.push({ trackId, samples, next });
  }

  /** The sample whose bytes come first. */
  peek(): PlannedSample | undefined {
    const lane = this.#first();
    return lane && { ...lane.next, trackId: lane.trackId };
  }

  /** Takes the sample that {@linkcode peek} gave out of the plan. */
  advance(): void {
    const lane = this.#first();
    if (lane === undefined) return;
    const next = nextWithBytes(lane.samples);
    if (next === undefined) this.#lanes = this.#lanes.filter((other) => other !== lane);
    else lane.next = next;
  }

  /** Forgets all that was to come. */
  clear(): void {
    this.#lanes = [];
  }

  #first(): Lane | undefined {
    let first: Lane | undefined;
    for (const lane of this.#lanes) {
      if (first === undefined || lane.next.offset < first.next.offset) first = lane;
    }
    return first;
  }
}

/** Empty samples only fill time. */
function nextWithBytes(samples: Iterator<SampleLocation, void>): SampleLocation | undefined {
  for (;;) {
    const result = samples.next();
    if (result.done) return undefined;
    if (result.value.size > 0) return result.value;
  }
}
