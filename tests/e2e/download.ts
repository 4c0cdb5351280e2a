/** Reads of a buffer from the connection are this large at most. */
const BUFFER_BYTES = 256 * 1024;

/** One client that reads a file over a connection of its own, as far and as fast as it is told. */
export class Download implements Disposable {
  readonly #connection: Deno.Conn;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #received = 0;
  #ended = false;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Asks for `url`; the answer ends with its connection. */
  static async start(url: string): Promise<Download> {
    const { hostname, port, pathname } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    const request = `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    return new Download(connection);
  }

  /** Bytes that came, those of the head included. */
  get received(): number {
    return this.#received;
  }

  /** Reads `bytes` more, or up to the end. Gives whether it goes on. */
  async read(bytes: number): Promise<boolean> {
    for (const until = this.#received + bytes; this.#received < until && !this.#ended;) {
      const count = await this.#connection.read(this.#buffer);
      if (count === null) this.#ended = true;
      else this.#received += count;
    }
    return !this.#ended;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}
