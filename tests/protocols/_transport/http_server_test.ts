import { assert, assertEquals } from "@std/assert";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { serveHttp } from "../../../protocols/_transport/http_server.ts";
import { RequestFeeds } from "../../../protocols/_transport/request_feed.ts";
import type { HttpHandler, TlsIdentity } from "../../../protocols/_transport/transport.ts";
import { must } from "../../must.ts";
import { LOCALHOST } from "./tls_identity.ts";

const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** Sends `requests` in one go, and gives the status lines of as many answers, or of those before the end. */
async function pipeline(connecting: Promise<Deno.Conn>, requests: number): Promise<string[]> {
  using conn = await connecting;
  await conn.write(new TextEncoder().encode(REQUEST.repeat(requests)));
  let text = "";
  const statuses = () => text.match(/HTTP\/1\.1 \d+/g) ?? [];
  const buffer = new Uint8Array(64 * 1024);
  while (statuses().length < requests) {
    const count = await conn.read(buffer).catch(() => null);
    if (count === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return statuses();
}

function connectTcp(port: number): Promise<Deno.Conn> {
  return Deno.connect({ hostname: "127.0.0.1", port });
}

function connectTls(port: number): Promise<Deno.Conn> {
  return Deno.connectTls({ hostname: "localhost", port, caCerts: [LOCALHOST.cert] });
}

async function withServer(
  handler: HttpHandler,
  run: (port: number) => Promise<void>,
  tls?: TlsIdentity,
): Promise<void> {
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const server = await serveHttp({
    host: "127.0.0.1",
    port: 0,
    handler,
    onError,
    ...(tls !== undefined && { tls }),
  });
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
      assertEquals(await pipeline(connectTcp(port), 16), new Array(16).fill("HTTP/1.1 200"));
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

const CARRIERS = [
  ["TCP", connectTcp, undefined],
  ["TLS", connectTls, LOCALHOST],
] as const;

for (const [name, connect, tls] of CARRIERS) {
  Deno.test(`a client that sends many requests over ${name} has one handled at a time, and each is answered`, async () => {
    let running = 0;
    let most = 0;
    const handler = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 0));
      running--;
      return new Response("yes");
    };
    await withServer(handler, async (port) => {
      const statuses = await pipeline(connect(port), 200);
      assertEquals(statuses, new Array(200).fill("HTTP/1.1 200"));
    }, tls);
    assertEquals(most, 1);
  });
}

for (const [name, connect, tls] of CARRIERS) {
  Deno.test(`connections over ${name} beyond the limit of one address are closed, until another ends`, async () => {
    const limits = { total: 10, perAddress: 1 };
    const server = await serveHttp({
      host: "127.0.0.1",
      port: 0,
      limits,
      handler: () => new Response("yes"),
      onError: (error) => assertEquals(error, undefined),
      ...(tls !== undefined && { tls }),
    });
    const { port } = server.address;
    const first = await connect(port);
    await first.write(bytesOf(REQUEST));
    assert(await first.read(new Uint8Array(4096)) !== null);
    assertEquals(await pipeline(connect(port), 1).catch(() => []), []);
    first.close();
    let statuses: string[] = [];
    while (statuses.length === 0) statuses = await pipeline(connect(port), 1).catch(() => []);
    assertEquals(statuses, ["HTTP/1.1 200"]);
    await server.close(0);
  });
}

Deno.test("where node:http cannot be kept from reading by itself, requests are answered still", async () => {
  const server = createServer((_request, response) => void response.end("yes"));
  // As a Deno would have it that names the method otherwise: hidden from the feed alone.
  server.on("connection", ({ parser }: Socket & { parser: object }) => {
    Object.assign(parser, { unconsume: undefined });
  });
  const feeds = new RequestFeeds(server, "connection");
  server.on("connection", ({ parser }: Socket & { parser: object }) => {
    Reflect.deleteProperty(parser, "unconsume");
  });
  server.on("request", (incoming, outgoing) => {
    feeds.of(incoming.socket)?.begin(incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  const statuses = await pipeline(connectTcp(address.port), 16);
  assertEquals(statuses, new Array(16).fill("HTTP/1.1 200"));
  await new Promise((resolve) => server.close(resolve));
});

Deno.test("what is sent behind a request and its body is kept, wherever it was cut", async () => {
  const paths: string[] = [];
  const handler: HttpHandler = async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== "/turn") paths.push(`${pathname} ${await request.text()}`);
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
        // By the time of this answer, the part has been read alone.
        await (await fetch(`http://127.0.0.1:${port}/turn`)).text();
      }
      await new Response(conn.readable).text();
      assertEquals(paths.toSorted(), [`/a ${body}`, "/b "]);
    }
  });
});

const HANDSHAKE = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

for (const [name, connect, tls] of CARRIERS) {
  Deno.test(`a handshake that follows a request in one go over ${name} becomes a WebSocket, with what came behind`, async () => {
    const handler: HttpHandler = (_request, peer) => {
      if (peer.upgrade === undefined) return new Response("yes");
      const { socket, response } = peer.upgrade();
      socket.onmessage = ({ data }) => {
        socket.send(`${data}!`);
        socket.close();
      };
      return response;
    };
    await withServer(handler, async (port) => {
      using conn = await connect(port);
      // FIN and text, masked with zeros: "hi"; then FIN and close.
      await conn.write(bytesOf(`${REQUEST}${HANDSHAKE}\x81\x82\0\0\0\0hi\x88\x80\0\0\0\0`));
      const answer = await new Response(conn.readable).bytes();
      const text = String.fromCharCode(...answer);
      assertEquals(text.match(/HTTP\/1.1 \d+/g), ["HTTP/1.1 200", "HTTP/1.1 101"]);
      assert(text.includes("\x81\x03hi!"), text);
    }, tls);
  });

  Deno.test(`what a client over ${name} says while the answer to its handshake is under way is heard`, async () => {
    let talk = () => {};
    const handler: HttpHandler = (_request, peer) => {
      const { socket, response } = must(peer.upgrade)();
      socket.onmessage = ({ data }) => {
        socket.send(`${data}!`);
        socket.close();
      };
      talk();
      return response;
    };
    await withServer(handler, async (port) => {
      for (let round = 0; round < 5; round++) {
        using conn = await connect(port);
        let said = Promise.resolve(0);
        talk = () => void (said = conn.write(bytesOf("\x81\x82\0\0\0\0hi\x88\x80\0\0\0\0")));
        await conn.write(bytesOf(HANDSHAKE));
        const answer = await new Response(conn.readable).bytes();
        await said;
        assert(String.fromCharCode(...answer).includes("\x81\x03hi!"));
      }
    }, tls);
  });

  Deno.test(`a handshake over ${name} that is refused is answered with its reason`, async () => {
    const handler = () => new Response("not here", { status: 404 });
    await withServer(handler, async (port) => {
      using conn = await connect(port);
      await conn.write(bytesOf(HANDSHAKE));
      const text = await new Response(conn.readable).text();
      assertEquals([text.slice(0, 12), text.slice(-12)], ["HTTP/1.1 404", "\r\n\r\nnot here"]);
    }, tls);
  });
}
