import type { Cancel, Clock } from "../../../registry/clock.ts";
import { Admissions, DEFAULT_ADMISSION_LIMITS } from "../../_transport/admission.ts";
import type { Address, Connection, Listener, Transport } from "../../_transport/transport.ts";
import { WriteQueue } from "../../_transport/write_queue.ts";
import { Deframer, framed } from "./framing.ts";
import { plainHost } from "./ip.ts";
import { addressKey, type PeerAddress } from "./peer_address.ts";

/** A connection on which nobody has proved to be a peer of ours for so long is closed. */
const CLAIM_LIMIT_MS = 10_000;

const READ_BUFFER_BYTES = 8 * 1024;

export interface TcpPortOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Where UDP is listened on: peers are told the same port for both. */
  readonly address: Address;
  readonly onDatagram: (bytes: Uint8Array, from: PeerAddress) => void;
}

interface Link {
  readonly connection: Connection;
  readonly writes: WriteQueue;
  readonly cancelLimit: Cancel;
}

/** Takes peers whose network lets nothing but TCP through (RFC 6544, passive side). */
export class TcpPort {
  readonly #options: TcpPortOptions;
  readonly #listener: Listener;
  readonly #admissions = new Admissions(DEFAULT_ADMISSION_LIMITS);
  readonly #links = new Map<string, Link>();
  readonly #accepting: Promise<void>;

  private constructor(listener: Listener, options: TcpPortOptions) {
    this.#listener = listener;
    this.#options = options;
    this.#accepting = this.#accept();
  }

  /** @throws {ListenError} */
  static async open(options: TcpPortOptions): Promise<TcpPort> {
    return new TcpPort(await options.transport.listen(options.address), options);
  }

  /** Resolves when the system has taken them; gives how many went out. */
  async send(datagrams: readonly Uint8Array[], to: PeerAddress): Promise<number> {
    const link = this.#links.get(addressKey(to));
    try {
      await link?.writes.write(framed(datagrams));
      return link === undefined ? 0 : datagrams.length;
    } catch {
      // It has ended, or reads nothing of all that it is sent.
      link?.connection.close();
      return 0;
    }
  }

  /** Somebody has proved to be a peer. */
  keep(address: string): void {
    this.#links.get(address)?.cancelLimit();
  }

  /** The peer has gone. */
  end(address: string): void {
    this.#links.get(address)?.connection.close();
  }

  /** Ends all connections, and resolves when the port is free again. */
  async close(): Promise<void> {
    this.#listener.close();
    for (const { connection } of this.#links.values()) connection.close();
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) this.#serve(connection);
  }

  async #serve(connection: Connection): Promise<void> {
    const from = {
      ...connection.remote,
      host: plainHost(connection.remote.host),
      via: "tcp",
    } as const;
    const admission = this.#admissions.admit(from.host);
    const key = addressKey(from);
    const cancelLimit = this.#options.clock.schedule(CLAIM_LIMIT_MS, () => connection.close());
    this.#links.set(key, { connection, writes: new WriteQueue(connection), cancelLimit });
    try {
      if (admission.refusal === undefined) await this.#read(connection, from);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    } finally {
      cancelLimit();
      connection.close();
      this.#links.delete(key);
      admission.release();
    }
  }

  /** @throws {RangeError} what comes is not framed. */
  async #read(connection: Connection, from: PeerAddress): Promise<void> {
    const buffer = new Uint8Array(READ_BUFFER_BYTES);
    for (const deframer = new Deframer();;) {
      const count = await connection.read(buffer);
      if (count === undefined) return;
      for (const datagram of deframer.feed(buffer.subarray(0, count))) {
        this.#options.onDatagram(datagram, from);
      }
    }
  }
}
