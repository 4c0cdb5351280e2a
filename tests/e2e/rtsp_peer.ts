import type { HeaderField } from "../../protocols/rtsp/fields.ts";
import { type RtspResponse, writeRequest } from "../../protocols/rtsp/message.ts";
import { RtspMessageReader } from "../../protocols/rtsp/message/message_reader.ts";

const BUFFER_SIZE = 64 * 1024;

/** A player over the connection that does what a test wants, step by step. */
export class RtspPeer implements Disposable {
  readonly #conn: Deno.TcpConn;
  readonly #reader = new RtspMessageReader();
  readonly #buffer = new Uint8Array(BUFFER_SIZE);
  readonly #frames: Uint8Array[] = [];
  readonly #responses: RtspResponse[] = [];
  #cseq = 0;
  #session: string | undefined;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async connect(url: string): Promise<RtspPeer> {
    const { hostname, port } = new URL(url);
    return new RtspPeer(await Deno.connect({ hostname, port: Number(port) }));
  }

  /** Sends a request and waits for its answer. */
  async ask(
    method: string,
    url: string,
    headers: readonly HeaderField[] = [],
  ): Promise<RtspResponse> {
    const session: HeaderField[] = this.#session === undefined ? [] : [["Session", this.#session]];
    const all: HeaderField[] = [["CSeq", `${++this.#cseq}`], ...session, ...headers];
    await this.#conn.write(writeRequest({ method, url, headers: all }));
    while (this.#responses.length === 0) await this.#read();
    const response = this.#responses.shift();
    if (response?.status !== 200) {
      throw new Error(`${method} was answered with ${response?.status}`);
    }
    this.#session ??= response.headers.get("Session")?.split(";")[0];
    return response;
  }

  /** Sets every track up over the connection, and asks for the stream. */
  async play(url: string): Promise<void> {
    const { body } = await this.ask("DESCRIBE", url);
    const tracks = [...new TextDecoder().decode(body).matchAll(/a=control:(trackID=\d+)/g)];
    for (const [, track] of tracks) {
      await this.ask("SETUP", `${url}/${track}`, [["Transport", "RTP/AVP/TCP;unicast"]]);
    }
    await this.ask("PLAY", url);
  }

  /** The next interleaved frame. */
  async frame(): Promise<Uint8Array> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      await this.#read();
    }
  }

  async #read(): Promise<void> {
    const size = await this.#conn.read(this.#buffer);
    if (size === null) throw new Error("the gateway closed the connection");
    for (const input of this.#reader.feed(this.#buffer.slice(0, size))) {
      if (input.type === "interleaved") this.#frames.push(input.payload);
      if (input.type === "response") this.#responses.push(input);
    }
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}
