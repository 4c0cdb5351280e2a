import { ListenError } from "./errors.ts";
import { reasonOf, toAddress } from "./net.ts";
import type { Address, Datagram, DatagramSocket, ListenDatagramOptions } from "./transport.ts";

/** Datagrams are received into slices of a slab, since most are far smaller than they may be. */
const SLAB_BYTES = 256 * 1024;

/** The largest datagram that IPv4 carries; what is cut off would be lost. */
const MAX_DATAGRAM_BYTES = 65_507;

/** Hops of what a receiver of a group sends to it: it stays on the site. */
const MULTICAST_TTL = 16;

/** The group that every host is in anyway: Deno sets a TTL on memberships only. */
const ALL_HOSTS = "224.0.0.1";

class UdpSocket implements DatagramSocket {
  readonly address: Address;
  readonly #conn: Deno.DatagramConn;
  #slab = new Uint8Array(SLAB_BYTES);
  #used = 0;
  #closed = false;

  constructor(conn: Deno.DatagramConn) {
    this.#conn = conn;
    this.address = toAddress(conn.addr);
  }

  async receive(): Promise<Datagram | undefined> {
    while (!this.#closed) {
      try {
        const [bytes, from] = await this.#conn.receive(this.#room());
        this.#used += bytes.byteLength;
        return { bytes, from: toAddress(from) };
      } catch {
        // An ICMP error of something that was sent ends up here; the socket itself goes on.
      }
    }
    return undefined;
  }

  #room(): Uint8Array {
    if (SLAB_BYTES - this.#used < MAX_DATAGRAM_BYTES) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    return this.#slab.subarray(this.#used, this.#used + MAX_DATAGRAM_BYTES);
  }

  async send(datagrams: readonly Uint8Array[], to: Address): Promise<number> {
    const address = { transport: "udp", hostname: to.host, port: to.port } as const;
    let sent = 0;
    for (const datagram of datagrams) {
      try {
        // One after the other: sends that wait together go out in reverse.
        await this.#conn.send(datagram, address);
        sent++;
      } catch {
        // No room, no route: to a receiver it is a lost datagram like any other.
      }
    }
    return sent;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }
}

/** Opens a UDP socket, and joins a multicast group with it. @throws {ListenError} */
export async function listenUdp(options: ListenDatagramOptions): Promise<DatagramSocket> {
  const { host, port, group, multicastTtl } = options;
  try {
    const conn = Deno.listenDatagram({
      transport: "udp",
      // A group's datagrams are not addressed to any of our own addresses.
      hostname: group === undefined ? host : "0.0.0.0",
      port,
      loopback: true,
      reuseAddress: group !== undefined,
    });
    if (group !== undefined || multicastTtl !== undefined) await join(conn, options);
    return new UdpSocket(conn);
  } catch (error) {
    throw new ListenError(host, port, reasonOf(error));
  }
}

async function join(
  conn: Deno.DatagramConn,
  { host, group = ALL_HOSTS, multicastTtl = MULTICAST_TTL }: ListenDatagramOptions,
): Promise<void> {
  try {
    const membership = await conn.joinMulticastV4(group, host);
    await membership.setTTL(multicastTtl);
  } catch (error) {
    conn.close();
    throw error;
  }
}
