import { listenOnFirst } from "../../_transport/listen.ts";
import type {
  Address,
  DatagramSocket,
  ListenDatagramOptions,
  Transport,
} from "../../_transport/transport.ts";
import { formatAddress } from "../../_transport/transport.ts";

/** Ports that are tried for a pair when the system may choose. */
const FREE_PAIR_ATTEMPTS = 32;

/** As the port of a peer: whichever it sends from. */
export const ANY_PORT = 0;

/** Which of the two ports of a pair. */
export type UdpRole = "rtp" | "rtcp";

type SocketPair = Readonly<Record<UdpRole, DatagramSocket>>;

/** Takes the datagrams of one peer. */
export type DatagramHandler = (bytes: Uint8Array) => void;

export interface UdpPortsOptions extends Omit<ListenDatagramOptions, "host" | "port"> {
  /** Told of a datagram from an address that no session has, and how many there were so far. */
  readonly onStranger?: (from: Address, count: number) => void;
}

/**
 * A pair of UDP ports: the one of a server, or that of one track of a client. Peers are told apart by
 * their addresses: what comes from any other is counted and dropped.
 */
export class UdpPorts {
  readonly #sockets: SocketPair;
  readonly #handlers: Readonly<Record<UdpRole, Map<string, DatagramHandler>>> = {
    rtp: new Map(),
    rtcp: new Map(),
  };
  readonly #receiving: readonly Promise<void>[];
  readonly #onStranger: UdpPortsOptions["onStranger"];
  #strangers = 0;

  private constructor(sockets: SocketPair, onStranger: UdpPortsOptions["onStranger"]) {
    this.#sockets = sockets;
    this.#onStranger = onStranger;
    this.#receiving = [this.#receive("rtp"), this.#receive("rtcp")];
  }

  /**
   * Opens the first port of `rtpPorts` that is free together with the one after it; 0 takes a free
   * pair.
   *
   * @throws {ListenError}
   */
  static async open(
    transport: Transport,
    host: string,
    rtpPorts: readonly number[],
    options: UdpPortsOptions = {},
  ): Promise<UdpPorts> {
    const attempts = rtpPorts.flatMap((port) =>
      Array<number>(port === 0 ? FREE_PAIR_ATTEMPTS : 1).fill(port)
    );
    const { onStranger, ...where } = options;
    const sockets = await listenOnFirst(
      attempts,
      (port) => openPair(transport, { host, ...where }, port),
    );
    return new UdpPorts(sockets, onStranger);
  }

  get endpoints(): readonly { readonly scheme: UdpRole; readonly address: Address }[] {
    const { rtp, rtcp } = this.#sockets;
    return [{ scheme: "rtp", address: rtp.address }, { scheme: "rtcp", address: rtcp.address }];
  }

  get rtpPort(): number {
    return this.#sockets.rtp.address.port;
  }

  get rtcpPort(): number {
    return this.#sockets.rtcp.address.port;
  }

  async #receive(role: UdpRole): Promise<void> {
    for (;;) {
      const datagram = await this.#sockets[role].receive();
      if (datagram === undefined) return;
      const { bytes, from } = datagram;
      const handlers = this.#handlers[role];
      const handler = handlers.get(keyOf(from)) ?? handlers.get(keyOf({ ...from, port: ANY_PORT }));
      if (handler === undefined) this.#onStranger?.(from, ++this.#strangers);
      else handler(bytes);
    }
  }

  /** Hands what comes from `peer`, or any port of it, to `handler`, until the returned function is called. */
  listen(role: UdpRole, peer: Address, handler: DatagramHandler): () => void {
    const handlers = this.#handlers[role];
    const key = keyOf(peer);
    handlers.set(key, handler);
    return () => {
      if (handlers.get(key) === handler) handlers.delete(key);
    };
  }

  /** Whether another session has this peer's address. */
  isTaken(role: UdpRole, peer: Address): boolean {
    return this.#handlers[role].has(keyOf(peer));
  }

  /** Sends datagrams, which must not change until the promise settles. Never rejects. */
  send(role: UdpRole, datagrams: readonly Uint8Array[], to: Address): Promise<number> {
    return this.#sockets[role].send(datagrams, to);
  }

  /** Resolves when both ports are free again. */
  async close(): Promise<void> {
    this.#sockets.rtp.close();
    this.#sockets.rtcp.close();
    await Promise.all(this.#receiving);
  }
}

async function openPair(
  transport: Transport,
  where: Omit<ListenDatagramOptions, "port">,
  port: number,
): Promise<SocketPair> {
  const rtp = await transport.listenDatagram({ ...where, port });
  try {
    const rtcp = await transport.listenDatagram({ ...where, port: rtp.address.port + 1 });
    return { rtp, rtcp };
  } catch (error) {
    rtp.close();
    throw error;
  }
}

/** A socket that listens on IPv6 too shows IPv4 peers in IPv6's clothes. */
function keyOf({ host, port }: Address): string {
  return formatAddress({ host: host.replace(/^::ffff:/i, ""), port });
}
