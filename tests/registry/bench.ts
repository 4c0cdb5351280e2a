import type { RegistryEvent } from "../../registry/events.ts";
import type { Description } from "../../registry/media/track.ts";
import type { Publisher } from "../../registry/publisher.ts";
import type { Batch, Reader, ReadOptions } from "../../registry/reader.ts";
import { Registry, type RegistryOptions } from "../../registry/registry.ts";
import { settle, VirtualClock } from "../virtual_clock.ts";
import { AV, peer, times } from "./units.ts";

/** A registry in virtual time that remembers its events. */
export class RegistryBench {
  readonly clock = new VirtualClock();
  readonly registry: Registry;
  readonly events: RegistryEvent[] = [];
  readonly internalErrors: unknown[] = [];

  constructor(options: RegistryOptions = {}) {
    this.registry = new Registry({
      clock: this.clock,
      onInternalError: (error) => this.internalErrors.push(error),
      ...options,
    });
    this.registry.subscribe((event) => this.events.push(event));
  }

  get eventTypes(): readonly string[] {
    return this.events.map(({ type }) => type);
  }

  async publish(name = "live/cam1", description: Description = AV): Promise<Publisher> {
    const publisher = await this.registry.publish(peer(name));
    publisher.describe(description);
    return publisher;
  }

  async read(options?: ReadOptions, name = "live/cam1"): Promise<Viewer> {
    return new Viewer(await this.registry.read(peer(name, "192.0.2.2:6000"), options));
  }
}

/** A reader that is read from all the time, and what it was given. */
export class Viewer {
  readonly reader: Reader;
  readonly batches: Batch[] = [];
  error: unknown;
  isDone = false;

  constructor(reader: Reader) {
    this.reader = reader;
    this.#run();
  }

  async #run(): Promise<void> {
    try {
      for (let batch; (batch = await this.reader.read()) !== undefined;) this.batches.push(batch);
    } catch (error) {
      this.error = error;
    }
    this.isDone = true;
  }

  /** Milliseconds of every unit, and `"end"` for every end. */
  async log(): Promise<readonly (number | "end")[]> {
    await settle();
    return this.batches.flatMap<number | "end">((batch) =>
      batch.type === "end" ? ["end"] : times(batch.units)
    );
  }
}
