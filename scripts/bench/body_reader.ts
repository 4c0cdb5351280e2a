/** Takes an HTTP/1.1 response apart: the head, and the body out of its chunks (RFC 9112 section 7.1). */
export class BodyReader {
  #head: string | undefined = "";
  #isChunked = false;
  /** Bytes of the present chunk that are still to come; `undefined` within the line before it. */
  #chunkLeft: number | undefined;
  #line = "";

  /** Takes bytes as they came and gives views of what of them is body. @throws {Error} no 200. */
  feed(bytes: Uint8Array): readonly Uint8Array[] {
    const body = this.#head === undefined ? bytes : this.#skipHead(bytes);
    if (!this.#isChunked) return body.byteLength === 0 ? [] : [body];
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < body.byteLength;) at = this.#readChunk(body, at, pieces);
    return pieces;
  }

  #skipHead(bytes: Uint8Array): Uint8Array {
    const before = this.#head?.length ?? 0;
    const head = this.#head + LATIN1.decode(bytes);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) {
      this.#head = head;
      return bytes.subarray(bytes.byteLength);
    }
    const [status = ""] = head.split("\r\n", 1);
    if (!/^HTTP\/1\.1 200 /.test(status)) throw new Error(`Cannot play: ${status}`);
    this.#head = undefined;
    this.#isChunked = /\r\ntransfer-encoding: *chunked/i.test(head.slice(0, end));
    return bytes.subarray(end + 4 - before);
  }

  #readChunk(body: Uint8Array, at: number, pieces: Uint8Array[]): number {
    if (this.#chunkLeft === undefined) return this.#readLine(body, at);
    const end = Math.min(body.byteLength, at + this.#chunkLeft);
    pieces.push(body.subarray(at, end));
    this.#chunkLeft -= end - at;
    if (this.#chunkLeft === 0) this.#chunkLeft = undefined;
    return end;
  }

  /** The line with a chunk's size, or the empty one after its data. */
  #readLine(body: Uint8Array, at: number): number {
    const byte = body[at] ?? 0;
    if (byte !== LINE_FEED) {
      this.#line += String.fromCharCode(byte);
      return at + 1;
    }
    const size = parseInt(this.#line, 16);
    this.#line = "";
    if (size > 0) this.#chunkLeft = size;
    return at + 1;
  }
}

const LATIN1 = new TextDecoder("latin1");
const LINE_FEED = 0x0a;
