/**
 * The load of one measurement, in a process of its own: `load.ts ORDER` publishes one stream, opens
 * the players, measures them and the server, prints a `LoadResult` as JSON, and ends.
 *
 * @module
 */
import type { Sound } from "./media.ts";
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
  readonly sound: Sound;
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
  /** RTP packets in datagrams that reached a player; absent without any. */
  readonly packetsPerSecond?: number;
  readonly serverCpuUsPerPacket?: number;
  /** For a player to come and see its first picture, without what those cost that play already. */
  readonly serverCpuMsPerJoin: number;
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

/** How often it is looked whether all players have begun. */
const BEGIN_POLL_MS = 20;

interface Snapshot {
  readonly at: number;
  readonly bytes: number;
  readonly packets: number;
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
  /** When each player was opened. */
  readonly #openings: number[] = [];
  #bytes = 0;
  #packets = 0;
  #lost: number | undefined;
  #playing = 0;
  #isMeasuring = false;

  constructor(order: LoadOrder) {
    this.#order = order;
  }

  async run(): Promise<LoadResult> {
    const { warmupS, seconds } = this.#order;
    const publisher = await Publisher.start(
      new URL(this.#order.publish),
      this.#order.sound,
      this.#abort.signal,
    );
    await sleep(SETTLE_MS);
    const before = this.#snapshot(publisher);
    const dropsBefore = receiveDrops();
    await this.#openPlayers();
    const begun = await this.#allBegun(publisher);
    await sleep(begun.at + warmupS * 1000 - performance.now());
    this.#isMeasuring = true;
    const first = this.#snapshot(publisher);
    await sleep(seconds * 1000);
    const last = this.#snapshot(publisher);
    const playing = this.#playing;
    this.#abort.abort();
    return {
      ...this.#result(before, first, last, playing),
      serverCpuMsPerJoin: this.#joinMs(before, begun, first, last),
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

  /** Not for ever: some servers have no picture before the next key picture, or players are refused. */
  async #allBegun(publisher: Publisher): Promise<Snapshot> {
    const limit = performance.now() + this.#order.warmupS * 1000;
    while (this.#firstPictures.length < this.#order.players && performance.now() < limit) {
      await sleep(BEGIN_POLL_MS);
    }
    return this.#snapshot(publisher);
  }

  /** What playing costs is taken from the measurement itself, when all play. */
  #joinMs(before: Snapshot, begun: Snapshot, first: Snapshot, last: Snapshot): number {
    const { players } = this.#order;
    const playingShare = (last.server.cpuMs - first.server.cpuMs) / (last.at - first.at) / players;
    const playedMs = this.#openings.reduce((sum, opened) => sum + begun.at - opened, 0);
    return (begun.server.cpuMs - before.server.cpuMs - playedMs * playingShare) / players;
  }

  async #play(isProbe: boolean): Promise<void> {
    const opened = performance.now();
    this.#openings.push(opened);
    let hasPicture = false;
    this.#playing++;
    try {
      await play({
        url: new URL(this.#order.play),
        protocol: this.#order.protocol,
        isProbe,
        signal: this.#abort.signal,
        onBytes: (count) => this.#bytes += count,
        onPacket: (lost) => {
          this.#packets++;
          this.#lost = (this.#lost ?? 0) + lost;
        },
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
      packets: this.#packets,
      published: sentBytes,
      server: usageOf(this.#order.pid),
      generator: usageOf(Deno.pid),
    };
  }

  #result(
    before: Snapshot,
    first: Snapshot,
    last: Snapshot,
    playing: number,
  ): Omit<LoadResult, "receiveDrops" | "serverCpuMsPerJoin"> {
    const { players } = this.#order;
    const elapsedMs = last.at - first.at;
    const packets = last.packets - first.packets;
    const megabits = (last.bytes - first.bytes) * 8 / 1e6;
    const serverMs = last.server.cpuMs - first.server.cpuMs;
    const grown = last.server.residentBytes - before.server.residentBytes;
    const firstPicture = spreadOf(this.#firstPictures);
    const latency = spreadOf(this.#latencies);
    return {
      playing,
      deliveredMbitS: megabits * 1000 / elapsedMs,
      deliveredShare: (last.bytes - first.bytes) / ((last.published - first.published) * players),
      serverCpuUsPerMbit: serverMs * 1000 / megabits,
      ...(packets > 0 && {
        packetsPerSecond: packets * 1000 / elapsedMs,
        serverCpuUsPerPacket: serverMs * 1000 / packets,
      }),
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
