import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { denoTransport } from "../../../protocols/_transport/deno_transport.ts";
import { ListenError } from "../../../protocols/_transport/errors.ts";
import type { HttpHandler, HttpServer } from "../../../protocols/_transport/transport.ts";

const HOST = "127.0.0.1";

/** A server on a free port, and what its handler threw. */
class Bench implements AsyncDisposable {
  readonly errors: unknown[] = [];
  #server: HttpServer | undefined;

  static async start(handler: HttpHandler): Promise<Bench> {
    const bench = new Bench();
    const onError = (error: unknown) => void bench.errors.push(error);
    bench.#server = await denoTransport.serveHttp({ host: HOST, port: 0, handler, onError });
    return bench;
  }

  get port(): number {
    return this.#server?.address.port ?? 0;
  }

  url(path: string): string {
    return `http://${HOST}:${this.port}${path}`;
  }

  /** Sends bytes as they are, and gives what comes until the server closes. */
  async raw(text: string): Promise<string> {
    const connection = await denoTransport.connect({ host: HOST, port: this.port });
    await connection.write(new TextEncoder().encode(text));
    const buffer = new Uint8Array(4096);
    let answer = "";
    for (let count; (count = await connection.read(buffer)) !== undefined;) {
      answer += new TextDecoder().decode(buffer.subarray(0, count));
    }
    connection.close();
    return answer;
  }

  close(graceMs = 0): Promise<void> {
    return this.#server?.close(graceMs) ?? Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** A live body: one piece at once, and then nothing until it is cancelled. */
function liveBody(): {
  readonly body: ReadableStream<Uint8Array>;
  readonly cancelled: Promise<void>;
} {
  const { promise, resolve } = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("first")),
    cancel: () => resolve(),
  });
  return { body, cancelled: promise };
}

Deno.test("a handler is given method, URL, headers, body and the peer's address", async () => {
  await using bench = await Bench.start(async (request, { remote }) => {
    const { pathname, search } = new URL(request.url);
    const parts = [request.method, pathname, search, request.headers.get("x-a"), remote.host];
    return new Response([...parts, await request.text()].join(" "), {
      status: 201,
      headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]],
    });
  });
  const response = await fetch(bench.url("/live/a%20b?x=1"), {
    method: "POST",
    headers: { "x-a": "y" },
    body: "hello",
  });
  assertEquals(response.status, 201);
  assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
  assertEquals(await response.text(), "POST /live/a%20b ?x=1 y 127.0.0.1 hello");
});

Deno.test("a handler that throws costs a 500, and the error is told", async () => {
  const failure = new Error("bug");
  await using bench = await Bench.start(() => {
    throw failure;
  });
  const response = await fetch(bench.url("/"));
  assertEquals([response.status, await response.text()], [500, "the gateway failed to answer\n"]);
  assertEquals(bench.errors, [failure]);
});

Deno.test("a live body is cancelled when its peer leaves", async () => {
  const { body, cancelled } = liveBody();
  await using bench = await Bench.start(() => new Response(body));
  const abort = new AbortController();
  const response = await fetch(bench.url("/"), { signal: abort.signal });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "first");
  abort.abort();
  await cancelled;
  await assertRejects(() => reader.read());
});

Deno.test("HEAD has no body, and a live one is cancelled at once", async () => {
  const { body, cancelled } = liveBody();
  await using bench = await Bench.start(() => new Response(body, { headers: { "x-a": "b" } }));
  const response = await fetch(bench.url("/"), { method: "HEAD" });
  await cancelled;
  assertEquals([response.headers.get("x-a"), await response.text()], ["b", ""]);
});

Deno.test("a body that fails ends the connection", async () => {
  await using bench = await Bench.start(() => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(3)),
      pull: (controller) => controller.error(new Error("source lost")),
    });
    return new Response(body);
  });
  const response = await fetch(bench.url("/"));
  await assertRejects(() => response.arrayBuffer());
});

for (const target of ["*", "example.org:80", "//"]) {
  Deno.test(`the request target ${target} is refused with 400`, async () => {
    await using bench = await Bench.start(() => new Response("unreached"));
    const answer = await bench.raw(`GET ${target} HTTP/1.1\r\nHost: a b\r\n\r\n`);
    assertMatch(answer, /^HTTP\/1\.1 400 /);
    assertEquals(bench.errors, []);
  });
}

for (
  const [what, head, status] of [
    ["without a host", "", 400],
    ["with an expectation", "Host: a\r\nExpect: wonders\r\n", 417],
  ] as const
) {
  Deno.test(`a request ${what} is refused with ${status}, and what follows is not read`, async () => {
    await using bench = await Bench.start(() => new Response("unreached"));
    const answer = await bench.raw(`GET / HTTP/1.1\r\n${head}\r\n`.repeat(500));
    assertEquals(answer.match(/HTTP\/1.1 \d+/g), [`HTTP/1.1 ${status}`]);
    assertEquals(bench.errors, []);
  });
}

Deno.test("a request head over its limit is refused with 431", async () => {
  await using bench = await Bench.start(() => new Response("unreached"));
  const answer = await bench.raw(`GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`);
  assertMatch(answer, /^HTTP\/1\.1 431 /);
});

/** An RTCP receiver report, interleaved: live555 sends it up the connection of its tunnel's GET. */
const REPORT = "$\x01\0\x08\x80\xc9\0\x01\x01\x02\x03\x04";

for (
  const [what, connection, end] of [
    ["is left unread during an answer that is the last", "close", /last$/],
    ["ends the connection after another answer", "keep-alive", /last\r\n0\r\n\r\nHTTP\/1.1 400 /],
  ] as const
) {
  Deno.test(`what is no request ${what}`, async () => {
    const released = Promise.withResolvers<void>();
    await using bench = await Bench.start((request) => {
      if (new URL(request.url).pathname === "/release") released.resolve();
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode("first")),
        async pull(controller) {
          await released.promise;
          controller.enqueue(new TextEncoder().encode("last"));
          controller.close();
        },
      });
      return new Response(body, { headers: { connection } });
    });
    using conn = await Deno.connect({ hostname: HOST, port: bench.port });
    const buffer = new Uint8Array(4096);
    const read = async () => {
      const count = await conn.read(buffer).catch(() => null);
      return count === null ? undefined : new TextDecoder().decode(buffer.subarray(0, count));
    };
    await conn.write(new TextEncoder().encode("GET /live HTTP/1.1\r\nHost: a\r\n\r\n"));
    let answer = "";
    while (!answer.includes("first")) answer += await read();
    for (let n = 0; n < 3; n++) await conn.write(new TextEncoder().encode(REPORT));
    await (await fetch(bench.url("/release"))).text();
    for (let text; (text = await read()) !== undefined;) answer += text;
    assertMatch(answer, end);
  });
}

Deno.test("a taken port is a ListenError", async () => {
  await using bench = await Bench.start(() => new Response());
  const error = await assertRejects(
    () =>
      denoTransport.serveHttp({
        host: HOST,
        port: bench.port,
        handler: () => new Response(),
        onError: () => {},
      }),
    ListenError,
  );
  assertEquals([error.port, error.reason], [bench.port, "the port is in use"]);
});

Deno.test("closing lets running responses end, and then closes what is left", async () => {
  const { body, cancelled } = liveBody();
  const bench = await Bench.start((request) =>
    new URL(request.url).pathname === "/live" ? new Response(body) : new Response("short")
  );
  assertEquals(await (await fetch(bench.url("/"))).text(), "short");
  const response = await fetch(bench.url("/live"));
  const closing = bench.close(20);
  await assertRejects(() => response.text());
  await Promise.all([closing, cancelled]);
  await assertRejects(() => fetch(bench.url("/")));
});

Deno.test("a WebSocket is opened by the handler, or refused with its response", async () => {
  const received = Promise.withResolvers<string>();
  await using bench = await Bench.start((request, { upgrade }) => {
    if (upgrade === undefined) return new Response("no WebSocket", { status: 426 });
    if (new URL(request.url).pathname !== "/ws") return new Response("not here", { status: 404 });
    const { socket, response } = upgrade();
    socket.onmessage = ({ data }) => {
      received.resolve(data);
      socket.close();
    };
    return response;
  });
  const socket = new WebSocket(`ws://${HOST}:${bench.port}/ws`);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.onopen = () => socket.send("hello");
  assertEquals(await received.promise, "hello");
  await closed;
  const plain = await fetch(bench.url("/ws"));
  assertEquals([plain.status, await plain.text()], [426, "no WebSocket"]);
  const key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const answer = await bench.raw(
    `GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n`,
  );
  assertMatch(answer, /^HTTP\/1\.1 404 /);
  assert(answer.endsWith("\r\n\r\nnot here"), answer);
});

Deno.test("a status has the words of the handler, and headers their usual case", async () => {
  const headers = { "content-type": "text/plain", connection: "close", pragma: "7" };
  await using bench = await Bench.start(() =>
    new Response("yes", { status: 200, statusText: "Added", headers })
  );
  const answer = await bench.raw("GET / HTTP/1.0\r\n\r\n");
  assertMatch(answer, /^HTTP\/1\.1 200 Added\r\n/);
  assertMatch(answer, /\r\nContent-Type: text\/plain\r\n/);
  assertMatch(answer, /\r\nPragma: 7\r\n/);
});
