const BUFFER_BYTES = 256 * 1024;
const LATIN1 = new TextDecoder("latin1");

/** One kept connection to a server on this machine, over which GETs follow each other. */
export class HttpConnection implements AsyncDisposable {
  readonly #connection: Deno.Conn;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  static async open(port: number): Promise<HttpConnection> {
    return new HttpConnection(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** The body of a response. @throws {Error} it is no 200, or of unknown length. */
  async get(path: string): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    await this.#exchange(path, (piece) => void pieces.push(piece.slice()));
    return new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  }

  /** As `get`, for a body that nobody looks at. Gives its length in bytes. */
  async skip(path: string): Promise<number> {
    let bytes = 0;
    await this.#exchange(path, (piece) => void (bytes += piece.byteLength));
    return bytes;
  }

  async #exchange(path: string, take: (piece: Uint8Array) => void): Promise<void> {
    const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
    await this.#connection.write(new TextEncoder().encode(request));
    let head = "";
    let left: number | undefined;
    while (left === undefined || left > 0) {
      const count = await this.#connection.read(this.#buffer);
      if (count === null) throw new Error(`Cannot fetch ${path}: the connection was closed`);
      let bytes = this.#buffer.subarray(0, count);
      if (left === undefined) {
        const before = head.length;
        head += LATIN1.decode(bytes);
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) continue;
        left = lengthIn(head.slice(0, end), path);
        bytes = bytes.subarray(end + 4 - before);
      }
      take(bytes);
      left -= bytes.byteLength;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }
}

function lengthIn(head: string, path: string): number {
  const [status = ""] = head.split("\r\n", 1);
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
  if (/^HTTP\/1\.1 200 /.test(status) && length !== undefined) return Number(length);
  throw new Error(`Cannot fetch ${path}: ${status}`);
}
