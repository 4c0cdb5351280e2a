/**
 * The load of one measurement, in a process of its own: `load.ts ORDER` publishes one stream, opens
 * the players, measures them and the server, prints a `LoadResult` as JSON, and ends.
 *
 * @module
 */
import { play } from "./player.ts";
import { Publisher } from "./publisher.ts";
import { type Spread, spreadOf } from "./statistics.ts";
import type { PlayProtocol } from "./servers.ts";
import { receiveDrops, type Usage, usageOf } from "./usage.ts";

/** What to do, as JSON. */
export interface LoadOrder {
  readonly publish: string;
  readonly play: string;
  readonly protocol: PlayProtocol;
  readonly players: number;
  /** Players that read every frame, for the latency. */
  readonly probes: number;
  /** Players that are opened in a second. */
  readonly rate: number;
  readonly warmupS: number;
  readonly seconds: number;
  /** The server's process. */
  readonly pid: number;
}

/** Times in milliseconds; absent where nothing was measured. */
export interface LoadResult {
  /** Players that were still playing at the end. */
  readonly playing: number;
  readonly deliveredMbitS: number;
  /** Of what was published, times the number of players. */
  readonly deliveredShare: number;
  readonly serverCpuUsPerMbit: number;
  /** Share of one core that the server used. */
  readonly serverCores: number;
  readonly memoryPerPlayerKiB: number;
  /** From the TCP connect to the first picture. */
  readonly firstPicture?: Spread;
  /** From sending a picture to having read it. */
  readonly latency?: Spread;
  /** RTP packets in datagrams that never came, of all players since they began; absent without any. */
  readonly lostPackets?: number;
  /** Datagrams that this machine dropped since the players came, for want of reading them in time. */
  readonly receiveDrops: number;
  /** Share of one core that this process used. */
  readonly generatorCores: number;
  readonly errors: readonly string[];
}

/** Time for the server to settle with a publisher and no players, before its memory is read. */
const SETTLE_MS = 1000;

interface Snapshot {
  readonly at: number;
  readonly bytes: number;
  readonly published: number;
  readonly server: Usage;
  readonly generator: Usage;
}

class Load {
  readonly #order: LoadOrder;
  readonly #abort = new AbortController();
  readonly #latencies: number[] = [];
  readonly #firstPictures: number[] = [];
  readonly #errors = new Set<string>();
  #bytes = 0;
  #lost: number | undefined;
  #playing = 0;
  #isMeasuring = false;

  constructor(order: LoadOrder) {
    this.#order = order;
  }

  async run(): Promise<LoadResult> {
    const { pid, warmupS, seconds } = this.#order;
    const publisher = await Publisher.start(new URL(this.#order.publish), this.#abort.signal);
    await sleep(SETTLE_MS);
    const before = usageOf(pid);
    const dropsBefore = receiveDrops();
    await this.#openPlayers();
    await sleep(warmupS * 1000);
    this.#isMeasuring = true;
    const first = this.#snapshot(publisher);
    await sleep(seconds * 1000);
    const last = this.#snapshot(publisher);
    const playing = this.#playing;
    this.#abort.abort();
    return {
      ...this.#result(before, first, last, playing),
      receiveDrops: receiveDrops() - dropsBefore,
    };
  }

  async #openPlayers(): Promise<void> {
    const { players, rate, probes } = this.#order;
    const start = performance.now();
    for (let index = 0; index < players; index++) {
      await sleep(start + index * 1000 / rate - performance.now());
      // Spread evenly: servers write to their players in the order in which they came.
      const share = probes / players;
      this.#play(Math.floor((index + 1) * share) > Math.floor(index * share));
    }
  }

  async #play(isProbe: boolean): Promise<void> {
    const opened = performance.now();
    let hasPicture = false;
    this.#playing++;
    try {
      await play({
        url: new URL(this.#order.play),
        protocol: this.#order.protocol,
        isProbe,
        signal: this.#abort.signal,
        onBytes: (count) => this.#bytes += count,
        onLost: (count) => this.#lost = (this.#lost ?? 0) + count,
        onPicture: (latency) => {
          if (!hasPicture) this.#firstPictures.push(performance.now() - opened);
          hasPicture = true;
          if (this.#isMeasuring) this.#latencies.push(latency);
        },
      });
      if (!this.#abort.signal.aborted) this.#errors.add("the server closed the connection");
    } catch (error) {
      this.#errors.add(error instanceof Error ? error.message : String(error));
    } finally {
      this.#playing--;
    }
  }

  #snapshot({ sentBytes }: Publisher): Snapshot {
    return {
      at: performance.now(),
      bytes: this.#bytes,
      published: sentBytes,
      server: usageOf(this.#order.pid),
      generator: usageOf(Deno.pid),
    };
  }

  #result(
    before: Usage,
    first: Snapshot,
    last: Snapshot,
    playing: number,
  ): Omit<LoadResult, "receiveDrops"> {
    const { players } = this.#order;
    const elapsedMs = last.at - first.at;
    const megabits = (last.bytes - first.bytes) * 8 / 1e6;
    const serverMs = last.server.cpuMs - first.server.cpuMs;
    const grown = last.server.residentBytes - before.residentBytes;
    const firstPicture = spreadOf(this.#firstPictures);
    const latency = spreadOf(this.#latencies);
    return {
      playing,
      deliveredMbitS: megabits * 1000 / elapsedMs,
      deliveredShare: (last.bytes - first.bytes) / ((last.published - first.published) * players),
      serverCpuUsPerMbit: serverMs * 1000 / megabits,
      serverCores: serverMs / elapsedMs,
      memoryPerPlayerKiB: grown / 1024 / players,
      ...(firstPicture && { firstPicture }),
      ...(latency && { latency }),
      ...(this.#lost !== undefined && { lostPackets: this.#lost }),
      generatorCores: (last.generator.cpuMs - first.generator.cpuMs) / elapsedMs,
      errors: [...this.#errors],
    };
  }
}

async function sleep(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

if (import.meta.main) {
  const order: LoadOrder = JSON.parse(Deno.args[0] ?? "{}");
  console.log(JSON.stringify(await new Load(order).run()));
  Deno.exit(0);
}
