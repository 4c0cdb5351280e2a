import { Gateway } from "../../protocols/gateway.ts";
import { rtsp } from "../../protocols/rtsp/mod.ts";
import { webrtc } from "../../protocols/webrtc/mod.ts";
import { avCopy } from "./av.ts";
import type { Session } from "./players.ts";

const HOST = "127.0.0.1";

/** Stream of the gateway that pushes. */
const NAME = "pushed";

/**
 * Publishes a file over WHIP at its own speed: FFmpeg sends it over RTSP to a gateway of this process, which
 * pushes it.
 */
export class WhipPush implements Session {
  readonly #gateway = new Gateway({
    protocols: [rtsp, webrtc],
    config: { host: HOST, rtsp: { port: 0, rtpPort: false }, webrtc: { port: false } },
  });
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;

  /** @param url that begins with `whip:`. */
  constructor(path: string, url: string) {
    this.#ended = this.#publish(path, url);
    this.#ended.catch(() => {});
  }

  /** Waits until all was sent. */
  succeed(): Promise<void> {
    return this.#ended;
  }

  async #publish(path: string, url: string): Promise<void> {
    await this.#gateway.start();
    this.#gateway.push(NAME, url);
    const [endpoint] = this.#gateway.endpoints;
    if (endpoint === undefined) throw new Error("the gateway does not listen");
    const target = `rtsp://${HOST}:${endpoint.address.port}/${NAME}`;
    await using client = avCopy(path, "rtsp", target, { realTime: true, rtsp: "tcp" });
    const kill = () => client.kill();
    this.#abort.signal.addEventListener("abort", kill);
    if (this.#abort.signal.aborted) kill();
    await client.succeed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#ended.catch(() => {});
    await this.#gateway.stop();
  }
}
