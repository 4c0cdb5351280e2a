/** What the server closes with when the stream has ended: RFC 6455 section 7.4.1. */
const NORMAL_CLOSURE = 1000;

/** A WebSocket whose binary messages go into a file, one after the other. */
export class WebSocketSession implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #closed: Promise<CloseEvent>;

  constructor(url: string, file: string) {
    const { promise, resolve } = Promise.withResolvers<CloseEvent>();
    this.#closed = promise;
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = ({ data }) =>
      Deno.writeFileSync(file, new Uint8Array(data), { append: true });
    this.#socket.onclose = resolve;
  }

  /** Waits for the end of the stream. @throws when the server closed for another reason. */
  async succeed(): Promise<void> {
    const { code, reason } = await this.#closed;
    if (code !== NORMAL_CLOSURE) throw new Error(`the WebSocket closed with ${code}: ${reason}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#closed;
  }
}
