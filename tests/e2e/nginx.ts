import { Client } from "./client.ts";
import type { Scratch } from "./scratch.ts";

const READY_LIMIT_MS = 10_000;

/** nginx with its own defaults, for the files of one folder. */
export class NginxFiles implements AsyncDisposable {
  readonly url: string;
  readonly #client: Client;

  private constructor(client: Client, port: number) {
    this.#client = client;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(folder: string, scratch: Scratch): Promise<NginxFiles> {
    const port = freePort();
    const config = scratch.file(".conf");
    const place = scratch.file();
    await Deno.mkdir(place);
    await Deno.writeTextFile(config, configOf(folder, place, port));
    const client = Client.start("/usr/sbin/nginx", ["-p", place, "-c", config], {
      limitMs: 60_000,
    });
    const nginx = new NginxFiles(client, port);
    await waitForPort(port);
    return nginx;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.kill("SIGTERM");
    await this.#client.ended;
  }
}

function configOf(folder: string, place: string, port: number): string {
  return `
daemon off; master_process off; pid ${place}/pid; error_log ${place}/error.log;
events {}
http {
  include /etc/nginx/mime.types; access_log off;
  client_body_temp_path ${place}/a; proxy_temp_path ${place}/b; fastcgi_temp_path ${place}/c;
  uwsgi_temp_path ${place}/d; scgi_temp_path ${place}/e;
  server { listen 127.0.0.1:${port}; root ${folder}; }
}
`;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function waitForPort(port: number): Promise<void> {
  for (const start = performance.now(); performance.now() - start < READY_LIMIT_MS;) {
    try {
      return (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    } catch {
      // Not yet: each attempt takes as long as the system takes to refuse it.
    }
  }
  throw new Error(`nginx does not listen on ${port}`);
}
