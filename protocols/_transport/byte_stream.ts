import { WriteQueueOverflowError } from "./errors.ts";
import type { Address, Connection } from "./transport.ts";
import { WriteQueue } from "./write_queue.ts";

/** A player says little, a publisher much: the buffer grows when a read fills it. */
const FIRST_BUFFER_BYTES = 4 * 1024;
const LARGEST_BUFFER_BYTES = 64 * 1024;

/** How long a peer that does not read may hold up a goodbye. */
const GOODBYE_MS = 1_000;

/** Calls `run` once, after `delayMs`; gives what cancels it. */
export interface Scheduler {
  schedule(delayMs: number, run: () => void): () => void;
}

/** What a session has of its peer: bytes in, and bytes out in the order in which they were given. */
export interface ByteStream {
  readonly remote: Address;
  readonly local: Address;
  /**
   * Waits for bytes; `undefined` at the end. They are a view of a buffer that the next call may
   * write to.
   */
  read(): Promise<Uint8Array | undefined>;
  /**
   * Resolves when the system has taken `bytes`, which must not change until then and may be shared
   * with other streams.
   *
   * @throws {ConnectionClosedError} @throws {WriteQueueOverflowError}
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Sends without waiting; a peer that reads nothing of all that it makes us send is cut off. */
  post(bytes: Uint8Array): void;
  /** Ends both directions at once. May be called again. */
  close(): void;
  /** Ends when all that was given has been sent, but soon in any case. */
  closeWhenSent(): Promise<void>;
}

/** The bytes of one connection. */
export class ConnectionStream implements ByteStream {
  readonly #connection: Connection;
  readonly #writes: WriteQueue;
  readonly #scheduler: Scheduler;
  #buffer = new Uint8Array(FIRST_BUFFER_BYTES);

  constructor(connection: Connection, scheduler: Scheduler) {
    this.#connection = connection;
    this.#writes = new WriteQueue(connection);
    this.#scheduler = scheduler;
  }

  get remote(): Address {
    return this.#connection.remote;
  }

  get local(): Address {
    return this.#connection.local;
  }

  async read(): Promise<Uint8Array | undefined> {
    const count = await this.#connection.read(this.#buffer);
    if (count === undefined) return undefined;
    const bytes = this.#buffer.subarray(0, count);
    if (count === this.#buffer.byteLength && count < LARGEST_BUFFER_BYTES) {
      this.#buffer = new Uint8Array(count * 2);
    }
    return bytes;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#writes.write(bytes);
  }

  post(bytes: Uint8Array): void {
    this.#writes.write(bytes).catch((error) => {
      // One that has ended is noticed by `read`.
      if (error instanceof WriteQueueOverflowError) this.close();
    });
  }

  close(): void {
    this.#connection.close();
  }

  async closeWhenSent(): Promise<void> {
    const cancel = this.#scheduler.schedule(GOODBYE_MS, () => this.close());
    try {
      await this.#writes.write(new Uint8Array(0));
    } catch {
      // There is nobody left to say goodbye to.
    } finally {
      cancel();
      this.close();
    }
  }
}
