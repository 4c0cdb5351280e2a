import type { RegistryError } from "./errors.ts";
import type { Peer } from "./events.ts";
import { KeyRequests, type PublishOptions } from "./key_requests.ts";
import type { Description } from "./media/track.ts";
import type { Unit } from "./media/unit.ts";
import type { Stream } from "./stream.ts";

/** How a publisher ends. */
export interface PublisherEnd {
  /**
   * Whether the publisher may be expected back: a lost connection, not an orderly end. The stream
   * is then kept for its grace time.
   */
  readonly resumable: boolean;
}

/** The one publisher of a stream. Made by `Registry.publish`. */
export class Publisher {
  readonly name: string;
  readonly peer: Peer;
  /** Milliseconds of UTC. */
  readonly since: number;
  /** What readers ask of its encoder. */
  readonly keys: KeyRequests;
  readonly #stream: Stream;
  readonly #abort = new AbortController();
  #closed = false;

  constructor(stream: Stream, peer: Peer, options: PublishOptions) {
    this.name = stream.name;
    this.peer = peer;
    this.since = stream.clock.utc();
    this.keys = new KeyRequests(stream.clock, options);
    this.#stream = stream;
  }

  /** Aborted with a `RegistryError` when the registry ends this publisher. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Says what the units from now on are. Must come before the first unit. */
  describe(description: Description): void {
    if (!this.#closed) this.#stream.describe(description);
  }

  /**
   * Hands units on, in decoding order per track. The stream keeps them: neither they nor the buffers
   * behind their payload may be changed afterwards.
   */
  write(units: readonly Unit[]): void {
    if (!this.#closed && units.length > 0) this.#stream.append(units);
  }

  /** Ends the publishing. May be called again. */
  close(end: PublisherEnd = { resumable: false }): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stream.publisherLeft(this, end.resumable);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Ends this publisher from the registry's side, with a reason that `signal` carries. */
  cut(error: RegistryError): void {
    if (this.#closed) return;
    this.close({ resumable: false });
    this.#abort.abort(error);
  }

  /** As `cut`, but another publisher goes on in the same stream. */
  replace(error: RegistryError): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#abort.abort(error);
  }
}
