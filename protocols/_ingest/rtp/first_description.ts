import { rescale } from "../../../registry/media/timebase.ts";
import type { Description } from "../../../registry/media/track.ts";
import { payloadBytes, type Unit } from "../../../registry/media/unit.ts";
import type { UnitSink } from "./incoming_track.ts";

/** Media time that the first description may wait for, in milliseconds. */
const HOLD_MS = 1000;

/** Payload that may wait with it: a second of 128 Mbit/s. */
const HOLD_BYTES = 16 << 20;

/** Units that may wait with it; a second of 60 pictures and 50 audio frames, many times over. */
const HOLD_UNITS = 1024;

/**
 * Holds the first units of a sender whose SDP leaves configurations to the packets, until these have
 * told them: a reader that gets its description once, as an FLV header or an SDP, gets all of it.
 */
export class FirstDescription implements UnitSink {
  readonly #sink: UnitSink;
  readonly #units: Unit[] = [];
  #description: Description | undefined;
  #bytes = 0;
  #isOver = false;

  constructor(sink: UnitSink) {
    this.#sink = sink;
  }

  describe(description: Description): void {
    this.#description = description;
    if (this.#isOver) this.#sink.describe(description);
    else if (description.tracks.every(({ config }) => config !== undefined)) this.#end();
  }

  write(units: readonly Unit[]): void {
    if (this.#isOver) return this.#sink.write(units);
    for (const unit of units) {
      this.#units.push(unit);
      this.#bytes += payloadBytes(unit);
    }
    if (this.#isTooMuch()) this.#end();
  }

  #isTooMuch(): boolean {
    return this.#bytes > HOLD_BYTES || this.#units.length >= HOLD_UNITS || this.#span() >= HOLD_MS;
  }

  /** Milliseconds between the first and the last unit; either may be the earlier one. */
  #span(): number {
    const [first, last] = [this.#units.at(0), this.#units.at(-1)];
    if (first === undefined || last === undefined) return 0;
    return Math.abs(milliseconds(last) - milliseconds(first));
  }

  /** Hands on what waits; nothing waits after this. */
  flush(): void {
    if (!this.#isOver) this.#end();
  }

  #end(): void {
    this.#isOver = true;
    if (this.#description !== undefined) this.#sink.describe(this.#description);
    this.#sink.write(this.#units.splice(0));
  }
}

function milliseconds({ dts, track }: Unit): number {
  return rescale(dts, track.timescale, 1000);
}
