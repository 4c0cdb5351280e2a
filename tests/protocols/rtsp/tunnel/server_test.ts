/** RTSP over HTTP: a GET for what the server says, POSTs for what the client says, in base64. */

import { assertEquals, assertGreater, assertRejects, assertStringIncludes } from "@std/assert";
import type { Connection } from "../../../../protocols/_transport/transport.ts";
import { encodeUpstream, writeTunnelRequest } from "../../../../protocols/rtsp/tunnel/tunnel.ts";
import { RtspMessageReader } from "../../../../protocols/rtsp/message/message_reader.ts";
import { must } from "../../../must.ts";
import { settle } from "../../../virtual_clock.ts";
import { Harness, type Peer, TCP, URL1 } from "../harness.ts";

const COOKIE = "0123456789abcdef";

function head(direction: "down" | "up", cookie = COOKIE): Uint8Array {
  return writeTunnelRequest(direction, { target: "/live/cam1", host: "127.0.0.1", cookie });
}

/** Opens a GET, and a POST where there is to be one. */
async function open(gateway: Harness): Promise<{ readonly down: Peer; readonly up: Peer }> {
  const [down, up] = [await gateway.peer(), await gateway.peer()];
  await down.send(head("down"));
  await up.send(head("up"));
  return { down, up };
}

/** Asks through a tunnel and gives the status of the last answer. */
async function ask(
  { down, up }: { readonly down: Peer; readonly up: Peer },
  method: string,
  url: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  await up.send(encodeUpstream(down.request(method, url, fields)));
  await settle();
  return down.responses.at(-1)?.status;
}

Deno.test("what is said in a POST is answered in the GET, and the stream comes there too", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const tunnel = await open(gateway);
  assertEquals(tunnel.down.others, ["httpResponse"]);
  assertEquals(await ask(tunnel, "OPTIONS", "*"), 200);
  assertEquals(await ask(tunnel, "DESCRIBE", URL1), 200);
  assertEquals(await ask(tunnel, "SETUP", `${URL1}/trackID=1`, { Transport: TCP }), 200);
  tunnel.down.session = tunnel.down.header("Session")?.split(";")[0] ?? "";
  assertEquals(await ask(tunnel, "PLAY", URL1), 200);
  assertGreater(tunnel.down.frames.length, 0);
  assertEquals([tunnel.up.responses, tunnel.up.others], [[], []]);
});

Deno.test("live555: a player whose reports come up the GET plays on, one that only waits does not", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const tunnel = await open(gateway);
  assertEquals(await ask(tunnel, "SETUP", `${URL1}/trackID=1`, { Transport: TCP }), 200);
  tunnel.down.session = tunnel.down.header("Session")?.split(";")[0] ?? "";
  assertEquals(await ask(tunnel, "PLAY", URL1), 200);
  for (let count = 0; count < 4; count++) {
    await gateway.clock.run(26_000);
    await tunnel.down.frame(1, Uint8Array.of(0x80, 201, 0, 1, 0, 0, 0, 7));
  }
  assertEquals(tunnel.down.isClosed, false);
  assertEquals(await ask(tunnel, "PAUSE", URL1), 200);
  await gateway.clock.run(67_000);
  assertEquals(tunnel.down.isClosed, true);
});

Deno.test("the end of the GET ends the tunnel, and its POST", async () => {
  await using gateway = await Harness.start();
  const tunnel = await open(gateway);
  await ask(tunnel, "OPTIONS", "*");
  tunnel.down.close();
  await gateway.clock.run(0);
  assertEquals(tunnel.up.isClosed, true);
  const again = await gateway.peer();
  await again.send(head("down"));
  assertEquals(again.others, ["httpResponse"]);
});

Deno.test("one POST after the other goes on where the last one ended", async () => {
  await using gateway = await Harness.start();
  const { down, up } = await open(gateway);
  assertEquals(await ask({ down, up }, "OPTIONS", "*"), 200);
  up.close();
  await gateway.clock.run(0);
  assertEquals(down.isClosed, false);
  const next = await gateway.peer();
  await next.send(head("up"));
  assertEquals(await ask({ down, up: next }, "OPTIONS", "*"), 200);
  assertEquals(down.responses.length, 2);
});

Deno.test("a POST that comes before the last one has ended waits for it", async () => {
  await using gateway = await Harness.start();
  const { down, up } = await open(gateway);
  const next = await gateway.peer();
  await next.send(head("up"));
  await next.send(encodeUpstream(down.request("OPTIONS", "*")));
  assertEquals(down.responses.length, 0);
  assertEquals(await ask({ down, up }, "OPTIONS", "*"), 200);
  up.close();
  await gateway.clock.run(0);
  assertEquals(down.responses.map(({ headers }) => headers.get("CSeq")), ["2", "1"]);
});

Deno.test("too many POSTs at a time are refused", async () => {
  await using gateway = await Harness.start();
  const { down } = await open(gateway);
  const more = await Promise.all(Array.from({ length: 6 }, () => gateway.peer()));
  for (const post of more) await post.send(head("up"));
  await gateway.clock.run(0);
  assertEquals(more.map(({ isClosed }) => isClosed), [false, false, false, false, true, true]);
  assertEquals(down.isClosed, false);
});

Deno.test("what comes right behind the head of a POST is part of it", async () => {
  await using gateway = await Harness.start();
  const [down, up] = [await gateway.peer(), await gateway.peer()];
  await down.send(head("down"));
  const text = new TextEncoder().encode(encodeUpstream(down.request("OPTIONS", "*")));
  await up.send(new Uint8Array([...head("up"), ...text]));
  assertEquals(down.responses.map(({ status }) => status), [200]);
});

async function readAll(connection: Connection): Promise<string> {
  const buffer = new Uint8Array(1000);
  let text = "";
  for (let size; (size = await connection.read(buffer)) !== undefined;) {
    text += new TextDecoder().decode(buffer.subarray(0, size));
  }
  return text;
}

/** What opens no tunnel, and the answer's status line. */
const REFUSED: readonly (readonly [what: string, head: string | Uint8Array, status: string])[] = [
  ["a POST before its GET", head("up"), "503 Service Unavailable"],
  ["a GET without cookie", "GET /live/cam1 HTTP/1.1\r\nHost: x\r\n\r\n", "404 Not Found"],
  ["a POST without cookie", "POST / HTTP/1.0\r\n\r\n", "404 Not Found"],
  ["HEAD", `HEAD / HTTP/1.1\r\nx-sessioncookie: ${COOKIE}\r\n\r\n`, "404 Not Found"],
  ["a cookie without end", head("down", "x".repeat(200)), "404 Not Found"],
];

for (const [what, bytes, status] of REFUSED) {
  Deno.test(`${what} is answered with ${status}, and the connection ends`, async () => {
    await using gateway = await Harness.start();
    const connection = await gateway.transport.connect({ host: "127.0.0.1", port: 8554 });
    await connection.write(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
    const text = await readAll(connection);
    assertEquals(text.split("\r\n")[0], `HTTP/1.1 ${status}`);
    connection.close();
    assertEquals(gateway.logged("error"), []);
  });
}

Deno.test("a cookie that another tunnel has is refused, and the tunnel goes on", async () => {
  await using gateway = await Harness.start();
  const tunnel = await open(gateway);
  const second = await gateway.peer();
  await second.send(head("down"));
  await gateway.clock.run(0);
  assertEquals(second.isClosed, true);
  assertEquals(await ask(tunnel, "OPTIONS", "*"), 200);
});

Deno.test("what is no base64 ends the tunnel, with the reason in the log", async () => {
  await using gateway = await Harness.start();
  const { down, up } = await open(gateway);
  await up.send("####");
  await gateway.clock.run(0);
  assertEquals([down.isClosed, up.isClosed], [true, true]);
  assertStringIncludes(gateway.logged("closed").join(), "not of base64");
});

Deno.test("a GET without POST is closed after ten seconds", async () => {
  await using gateway = await Harness.start();
  const down = await gateway.peer();
  await down.send(head("down"));
  await gateway.clock.run(9000);
  assertEquals(down.isClosed, false);
  await gateway.clock.run(3000);
  assertEquals(down.isClosed, true);
});

Deno.test("a tunnel is told that the gateway stops", async () => {
  const gateway = await Harness.start();
  await gateway.publish();
  const { down, up } = await open(gateway);
  await gateway[Symbol.asyncDispose]();
  assertEquals([down.isClosed, up.isClosed], [true, true]);
});

/** Both halves of a tunnel on the HTTP port. */
async function openByHttp(gateway: Harness, cookie = COOKIE) {
  const env = { remote: { host: "127.0.0.1", port: 5000 } };
  const url = "http://127.0.0.1:8080/live/cam1";
  const accept = "application/x-rtsp-tunnelled";
  const get = await gateway.http.fetch(
    new Request(url, { headers: { accept, "x-sessioncookie": cookie } }),
    env,
  );
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const post = gateway.http.fetch(
    new Request(url, { method: "POST", headers: { "x-sessioncookie": cookie }, body: readable }),
    env,
  );
  return { get, post: Promise.resolve(post), up: writable.getWriter() };
}

Deno.test("the HTTP port has tunnels too", async () => {
  await using gateway = await Harness.start();
  const { get, post, up } = await openByHttp(gateway);
  assertEquals([get.status, get.headers.get("connection")], [200, "close"]);
  const bytes = new TextEncoder().encode("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n");
  up.write(new TextEncoder().encode(encodeUpstream(bytes)));
  const body = must(get.body).getReader();
  const [answer] = new RtspMessageReader().feed((await body.read()).value ?? new Uint8Array());
  assertEquals(answer?.type === "response" && answer.status, 200);
  await body.cancel();
  assertEquals((await post).status, 200);
});

Deno.test("on the HTTP port, what opens no tunnel goes on to its own route", async () => {
  await using gateway = await Harness.start();
  gateway.http.get("/live/cam1.flv", (c) => c.text("a stream"));
  const env = { remote: { host: "127.0.0.1", port: 5000 } };
  const request = new Request("http://127.0.0.1/live/cam1.flv", {
    headers: { "x-sessioncookie": COOKIE },
  });
  assertEquals(await (await gateway.http.fetch(request, env)).text(), "a stream");
});

Deno.test("on the HTTP port a POST that belongs to no tunnel, and a cookie twice, are refused", async () => {
  await using gateway = await Harness.start();
  const first = await openByHttp(gateway);
  const second = await openByHttp(gateway);
  assertEquals(second.get.status, 503);
  const env = { remote: { host: "127.0.0.1", port: 5000 } };
  const stray = new Request("http://127.0.0.1/", {
    method: "POST",
    headers: { "x-sessioncookie": "another" },
    body: "AAAA",
  });
  assertEquals((await gateway.http.fetch(stray, env)).status, 503);
  await must(first.get.body).cancel();
  assertEquals([(await first.post).status, (await second.post).status], [200, 200]);
});

Deno.test("stopping ends the tunnels of the HTTP port", async () => {
  const gateway = await Harness.start();
  const { get, post } = await openByHttp(gateway);
  const body = must(get.body).getReader();
  const end = body.read();
  await gateway[Symbol.asyncDispose]();
  assertEquals([(await post).status, (await end).done], [200, true]);
});

Deno.test("a player on the HTTP port that reads nothing holds up no stop", async () => {
  const gateway = await Harness.start();
  const { get, post, up } = await openByHttp(gateway);
  const bytes = new TextEncoder().encode("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n");
  await up.write(new TextEncoder().encode(encodeUpstream(bytes)));
  await settle();
  await gateway[Symbol.asyncDispose]();
  assertEquals((await post).status, 200);
  await assertRejects(() => get.text());
});
