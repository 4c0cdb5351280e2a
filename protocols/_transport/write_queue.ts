import { ConnectionClosedError, WriteQueueOverflowError } from "./errors.ts";
import { joinBytes } from "./join.ts";
import { type Connection, formatAddress } from "./transport.ts";

/** Queued pieces up to this much are joined into one write: below it a copy is cheaper than a call. */
const COALESCE_BYTES = 64 * 1024;

/** What a peer may owe before its session is ended; media has its own bound in the registry. */
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;

interface Piece {
  readonly bytes: Uint8Array;
  readonly done: PromiseWithResolvers<void>;
}

/** Serializes the writes of one session, and joins those that wait into one. */
export class WriteQueue {
  readonly #connection: Connection;
  #pieces: Piece[] = [];
  /** Bytes behind the write that is under way, however large that one is. */
  #waitingBytes = 0;
  #writing = false;
  #failure: Error | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Queues `bytes`, which must not change until the promise settles: it does when they were handed
   * to the system.
   *
   * @throws {ConnectionClosedError} the connection ended before that.
   * @throws {WriteQueueOverflowError} the peer does not read.
   */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#waitingBytes > MAX_QUEUED_BYTES) {
      const remote = formatAddress(this.#connection.remote);
      return Promise.reject(new WriteQueueOverflowError(remote, MAX_QUEUED_BYTES));
    }
    if (!this.#writing && this.#pieces.length === 0) return this.#writeNow(bytes);
    this.#waitingBytes += bytes.byteLength;
    const done = Promise.withResolvers<void>();
    this.#pieces.push({ bytes, done });
    return done.promise;
  }

  async #writeNow(bytes: Uint8Array): Promise<void> {
    this.#writing = true;
    try {
      await this.#connection.write(bytes);
    } catch (error) {
      this.#fail(error);
      throw this.#failure;
    } finally {
      this.#writing = false;
    }
    if (this.#pieces.length > 0) this.#writeQueued();
  }

  #writeQueued(): void {
    const taken = this.#takePieces();
    const bytes = joinBytes(taken.map((piece) => piece.bytes));
    this.#writeNow(bytes).then(
      () => taken.forEach(({ done }) => done.resolve()),
      (error) => taken.forEach(({ done }) => done.reject(error)),
    );
  }

  #takePieces(): readonly Piece[] {
    let size = 0;
    let count = 0;
    for (const { bytes } of this.#pieces) {
      if (count > 0 && size + bytes.byteLength > COALESCE_BYTES) break;
      size += bytes.byteLength;
      count++;
    }
    this.#waitingBytes -= size;
    return this.#pieces.splice(0, count);
  }

  #fail(error: unknown): void {
    this.#failure = error instanceof Error
      ? error
      : new ConnectionClosedError(formatAddress(this.#connection.remote));
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#waitingBytes = 0;
    for (const { done } of pieces) done.reject(this.#failure);
  }
}
