import { assertEquals } from "@std/assert";
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
