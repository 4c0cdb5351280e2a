import { assertEquals, assertMatch } from "@std/assert";
import { MAX_MESSAGE_BYTES } from "../../../../protocols/webrtc/signaling/poll_routes.ts";
import { type PeerSocket, SocketPeer } from "../../../../protocols/webrtc/signaling/socket_peer.ts";
import { systemClock } from "../../../../registry/clock.ts";
import { must } from "../../../must.ts";
import { settle } from "../../../virtual_clock.ts";
import { Bench, HOST, OFFER_SDP } from "./harness.ts";
import { OriginalClient } from "./original_client.ts";

// deno-lint-ignore no-explicit-any -- what comes is compared as it is
type Reply = any;

/** A page that uses the room over a WebSocket. */
class Page {
  readonly #socket: WebSocket;
  readonly #replies: Reply[] = [];
  #arrived = Promise.withResolvers<void>();
  readonly closed: Promise<readonly [number, string]>;
  readonly opened: Promise<void>;

  constructor(port: number, query = "") {
    this.#socket = new WebSocket(`ws://${HOST}:${port}/ws${query}`);
    this.#socket.onmessage = ({ data }) => {
      this.#replies.push(JSON.parse(data));
      this.#arrived.resolve();
    };
    this.opened = new Promise((resolve) => this.#socket.onopen = () => resolve());
    this.closed = new Promise((resolve) => {
      this.#socket.onclose = ({ code, reason }) => resolve([code, reason]);
    });
  }

  async say(request: unknown): Promise<void> {
    await this.opened;
    this.#socket.send(typeof request === "string" ? request : JSON.stringify(request));
  }

  async next(): Promise<Reply> {
    for (;;) {
      const reply = this.#replies.shift();
      if (reply !== undefined) return reply;
      await this.#arrived.promise;
      this.#arrived = Promise.withResolvers();
    }
  }

  async signIn(name: string): Promise<Reply> {
    await this.say({ type: "sign_in", name });
    return await this.next();
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}

Deno.test("a page and an original client share the room", async () => {
  await using bench = new Bench({ clock: systemClock });
  const port = await bench.listen();
  const client = new OriginalClient(port);
  await client.signIn("client@host");
  const page = new Page(port);
  const { id, ...signedIn } = await page.signIn("page, with a comma");
  assertEquals(signedIn, { type: "signed_in", peers: [{ id: client.id, name: "client@host" }] });
  assertEquals((await client.wait()).body, `page_ with a comma,${id},1\n`);

  await page.say({ type: "message", to: client.id, body: "hello" });
  const heard = await client.wait();
  assertEquals([heard.pragma, heard.body], [id, "hello"]);
  await client.send(id, "hello yourself");
  assertEquals(await page.next(), { type: "message", from: client.id, body: "hello yourself" });

  const waiting = client.wait();
  const other = new Page(port);
  const { id: otherId } = await other.signIn("other");
  const came = { type: "peer", id: otherId, name: "other", connected: true };
  assertEquals(await page.next(), came);
  assertEquals((await waiting).body, `other,${otherId},1\n`);
  await other.close();
  assertEquals(await page.next(), { ...came, connected: false });
  await page.close();
  assertEquals((await client.wait()).body, `other,${otherId},0\n`);
  assertEquals((await client.wait()).body, `page_ with a comma,${id},0\n`);
});

Deno.test("a page calls a stream, and is told why a call fails", async () => {
  await using bench = new Bench({ clock: systemClock });
  await bench.publish("live/cam1");
  const page = new Page(await bench.serve(), "?token=abc");
  const { peers: [stream] } = await page.signIn("page");
  assertEquals(stream.name, "stream:live/cam1");
  const body = JSON.stringify({ type: "offer", sdp: OFFER_SDP });
  await page.say({ type: "message", to: stream.id, body });
  const answer = await page.next();
  assertEquals([answer.from, JSON.parse(answer.body).type], [stream.id, "answer"]);
  assertEquals(bench.answerer.offers[0]?.request.query, "token=abc");
  assertEquals(bench.answerer.offers[0]?.reachedAt, HOST);
  bench.answerer.refusal = new TypeError("secret");
  await page.say({ type: "message", to: stream.id, body });
  const reason = "the gateway failed";
  assertEquals(await page.next(), { type: "message", from: stream.id, body: "BYE", reason });
  await page.close();
});

const MISTAKES: readonly (readonly [what: string, request: unknown, reason: RegExp])[] = [
  ["no JSON", "hello", /^Cannot read the message: /],
  ["no object", "7", /^Cannot read the message: /],
  ["an unknown type", { type: "quit" }, /^Cannot read the message: type: /],
  ["a message without body", { type: "message", to: 1 }, /^Cannot read the message: body: /],
  ["a receiver that is no number", { type: "message", to: "1", body: "" }, /: to: /],
  [
    "too long a message",
    { type: "message", to: 1, body: "x".repeat(MAX_MESSAGE_BYTES + 1) },
    /body/,
  ],
  ["nobody there", { type: "message", to: 1, body: "x" }, /^Cannot send a message: there is no/],
  ["signing in twice", { type: "sign_in", name: "x" }, /^Cannot sign in: that was done$/],
];

Deno.test("a page is told of its mistakes, and goes on", async () => {
  await using bench = new Bench({ clock: systemClock });
  const page = new Page(await bench.serve());
  await page.say({ type: "message", to: 1, body: "x" });
  const early = { type: "error", to: 1, reason: "Cannot send a message: sign in first" };
  assertEquals(await page.next(), early);
  await page.signIn("page");
  for (const [what, request, reason] of MISTAKES) {
    await page.say(request);
    const reply = await page.next();
    assertEquals([what, reply.type], [what, "error"]);
    assertMatch(reply.reason, reason);
  }
  assertEquals(bench.signaling.peers, 1);
  await page.close();
});

Deno.test("a page that never signs in, or sends what nobody reads, is closed", async () => {
  await using bench = new Bench();
  const port = await bench.serve();
  const idle = new Page(port);
  await idle.opened;
  bench.clock.advance(10_000);
  assertEquals(await idle.closed, [1008, "nobody has signed in"]);
  const loud = new Page(port);
  await loud.say("x".repeat(1 << 20));
  assertEquals(await loud.closed, [1008, "only text of a limited length is read here"]);
  assertEquals(bench.clock.pending, 0);
});

Deno.test("pages are closed when there are too many, and when the gateway stops", async () => {
  await using bench = new Bench({ clock: systemClock, maxPeers: 1 });
  const port = await bench.serve();
  const first = new Page(port);
  await first.signIn("first");
  const second = new Page(port);
  assertMatch((await second.signIn("second")).reason, /^Cannot sign in: the limit of 1 /);
  assertEquals((await second.closed)[0], 1013);
  await bench.signaling.close();
  assertEquals(await first.closed, [1001, "the gateway stops"]);
  assertEquals(bench.signaling.peers, 0);
});

/** A socket that takes as much as the test says. */
class StuckSocket implements PeerSocket {
  readonly readyState = WebSocket.OPEN;
  bufferedAmount = 0;
  sent = 0;
  send(): void {
    this.sent++;
  }
  close(): void {}
}

Deno.test("a page that takes nothing is refused messages first, and let go of then", async () => {
  const socket = new StuckSocket();
  let tooSlow = 0;
  const peer = new SocketPeer(1, "page", socket, () => tooSlow++);
  const other = new SocketPeer(2, "other", socket, () => {});
  socket.bufferedAmount = 600_000;
  assertEquals(peer.receive({ from: other, body: "x" }), false);
  peer.notify({ id: 2, name: "other", isConnected: true });
  assertEquals([socket.sent, tooSlow], [1, 0]);
  socket.bufferedAmount = 1_100_000;
  peer.notify({ id: 2, name: "other", isConnected: false });
  await settle();
  assertEquals([socket.sent, tooSlow], [1, 1]);
});

Deno.test("one that is let go of while others are told does not disturb them", async () => {
  await using bench = new Bench({ clock: systemClock });
  const port = await bench.serve();
  const pages = Array.from({ length: 5 }, () => new Page(port));
  for (const [index, page] of pages.entries()) await page.signIn(`page${index}`);
  const leaving = must(pages[2]);
  await leaving.close();
  for (const [index, page] of pages.entries()) {
    if (page === leaving) continue;
    for (let later = index + 1; later < 5; later++) {
      assertEquals((await page.next()).name, `page${later}`);
    }
    assertEquals((await page.next()).connected, false);
    await page.close();
  }
});
