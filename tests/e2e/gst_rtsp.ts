import { Client, type ClientOptions, type Outcome } from "./client.ts";
import type { Session } from "./players.ts";

/**
 * What GStreamer 1.22 says of a connection that is as good as ever, when it is told to stop while it
 * waits for data: a race of its own, after the end of the stream.
 */
const SPURIOUS_END = "Could not send message. (Received end-of-file)";

/** A GStreamer pipeline with an element for RTSP. */
export class GstRtsp implements Session {
  readonly #client: Client;

  constructor(pipeline: readonly string[], options?: ClientOptions) {
    this.#client = Client.start("gst-launch-1.0", ["-q", ...pipeline], options);
  }

  async succeed(): Promise<Outcome> {
    const outcome = await this.#client.ended;
    return outcome.stderr.includes(SPURIOUS_END) ? outcome : await this.#client.succeed();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client[Symbol.asyncDispose]();
  }
}
