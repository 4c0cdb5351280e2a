import { ConnectionClosedError } from "../../_transport/errors.ts";
import { type Address, type Connection, formatAddress } from "../../_transport/transport.ts";

/** A write that the client has not taken yet. */
interface Pending {
  readonly bytes: Uint8Array;
  readonly done: PromiseWithResolvers<void>;
}

/** The body of an HTTP response as a connection: what is written goes out, and nothing comes in. */
export class ResponseConnection implements Connection {
  readonly remote: Address;
  readonly local: Address;
  readonly body: ReadableStream<Uint8Array>;
  readonly #ended = Promise.withResolvers<undefined>();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #pending: Pending | undefined;
  /** The client takes more: resolved when it has got something. */
  #demand: PromiseWithResolvers<void> | undefined;
  #isEnded = false;

  constructor(remote: Address, local: Address) {
    this.remote = remote;
    this.local = local;
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#pull(),
      cancel: () => this.#end(),
    }, { highWaterMark: 0 });
  }

  read(): Promise<undefined> {
    return this.#ended.promise;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#isEnded) throw new ConnectionClosedError(formatAddress(this.remote));
    // Nothing to hand on: one write is under way at a time.
    if (bytes.byteLength === 0) return;
    this.#pending = { bytes, done: Promise.withResolvers() };
    const { done } = this.#pending;
    this.#hand();
    await done.promise;
  }

  #pull(): Promise<void> {
    this.#demand = Promise.withResolvers();
    const { promise } = this.#demand;
    this.#hand();
    return promise;
  }

  #hand(): void {
    if (this.#pending === undefined || this.#demand === undefined) return;
    this.#controller?.enqueue(this.#pending.bytes);
    this.#pending.done.resolve();
    this.#demand.resolve();
    this.#pending = undefined;
    this.#demand = undefined;
  }

  close(): void {
    if (this.#isEnded) return;
    const isCut = this.#pending !== undefined;
    this.#end();
    if (isCut) this.#controller?.error(new ConnectionClosedError(formatAddress(this.remote)));
    else this.#controller?.close();
  }

  #end(): void {
    this.#isEnded = true;
    this.#pending?.done.reject(new ConnectionClosedError(formatAddress(this.remote)));
    this.#demand?.resolve();
    this.#ended.resolve(undefined);
  }
}
