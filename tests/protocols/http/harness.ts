import { Hono } from "hono";
import { MemoryTransport } from "../../../protocols/_transport/memory_transport.ts";
import type { Transport } from "../../../protocols/_transport/transport.ts";
import { http } from "../../../protocols/http/mod.ts";
import type { HttpEnv, Logger, Server } from "../../../protocols/protocol.ts";
import type { AccessPolicy } from "../../../registry/access.ts";
import type { Clock } from "../../../registry/clock.ts";
import type { Description, Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import type { Publisher } from "../../../registry/publisher.ts";
import type { ReadBatch, Reader } from "../../../registry/reader.ts";
import { Registry } from "../../../registry/registry.ts";
import { VirtualClock } from "../../virtual_clock.ts";
import { unused } from "../../must.ts";

/** SPS and PPS of a 1280x720 High profile stream at 25 fps, from x264. */
const SPS = Uint8Array.fromHex("6764001facd9405005bb011000000300100000030320f1831960");
const PPS = Uint8Array.fromHex("68ebe3cb22c0");

export const VIDEO: Track = {
  id: 1,
  kind: "video",
  codec: "h264",
  timescale: 90_000,
  config: { codec: "h264", sps: [SPS], pps: [PPS] },
};

export const AUDIO: Track = {
  id: 2,
  kind: "audio",
  codec: "aac",
  timescale: 90_000,
  config: { codec: "aac", audioSpecificConfig: Uint8Array.of(0x12, 0x10) },
};

export const DESCRIPTION: Description = { tracks: [VIDEO, AUDIO], metadata: {} };

/** One picture of `size` bytes at `ms`. */
export function picture(ms: number, isKey: boolean, size = 10): Unit {
  const nal = new Uint8Array(size).fill(0xab);
  nal[0] = isKey ? 0x65 : 0x41;
  return { track: VIDEO, pts: ms * 90, dts: ms * 90, isKey, payload: [nal] };
}

/** One audio frame of four bytes at `ms`. */
export function sound(ms: number): Unit {
  const payload = [Uint8Array.of(0x21, 0x10, 0x04, 0x60)];
  return { track: AUDIO, pts: ms * 90, dts: ms * 90, isKey: true, payload };
}

export interface HarnessOptions {
  readonly access?: AccessPolicy;
  readonly clock?: Clock;
  readonly transport?: Transport;
  /** The `http` section of the configuration, over port 8080 without merging. */
  readonly section?: Readonly<Record<string, unknown>>;
  /** Mounts what another module would. */
  readonly mount?: (app: Hono<HttpEnv>) => void;
}

/** The HTTP module with a registry of its own, on a network in memory unless told otherwise. */
export class Harness implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly memory = new MemoryTransport();
  readonly log: string[] = [];
  readonly abort = new AbortController();
  readonly registry: Registry;
  #server: Server | undefined;

  private constructor(options: HarnessOptions) {
    const { access, clock = this.clock } = options;
    this.registry = new Registry({ clock, ...(access && { access }) });
  }

  static async start(options: HarnessOptions = {}): Promise<Harness> {
    const harness = new Harness(options);
    const app = new Hono<HttpEnv>();
    options.mount?.(app);
    harness.#server = await http.serve?.({
      registry: harness.registry,
      transport: options.transport ?? harness.memory,
      http: app,
      log: harness.#logger(),
      host: "127.0.0.1",
      endpoints: () => harness.#server?.endpoints ?? [],
      onDemand: unused,
      signal: harness.abort.signal,
    }, http.parseOptions({ merge: 0, ...options.section }));
    return harness;
  }

  #logger(): Logger {
    const write = (message: string, fields = {}) =>
      void this.log.push(`${message} ${JSON.stringify(fields)}`);
    return { debug: write, info: write, warn: write, error: write };
  }

  get server(): Server {
    if (this.#server === undefined) throw new Error("Cannot use the server: it does not serve");
    return this.#server;
  }

  get port(): number {
    return this.server.endpoints[0]?.address.port ?? 0;
  }

  request(path: string, init?: RequestInit): Promise<Response> {
    return this.memory.fetch(new Request(`http://127.0.0.1:${this.port}${path}`, init));
  }

  async publish(name = "live/cam1", description = DESCRIPTION): Promise<Publisher> {
    const publisher = await this.registry.publish({ name, protocol: "test", remote: "test" });
    publisher.describe(description);
    return publisher;
  }

  /** How many read. */
  get viewers(): number {
    return this.registry.snapshot().reduce((sum, stream) => sum + stream.readers.length, 0);
  }

  /** The first reader of `live/cam1`. */
  get reader(): Reader<ReadBatch<unknown>> {
    const [reader] = this.registry.get("live/cam1")?.readers ?? [];
    if (reader === undefined) throw new Error("Cannot find a reader: nobody reads");
    return reader;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.registry.close();
    await this.server.close();
  }
}

/** Reads a live body from its beginning. */
export function bodyReader(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  if (response.body === null) throw new Error("Cannot read the body: there is none");
  return response.body.getReader();
}

/** The next piece of a live body. */
export async function nextPiece(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<Uint8Array> {
  const { value, done } = await reader.read();
  if (done) throw new Error("Cannot read on: the body has ended");
  return value;
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
