/** UTF-8 text that many are sent: encoded once, and compressed once if anybody wants that. */
export class SharedText {
  readonly bytes: Uint8Array<ArrayBuffer>;
  #gzipped: Promise<Uint8Array<ArrayBuffer>> | undefined;

  constructor(text: string) {
    this.bytes = new TextEncoder().encode(text);
  }

  gzip(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#gzipped ??= compress(this.bytes);
  }
}

async function compress(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = ReadableStream.from([bytes]).pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
