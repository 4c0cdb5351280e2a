import { assert, assertEquals, assertLess } from "@std/assert";
import { serveHttp } from "../../../protocols/_transport/http_server.ts";
import type { HttpHandler } from "../../../protocols/_transport/transport.ts";

const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** Sends `requests` in one go, and gives the status lines of what came back before the end. */
async function pipeline(port: number, requests: number, expected: number): Promise<string[]> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode(REQUEST.repeat(requests)));
  let text = "";
  const statuses = () => text.match(/HTTP\/1\.1 \d+/g) ?? [];
  const buffer = new Uint8Array(64 * 1024);
  while (statuses().length < expected) {
    const count = await conn.read(buffer).catch(() => null);
    if (count === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return statuses();
}

async function withServer(
  handler: HttpHandler,
  run: (port: number) => Promise<void>,
): Promise<void> {
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const server = await serveHttp({ host: "127.0.0.1", port: 0, handler, onError });
  try {
    await run(server.address.port);
  } finally {
    await server.close(0);
  }
  assertEquals(errors, []);
}

Deno.test("requests that a client sends ahead are answered one after the other", async () => {
  const handler = () => new Response("yes");
  await withServer(handler, async (port) => {
    for (let round = 0; round < 3; round++) {
      assertEquals(await pipeline(port, 16, 16), new Array(16).fill("HTTP/1.1 200"));
    }
  });
});

Deno.test("a connection outlives any number of requests that wait for their answers", async () => {
  await withServer(() => new Response("yes"), async (port) => {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    const buffer = new Uint8Array(4096);
    for (let at = 0; at < 40; at++) {
      await conn.write(new TextEncoder().encode(REQUEST));
      assert(await conn.read(buffer) !== null);
    }
  });
});

Deno.test("a client that sends requests without end loses its connection", async () => {
  let handled = 0;
  const handler = () => {
    handled++;
    return new Promise<Response>((resolve) => setTimeout(() => resolve(new Response("late")), 20));
  };
  await withServer(handler, async (port) => {
    assertEquals(await pipeline(port, 1000, 1000), []);
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
  assertLess(handled, 17);
});
