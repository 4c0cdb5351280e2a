import { Hono } from "hono";
import { MemoryTransport } from "../../../../protocols/_transport/memory_transport.ts";
import { http } from "../../../../protocols/http/mod.ts";
import { silentLogger } from "../../../../protocols/logger.ts";
import type { HttpEnv } from "../../../../protocols/protocol.ts";
import { Registry } from "../../../../registry/registry.ts";
import { must, unused } from "../../../must.ts";
import { VirtualClock } from "../../../virtual_clock.ts";

/** A server in memory, as a source of streams, and what a pull from it is given. */
export class PullBench implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly registry = new Registry({ clock: this.clock });
  readonly abort = new AbortController();
  /** Requests that the server was sent. */
  readonly asked: Request[] = [];
  readonly #transport = new MemoryTransport();
  readonly #port: number;

  private constructor(port: number) {
    this.#port = port;
  }

  /** @param answer what the server says. */
  static async start(
    answer: (request: Request) => Response | Promise<Response>,
  ): Promise<PullBench> {
    const bench = new PullBench(8000);
    await bench.#transport.serveHttp({
      host: "127.0.0.1",
      port: bench.#port,
      onError: unused,
      handler: (request) => {
        bench.asked.push(request);
        return answer(request);
      },
    });
    return bench;
  }

  /** Pulls `path` as `live/cam1`, from a URL with `credentials` in front of the host. */
  async pull(path: string, credentials = ""): Promise<void> {
    const url = new URL(`http://${credentials}127.0.0.1:${this.#port}${path}`);
    await must(http.pull)(
      {
        registry: this.registry,
        transport: this.#transport,
        http: new Hono<HttpEnv>(),
        log: silentLogger,
        host: "127.0.0.1",
        endpoints: () => [],
        onDemand: unused,
        signal: this.abort.signal,
      },
      url,
      "live/cam1",
      http.parseOptions({}),
    );
  }

  /** Reads what is published as `live/cam1`, to the end: the times of the units in ms, by codec. */
  async read(): Promise<Readonly<Record<string, readonly number[]>>> {
    const reader = await this.registry.read({
      name: "live/cam1",
      protocol: "test",
      remote: "test",
    }, { patienceMs: 3_600_000 });
    const times: Record<string, number[]> = {};
    for (;;) {
      const batch = await reader.read();
      if (batch?.type !== "media") break;
      for (const { track, dts } of batch.units) {
        (times[track.codec] ??= []).push(Math.round(dts * 1000 / track.timescale));
      }
    }
    reader.close();
    return times;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.abort.abort();
    this.registry.close();
    return Promise.resolve();
  }
}
