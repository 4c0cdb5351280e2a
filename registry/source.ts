import type { Cancel, Clock } from "./clock.ts";

/** Where a stream can be fetched from when somebody wants to read it. */
export interface Source {
  /** For people: the URL or path. */
  readonly label: string;
  /**
   * Fetches the stream and publishes it until `signal` is aborted, trying again by itself.
   * Ends early only when trying again is pointless; with a `RegistryError` that those are told who wait.
   */
  run(signal: AbortSignal): Promise<void>;
}

/** Finds the source of a name that nobody publishes. */
export type SourceResolver = (name: string) => Source | undefined;

/** Runs one source while it is wanted, and for a while longer. */
export class SourceRunner {
  readonly source: Source;
  readonly #clock: Clock;
  readonly #lingerMs: number;
  readonly #onEnd: (error?: unknown) => void;
  readonly #abort = new AbortController();
  #cancelLinger: Cancel | undefined;

  constructor(
    source: Source,
    clock: Clock,
    lingerMs: number,
    onEnd: (error?: unknown) => void,
  ) {
    this.source = source;
    this.#clock = clock;
    this.#lingerMs = lingerMs;
    this.#onEnd = onEnd;
  }

  /** Whether the source was told to stop; it may not have ended yet. */
  get isStopped(): boolean {
    return this.#abort.signal.aborted;
  }

  async start(): Promise<void> {
    let failure: unknown;
    try {
      await this.source.run(this.#abort.signal);
    } catch (error) {
      failure = error;
    }
    this.want();
    this.#onEnd(failure);
  }

  /** Somebody reads: the source goes on. */
  want(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
  }

  /** Nobody reads any more: the source is stopped after the linger time. */
  release(): void {
    if (this.isStopped) return;
    this.#cancelLinger ??= this.#clock.schedule(this.#lingerMs, () => this.stop());
  }

  stop(): void {
    this.#cancelLinger?.();
    this.#abort.abort();
  }
}
