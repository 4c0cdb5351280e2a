import type { Page } from "npm:playwright-core@^1.65.1";
import { Random } from "../fuzz/fuzz.ts";
import { changeAnswers } from "./rtc_page.ts";

const LOOPBACK = "127.0.0.1";

/** How bad a path is, in each direction. */
export interface PathFaults {
  readonly lossPercent: number;
  readonly delayMs: number;
}

/**
 * So that the same datagrams are lost in every run, counted from the first one in each direction. Of
 * 2 %, those are none of the first 36, in which ICE and DTLS connect, and would retry after a second.
 */
const SEED = 5;

const CANDIDATES = /^a=candidate:.*\r\n/gm;

/** Stands between one peer and the gateway's port for WebRTC: loses datagrams, and delays the others. */
export class SlowPath implements AsyncDisposable {
  readonly port: number;
  readonly #faults: PathFaults;
  readonly #outer = Deno.listenDatagram({ hostname: LOOPBACK, port: 0, transport: "udp" });
  readonly #inner = Deno.listenDatagram({ hostname: LOOPBACK, port: 0, transport: "udp" });
  readonly #running: readonly Promise<void>[];
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #peer: Deno.Addr | undefined;
  #lost = 0;

  /** @param gateway URL of its port, `webrtc://127.0.0.1:8189`. */
  constructor(gateway: string, faults: PathFaults) {
    this.#faults = faults;
    this.port = (this.#outer.addr as Deno.NetAddr).port;
    const { hostname, port } = new URL(gateway);
    const server: Deno.NetAddr = { transport: "udp", hostname, port: Number(port) };
    this.#running = [
      this.#pass(this.#outer, (packet, from) => {
        this.#peer = from;
        return this.#inner.send(packet, server);
      }),
      this.#pass(this.#inner, async (packet) => {
        if (this.#peer !== undefined) await this.#outer.send(packet, this.#peer);
      }),
    ];
  }

  /** Datagrams that were thrown away. */
  get lost(): number {
    return this.#lost;
  }

  /** Has what the page offers from now on go this way: it is told of no other one. */
  async divert(page: Page): Promise<void> {
    await changeAnswers(page, (answer) => divertCandidates(answer, this.port));
  }

  async #pass(
    from: Deno.DatagramConn,
    send: (packet: Uint8Array, from: Deno.Addr) => Promise<unknown>,
  ): Promise<void> {
    const random = new Random(SEED);
    for await (const [packet, address] of from) {
      if (random.int(100) < this.#faults.lossPercent) this.#lost++;
      else this.#later(() => send(packet, address));
    }
  }

  #later(send: () => Promise<unknown>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      // The sockets may be closed by now.
      send().catch(() => {});
    }, this.#faults.delayMs);
    this.#timers.add(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#outer.close();
    this.#inner.close();
    await Promise.allSettled(this.#running);
  }
}

/** Leaves one candidate, over UDP and on the loopback, and gives it another port. */
function divertCandidates(answer: string, port: number): string {
  const candidate = `a=candidate:1 1 udp 2130706431 ${LOOPBACK} ${port} typ host\r\n`;
  let isFirst = true;
  return answer.replace(CANDIDATES, () => {
    const text = isFirst ? candidate : "";
    isFirst = false;
    return text;
  });
}
