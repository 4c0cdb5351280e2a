import { assertEquals, assertRejects } from "@std/assert";
import { type BodySource, sourceOf, streamOf } from "../../../protocols/_transport/body_source.ts";
import { denoTransport } from "../../../protocols/_transport/deno_transport.ts";
import type { HttpServer } from "../../../protocols/_transport/transport.ts";
import { must } from "../../must.ts";

const HOST = "127.0.0.1";

function serve(body: () => ReadableStream<Uint8Array<ArrayBuffer>>): Promise<HttpServer> {
  const handler = () => new Response(body());
  return denoTransport.serveHttp({ host: HOST, port: 0, handler, onError: () => {} });
}

function fetchFrom({ address }: HttpServer): Promise<Response> {
  return fetch(`http://${HOST}:${address.port}/`);
}

/** Fills every buffer with the next bytes of 0, 1, ... 250, as far as `sizes` say, and then ends. */
function counting(sizes: readonly number[], buffers: Set<number>): UnderlyingByteSource {
  let turn = 0;
  let next = 0;
  return {
    type: "bytes",
    pull(controller) {
      const request = must(controller.byobRequest);
      const { buffer, byteLength } = must(request.view);
      buffers.add(byteLength);
      const size = sizes[turn++];
      if (size === undefined) {
        controller.close();
        return request.respond(0);
      }
      const view = new Uint8Array(buffer, 0, size);
      for (let at = 0; at < size; at++) view[at] = next++ % 251;
      request.respond(size);
    },
  };
}

Deno.test("a byte stream arrives as it was made, though its buffer is used over and over", async () => {
  const sizes = [5, 1, 256 * 1024, 3, 100_000, 16_383, 16_384, 7, 256 * 1024, 256 * 1024, 9];
  const buffers = new Set<number>();
  const server = await serve(() => new ReadableStream(counting(sizes, buffers)));
  const bytes = await (await fetchFrom(server)).bytes();
  await server.close(0);
  assertEquals(bytes.byteLength, sizes.reduce((sum, size) => sum + size));
  assertEquals(bytes.findIndex((byte, at) => byte !== at % 251), -1);
  assertEquals([...buffers], [256 * 1024]);
});

Deno.test("a byte stream that fails ends the connection", async () => {
  const server = await serve(() =>
    new ReadableStream({
      type: "bytes",
      pull: (controller) => controller.error(new Error("the disk is gone")),
    })
  );
  const failed = await fetchFrom(server).then((response) => response.text()).then(
    () => false,
    () => true,
  );
  await server.close(0);
  assertEquals(failed, true);
});

Deno.test("a byte stream is cancelled when the client leaves", async () => {
  const cancelled = Promise.withResolvers<void>();
  const server = await serve(() =>
    new ReadableStream({
      type: "bytes",
      pull: (controller) => must(controller.byobRequest).respond(65_536),
      cancel: () => cancelled.resolve(),
    })
  );
  const response = await fetchFrom(server);
  await response.body?.cancel();
  await cancelled.promise;
  await server.close(0);
});

/** A body of pieces that a test hands over. */
class Pieces implements BodySource {
  readonly #pieces: readonly string[];
  readonly #closed = Promise.withResolvers<void>();
  readonly #failure: Error | undefined;
  #next = 0;
  reads = 0;
  isCancelled = false;

  constructor(pieces: readonly string[], failure?: Error) {
    this.#pieces = pieces;
    this.#failure = failure;
    this.#closed.promise.catch(() => {});
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  read(): Promise<Uint8Array | undefined> {
    this.reads++;
    const piece = this.#pieces[this.#next++];
    if (piece !== undefined) return Promise.resolve(new TextEncoder().encode(piece));
    if (this.#failure !== undefined) this.#closed.reject(this.#failure);
    else this.#closed.resolve();
    return this.#closed.promise.then(() => undefined);
  }

  cancel(): Promise<void> {
    this.isCancelled = true;
    this.#closed.resolve();
    return Promise.resolve();
  }
}

Deno.test("a body of pieces goes out without a stream in between", async () => {
  const source = new Pieces(["first ", "second ", "third"]);
  const stream = streamOf(source) as ReadableStream<Uint8Array<ArrayBuffer>>;
  const server = await serve(() => stream);
  assertEquals(await (await fetchFrom(server)).text(), "first second third");
  await server.close(0);
  assertEquals(source.reads, 4);
  // Whoever reads a stream that was read before finds nothing.
  assertEquals(stream.locked, false);
});

Deno.test("a body of pieces that fails ends the connection", async () => {
  const source = new Pieces(["first"], new Error("the viewer was too slow"));
  const server = await serve(() => streamOf(source) as ReadableStream<Uint8Array<ArrayBuffer>>);
  const ended = await fetchFrom(server).then((response) => response.text()).catch(() => "failed");
  await server.close(0);
  assertEquals(ended, "failed");
});

Deno.test("whoever wraps a body of pieces reads its stream", async () => {
  const source = new Pieces(["first ", "second"]);
  const shouting = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>({
    transform: (bytes, controller) =>
      controller.enqueue(new TextEncoder().encode(new TextDecoder().decode(bytes).toUpperCase())),
  });
  const server = await serve(() => streamOf(source).pipeThrough(shouting));
  assertEquals(await (await fetchFrom(server)).text(), "FIRST SECOND");
  await server.close(0);
});

Deno.test("the stream of pieces fails and is cancelled with its source", async () => {
  const failing = streamOf(new Pieces([], new Error("gone"))).getReader();
  await assertRejects(() => failing.read(), Error, "gone");
  const source = new Pieces(["first"]);
  await streamOf(source).cancel();
  assertEquals(source.isCancelled, true);
  assertEquals(sourceOf(new ReadableStream()), undefined);
});
