import type { Cancel, Clock } from "../../registry/clock.ts";
import type { Unit } from "../../registry/media/unit.ts";
import type { Publisher } from "../../registry/publisher.ts";
import type { Demuxer, DemuxEvent } from "../_formats/demux/events.ts";
import { HOLD_MS } from "../_formats/demux/hold.ts";
import type { ThrottledLog } from "../protocol.ts";

/** From where to where a {@linkcode PublisherFeed} feeds. */
export interface PublisherFeedOptions {
  readonly publisher: Publisher;
  readonly clock: Clock;
  /** Told of what cannot be used. */
  readonly trouble: ThrottledLog;
  /** Where the events come from. */
  readonly source: Pick<Demuxer, "isHolding" | "flush">;
}

/** What comes out of a container, into the registry. */
export class PublisherFeed {
  readonly #options: PublisherFeedOptions;
  #cancelHold: Cancel | undefined;
  #hasDescribed = false;

  constructor(options: PublisherFeedOptions) {
    this.#options = options;
  }

  /** Publishes what the source gave; what it dropped is logged. */
  take(events: readonly DemuxEvent[]): void {
    this.#publish(events);
    this.#boundHold();
  }

  #publish(events: readonly DemuxEvent[]): void {
    const { publisher } = this.#options;
    let units: Unit[] = [];
    for (const event of events) {
      if (event.type === "unit") units.push(event.unit);
      else if (event.type === "dropped") this.logDropped(event.reason);
      else {
        publisher.write(units);
        units = [];
        publisher.describe(event.description);
        this.#hasDescribed = true;
      }
    }
    publisher.write(units);
  }

  /** A publisher that announced a track and never sends it must not keep the others back. */
  #boundHold(): void {
    const { source, clock } = this.#options;
    if (this.#hasDescribed || !source.isHolding) return;
    this.#cancelHold ??= clock.schedule(HOLD_MS, () => this.#endHold());
  }

  /** To a source that holds nothing back any more, a flush would be the end. */
  #endHold(): void {
    const { source } = this.#options;
    if (source.isHolding) this.#publish(source.flush());
  }

  /** One line of log a second. */
  logDropped(reason: string): void {
    this.#options.trouble.log("dropped", "a message was dropped", { reason });
  }

  /** Hands on what is held back, and ends the timer; the publisher is the caller's. */
  close(): void {
    this.#cancelHold?.();
    this.#endHold();
    this.#publish(this.#options.source.flush());
  }
}
