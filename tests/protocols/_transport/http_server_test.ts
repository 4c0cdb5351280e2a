import { assert, assertEquals } from "@std/assert";
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

Deno.test("a client that sends many requests has one handled at a time, and each is answered", async () => {
  let running = 0;
  let most = 0;
  const handler = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 0));
    running--;
    return new Response("yes");
  };
  await withServer(handler, async (port) => {
    assertEquals(await pipeline(port, 200, 200), new Array(200).fill("HTTP/1.1 200"));
  });
  assertEquals(most, 1);
});

Deno.test("what is sent behind a request and its body is kept, wherever it was cut", async () => {
  const paths: string[] = [];
  const handler: HttpHandler = async (request) => {
    paths.push(`${new URL(request.url).pathname} ${await request.text()}`);
    return new Response("yes");
  };
  const body = "one\r\n\r\ntwo";
  const text = `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}` +
    "GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  await withServer(handler, async (port) => {
    for (const cut of [1, text.indexOf("\n\r\n") + 2, text.indexOf("two"), text.length - 1]) {
      paths.length = 0;
      using conn = await Deno.connect({ hostname: "127.0.0.1", port });
      for (const part of [text.slice(0, cut), text.slice(cut)]) {
        await conn.write(new TextEncoder().encode(part));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await new Response(conn.readable).text();
      assertEquals(paths.toSorted(), [`/a ${body}`, "/b "]);
    }
  });
});

Deno.test("a handshake that follows a request in one go becomes a WebSocket, with what came behind", async () => {
  const received = Promise.withResolvers<unknown>();
  const handler: HttpHandler = (_request, peer) => {
    if (peer.upgrade === undefined) return new Response("yes");
    const { socket, response } = peer.upgrade();
    socket.onmessage = ({ data }) => {
      received.resolve(data);
      socket.close();
    };
    return response;
  };
  const handshake = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
  // FIN and text, masked with zeros: "hi".
  const frame = "\x81\x82\0\0\0\0hi";
  await withServer(handler, async (port) => {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    const text = REQUEST + handshake + frame;
    await conn.write(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
    assertEquals(await received.promise, "hi");
  });
});
