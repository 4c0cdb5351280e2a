import type { Clock } from "../../registry/clock.ts";
import { joinBytes } from "../_formats/join.ts";

/** A body that ended before its end. */
export class BodyLostError extends Error {
  override readonly name = "BodyLostError";
  constructor() {
    super("Cannot read on: the connection was lost");
  }
}

/** A body of which nothing came for too long. */
export class BodySilentError extends Error {
  override readonly name = "BodySilentError";
  constructor(readonly silentMs: number) {
    super(`Cannot read on: nothing came for ${silentMs / 1000} s`);
  }
}

/** How long a {@linkcode BodyReader} waits. */
export interface BodyReaderOptions {
  readonly clock: Clock;
  /** Longest pause, in milliseconds. */
  readonly silenceMs: number;
}

/** A body that comes over the network, as fast as it is read and with a limit to its pauses. */
export class BodyReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #options: BodyReaderOptions;
  /** Of the read that waits. */
  #waiting: PromiseWithResolvers<never> | undefined;
  #failure: { readonly reason: unknown } | undefined;

  constructor(body: ReadableStream<Uint8Array>, options: BodyReaderOptions) {
    this.#reader = body.getReader();
    this.#options = options;
  }

  /**
   * The next bytes, which nothing else writes to: `atLeast` so many, unless the end comes before;
   * `undefined` at the end.
   *
   * @throws {BodyLostError} @throws {BodySilentError} and what `fail` was given.
   */
  async read(atLeast = 1): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    for (let size = 0; size < atLeast;) {
      const bytes = await this.#readSome();
      if (bytes === undefined) break;
      parts.push(bytes);
      size += bytes.byteLength;
    }
    return parts.length === 0 ? undefined : joinBytes(parts);
  }

  async #readSome(): Promise<Uint8Array | undefined> {
    if (this.#failure !== undefined) throw this.#failure.reason;
    const { clock, silenceMs } = this.#options;
    const waiting = this.#waiting = Promise.withResolvers<never>();
    const cancel = clock.schedule(silenceMs, () => this.fail(new BodySilentError(silenceMs)));
    try {
      return await Promise.race([this.#next(), waiting.promise]);
    } finally {
      this.#waiting = undefined;
      cancel();
    }
  }

  async #next(): Promise<Uint8Array | undefined> {
    try {
      return (await this.#reader.read()).value;
    } catch {
      throw new BodyLostError();
    }
  }

  /** Has the read that waits, and those to come, throw `reason`. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.#waiting?.reject(this.#failure.reason);
  }

  /** Gives up what has yet to come. */
  cancel(): void {
    this.#reader.cancel().catch(() => {});
  }
}
