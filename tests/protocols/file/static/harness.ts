import { MemoryTransport } from "../../../../protocols/_transport/memory_transport.ts";
import type { Transport } from "../../../../protocols/_transport/transport.ts";
import { file } from "../../../../protocols/file/mod.ts";
import { Gateway } from "../../../../protocols/gateway.ts";
import { http } from "../../../../protocols/http/mod.ts";
import type { AccessPolicy } from "../../../../registry/access.ts";
import { must } from "../../../must.ts";
import { VirtualClock } from "../../../virtual_clock.ts";

export interface BenchOptions {
  /** The `file` section, beside `dir`. */
  readonly section?: Readonly<Record<string, unknown>>;
  readonly access?: AccessPolicy;
  readonly transport?: Transport;
}

/** A gateway of files alone, over HTTP in memory unless told otherwise, with a directory of its own. */
export class MediaBench implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly log: string[] = [];
  readonly #memory = new MemoryTransport();
  readonly #scratch: string;
  readonly #gateway: Gateway;

  private constructor(scratch: string, { section, access, transport }: BenchOptions) {
    this.#scratch = scratch;
    const write = (message: string, fields = {}) =>
      void this.log.push(`${message} ${JSON.stringify(fields)}`);
    this.#gateway = new Gateway({
      protocols: [file, http],
      transport: transport ?? this.#memory,
      clock: this.clock,
      log: { debug: write, info: write, warn: write, error: write },
      ...(access && { access }),
      config: { host: "127.0.0.1", http: { port: 0 }, file: { dir: this.dir, ...section } },
    });
  }

  /** Begins with `files` in the media directory, and `outside.txt` beside it. */
  static async start(
    files: Readonly<Record<string, string>> = {},
    options: BenchOptions = {},
  ): Promise<MediaBench> {
    const bench = new MediaBench(await Deno.makeTempDir(), options);
    await Deno.mkdir(bench.dir);
    await Deno.writeTextFile(`${bench.dir}/../outside.txt`, "outside");
    for (const [path, text] of Object.entries(files)) await bench.write(path, text);
    await bench.#gateway.start();
    return bench;
  }

  /** The media directory. */
  get dir(): string {
    return `${this.#scratch}/media`;
  }

  get port(): number {
    return must(this.#gateway.endpoints[0]).address.port;
  }

  async write(path: string, text: string): Promise<void> {
    const at = `${this.dir}/${path}`;
    await Deno.mkdir(at.slice(0, at.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(at, text);
  }

  /** What lies in the media directory, hidden files too. */
  names(): string[] {
    return [...Deno.readDirSync(this.dir)].map(({ name }) => name).toSorted();
  }

  read(path: string): string {
    return Deno.readTextFileSync(`${this.dir}/${path}`);
  }

  /** Asks for a path below `/media`, in memory. */
  request(path: string, init: RequestInit = {}): Promise<Response> {
    const url = `http://127.0.0.1:${this.port}/media${path}`;
    return this.#memory.fetch(new Request(url, init));
  }

  /** The status, of an answer whose body does not matter. */
  async status(path: string, init?: RequestInit): Promise<number> {
    const response = await this.request(path, init);
    await response.body?.cancel();
    return response.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway.stop();
    await Deno.remove(this.#scratch, { recursive: true });
  }
}
