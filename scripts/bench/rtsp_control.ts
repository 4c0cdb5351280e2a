import type { HeaderField } from "../../protocols/rtsp/fields.ts";
import {
  type InterleavedFrame,
  type RtspResponse,
  writeRequest,
} from "../../protocols/rtsp/message.ts";
import { type RtspInput, RtspMessageReader } from "../../protocols/rtsp/message/message_reader.ts";
import type { Connection } from "../../protocols/_transport/transport.ts";

const READ_BYTES = 64 * 1024;

/** A player's RTSP connection: one request at a time, and the frames that come between. */
export class RtspControl {
  readonly #connection: Connection;
  readonly #reader = new RtspMessageReader();
  readonly #buffer = new Uint8Array(READ_BYTES);
  #frames: InterleavedFrame[] = [];
  #cseq = 0;
  #session: string | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws {Error} when the answer is another than 200, or none. */
  async request(
    method: string,
    url: string,
    headers: readonly HeaderField[] = [],
  ): Promise<RtspResponse> {
    await this.post(method, url, headers);
    for (;;) {
      const inputs = await this.#read();
      if (inputs === undefined) throw new Error(`Cannot play: no answer to ${method}`);
      this.#frames.push(...inputs.filter((input) => input.type === "interleaved"));
      const response = inputs.find((input) => input.type === "response");
      if (response === undefined) continue;
      if (response.status !== 200) {
        throw new Error(`Cannot play: ${method} ${response.status} ${response.reason}`);
      }
      this.#session ??= response.headers.get("Session")?.split(";", 1)[0];
      return response;
    }
  }

  /** Sends a request whose answer nobody waits for. */
  async post(method: string, url: string, headers: readonly HeaderField[] = []): Promise<void> {
    const session: HeaderField[] = this.#session === undefined ? [] : [["Session", this.#session]];
    const fields: HeaderField[] = [["CSeq", String(++this.#cseq)], ...session, ...headers];
    await this.#connection.write(writeRequest({ method, url, headers: fields }));
  }

  /** The frames that have come, or come next; `undefined` at the end. */
  async readFrames(): Promise<readonly InterleavedFrame[] | undefined> {
    const known = this.#frames;
    this.#frames = [];
    if (known.length > 0) return known;
    const inputs = await this.#read();
    return inputs?.filter((input) => input.type === "interleaved");
  }

  async #read(): Promise<readonly RtspInput[] | undefined> {
    const count = await this.#connection.read(this.#buffer);
    return count === undefined ? undefined : this.#reader.feed(this.#buffer.subarray(0, count));
  }
}
