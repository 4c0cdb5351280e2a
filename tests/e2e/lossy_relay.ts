const LOOPBACK = "127.0.0.1";

/** Ports of a relay, for the tracks of one sender: two for each, RTP and RTCP. */
interface Link {
  /** Where the gateway gets packets from. */
  readonly outer: Deno.DatagramConn;
  /** Where the sender sends them to. */
  readonly inner: Deno.DatagramConn;
}

/** Whether a packet is lost on the way, by its place in the order of all RTP packets. */
export type Loss = (index: number, packet: Uint8Array) => boolean;

/**
 * Stands between one publisher and an RTSP server: requests pass, with ports of its own put into
 * them, and of the RTP packets over UDP those that `loss` does not choose.
 */
export class LossyRelay implements AsyncDisposable {
  readonly url: string;
  readonly #server: URL;
  readonly #loss: Loss;
  readonly #listener: Deno.TcpListener;
  readonly #open: { close(): void }[] = [];
  readonly #running: Promise<void>[] = [];
  #packets = 0;
  #lost = 0;

  constructor(serverUrl: string, loss: Loss) {
    this.#server = new URL(serverUrl);
    this.#loss = loss;
    this.#listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
    const { port } = this.#listener.addr;
    this.url = serverUrl.replace(this.#server.host, `${LOOPBACK}:${port}`);
    this.#running.push(this.#serve());
  }

  /** RTP packets that the sender sent, and those of them that were thrown away. */
  get counts(): { readonly packets: number; readonly lost: number } {
    return { packets: this.#packets, lost: this.#lost };
  }

  async #serve(): Promise<void> {
    const client = await this.#listener.accept();
    const { hostname, port } = this.#server;
    const server = await Deno.connect({ hostname, port: Number(port) });
    this.#open.push(client, server);
    /** Links of the SETUP that is under way. */
    let links: readonly Link[] = [];
    let clientPort = "";
    await Promise.all([
      pass(client, server, (text) =>
        text.replace(/client_port=([\d-]+)/, (_, ports: string) => {
          clientPort = ports;
          links = [0, 1].map(() => this.#openLink());
          return `client_port=${links.map(({ outer }) => portOf(outer)).join("-")}`;
        })),
      pass(
        server,
        client,
        (text) =>
          text.replace(/client_port=[\d-]+;server_port=([\d-]+)/, (_, serverPort: string) => {
            this.#connect(
              links,
              clientPort.split("-").map(Number),
              serverPort.split("-").map(Number),
            );
            const ours = links.map(({ inner }) => portOf(inner)).join("-");
            return `client_port=${clientPort};server_port=${ours}`;
          }),
      ),
    ]).catch(() => {});
  }

  #openLink(): Link {
    const open = () => Deno.listenDatagram({ hostname: LOOPBACK, port: 0, transport: "udp" });
    const link = { outer: open(), inner: open() };
    this.#open.push(link.outer, link.inner);
    return link;
  }

  #connect(
    links: readonly Link[],
    clientPorts: readonly number[],
    serverPorts: readonly number[],
  ): void {
    links.forEach(({ inner, outer }, index) => {
      const isRtp = index === 0;
      this.#running.push(
        forward(inner, outer, serverPorts[index] ?? 0, (packet) => !isRtp || this.#passes(packet)),
        forward(outer, inner, clientPorts[index] ?? 0, () => true),
      );
    });
  }

  #passes(packet: Uint8Array): boolean {
    const isLost = this.#loss(this.#packets++, packet);
    if (isLost) this.#lost++;
    return !isLost;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const resource of this.#open) {
      try {
        resource.close();
      } catch {
        // The peer has closed it.
      }
    }
    await Promise.allSettled(this.#running);
  }
}

function portOf(socket: Deno.DatagramConn): number {
  return (socket.addr as Deno.NetAddr).port;
}

/** Passes text on; requests and answers come whole from clients that wait for each other. */
async function pass(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  change: (text: string) => string,
): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  const [decoder, encoder] = [new TextDecoder("latin1"), new TextEncoder()];
  for (let size = await from.read(buffer); size !== null; size = await from.read(buffer)) {
    await to.write(encoder.encode(change(decoder.decode(buffer.subarray(0, size)))));
  }
  await to.closeWrite();
}

async function forward(
  from: Deno.DatagramConn,
  by: Deno.DatagramConn,
  port: number,
  passes: (packet: Uint8Array) => boolean,
): Promise<void> {
  const to: Deno.NetAddr = { transport: "udp", hostname: LOOPBACK, port };
  for await (const [packet] of from) if (passes(packet)) await by.send(packet, to);
}
