// The client of WebRTC's examples (examples/peerconnection/client/peer_connection_client.cc), byte for
// byte, over TCP.
import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../../../registry/clock.ts";
import { Bench } from "./harness.ts";
import { exchange, OriginalClient } from "./original_client.ts";

const OFFER = '{\n   "sdp" : "v=0\\r\\no=- 1 2 IN IP4 127.0.0.1\\r\\n",\n   "type" : "offer"\n}\n';
const CANDIDATE = '{\n   "candidate" : "candidate:1 1 udp 2122260223 192.0.2.1 40000 typ host",\n' +
  '   "sdpMLineIndex" : 0,\n   "sdpMid" : "0"\n}\n';

const PORTS = [
  ["its own port", (bench: Bench) => bench.listen()],
  ["the HTTP port", (bench: Bench) => bench.serve()],
] as const;

for (const [where, open] of PORTS) {
  Deno.test(`two clients call each other on ${where}`, async () => {
    await using bench = new Bench({ clock: systemClock });
    const port = await open(bench);
    const anna = new OriginalClient(port);
    const bert = new OriginalClient(port);
    assertEquals(await anna.signIn("anna@host"), `anna@host,${anna.id},1\n`);
    const waiting = anna.wait();
    assertEquals(
      await bert.signIn("bert@host"),
      `bert@host,${bert.id},1\nanna@host,${anna.id},1\n`,
    );
    const joined = await waiting;
    assertEquals([joined.pragma, joined.body], [anna.id, `bert@host,${bert.id},1\n`]);

    // Anna has no request under way: two messages queue, and are fetched one at a time.
    for (const message of [OFFER, CANDIDATE]) {
      const sent = await bert.send(anna.id, message);
      assertEquals([sent.status, sent.pragma, sent.body], [200, -1, ""]);
    }
    for (const message of [OFFER, CANDIDATE]) {
      const got = await anna.wait();
      assertEquals([got.status, got.pragma, got.body], [200, bert.id, message]);
    }
    const hanging = bert.wait();
    await anna.send(bert.id, "BYE");
    assertEquals((await hanging).body, "BYE");

    const left = anna.wait();
    assertEquals((await bert.signOut()).status, 200);
    assertEquals([(await left).pragma, (await left).body], [anna.id, `bert@host,${bert.id},0\n`]);
  });
}

Deno.test("an answer has the status line and the headers of the original", async () => {
  await using bench = new Bench({ clock: systemClock });
  const { head, pragma } = await exchange(
    await bench.listen(),
    "GET /sign_in?anna HTTP/1.0\r\n\r\n",
  );
  const [status, ...headers] = head.split("\r\n");
  assertEquals(status, "HTTP/1.1 200 Added");
  assertEquals(headers.filter((line) => !line.startsWith("Date: ")).sort(), [
    "Access-Control-Allow-Credentials: true",
    "Access-Control-Allow-Headers: Content-Type, Content-Length, Connection, Cache-Control",
    "Access-Control-Allow-Methods: POST, GET, OPTIONS",
    "Access-Control-Allow-Origin: *",
    "Access-Control-Expose-Headers: Content-Length",
    "Cache-Control: no-cache",
    "Connection: close",
    `Content-Length: ${`anna,${pragma},1\n`.length}`,
    "Content-Type: text/plain",
    `Pragma: ${pragma}`,
    "Server: PeerConnectionTestServer/0.1",
    "X-Content-Type-Options: nosniff",
  ]);
});

Deno.test("a peer that is gone is an error with the words of the original", async () => {
  await using bench = new Bench({ clock: systemClock });
  const client = new OriginalClient(await bench.listen());
  await client.signIn("anna");
  const { status, body, head } = await client.send(client.id - 1, "hello");
  assertEquals([status, body], [500, "Peer most likely gone."]);
  assert(head.startsWith("HTTP/1.1 500 Error\r\n"));
  await client.signOut();
  for (const answer of [await client.wait(), await client.signOut(), await client.send(1, "x")]) {
    assertEquals([answer.status, answer.body], [500, "Peer most likely gone."]);
  }
});

Deno.test("a request that hangs is answered when the gateway stops", async () => {
  const bench = new Bench({ clock: systemClock });
  const client = new OriginalClient(await bench.listen());
  await client.signIn("anna");
  const waiting = client.wait();
  const other = new OriginalClient(await bench.listen());
  await other.signIn("bert");
  await waiting;
  const last = client.wait();
  // Its connection is open when the answer to this one has come.
  await other.send(other.id, "to myself");
  const [answer] = await Promise.all([last, bench[Symbol.asyncDispose]()]);
  assertEquals([answer.status, answer.body], [500, "Server shutting down"]);
});

Deno.test("a client that breaks a wait off finds later what it missed", async () => {
  await using bench = new Bench({ clock: systemClock });
  const port = await bench.listen();
  const client = new OriginalClient(port);
  await client.signIn("anna");
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(
    new TextEncoder().encode(`GET /wait?peer_id=${client.id} HTTP/1.0\r\n\r\n`),
  );
  conn.close();
  const other = new OriginalClient(port);
  await other.signIn("bert");
  // What was given to the lost connection, if that was not noticed yet, is lost with it.
  await other.send(client.id, "first");
  await other.send(client.id, "second");
  let last = await client.wait();
  while (last.body !== "second") last = await client.wait();
  assertEquals(last.pragma, other.id);
});

Deno.test("browsers of other origins may ask first on its own port", async () => {
  await using bench = new Bench({ clock: systemClock });
  const port = await bench.listen();
  const request = "OPTIONS /message HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\n\r\n";
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode(request));
  const answer = await new Response(conn.readable).text();
  assert(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
  assert(answer.includes("Access-Control-Allow-Methods: POST, GET, OPTIONS\r\n"), answer);
});
