import { assertEquals } from "@std/assert";
import {
  MAX_QUEUED_BYTES,
  MAX_QUEUED_MESSAGES,
  MAX_WAIT_MS,
  PEER_TIMEOUT_MS,
  PollPeer,
  type Waited,
} from "../../../../protocols/webrtc/signaling/poll_peer.ts";
import type { PeerEntry } from "../../../../protocols/webrtc/signaling/room.ts";
import { settle, VirtualClock } from "../../../virtual_clock.ts";

class Bench {
  readonly clock = new VirtualClock();
  timeouts = 0;
  readonly peer = this.#peer(1);
  readonly #other = this.#peer(2);

  #peer(id: number): PollPeer {
    const { clock } = this;
    const onTimeout = () => void this.timeouts++;
    return new PollPeer({ id, name: `peer_${id}`, host: "192.0.2.1", clock, onTimeout });
  }

  constructor() {
    this.#other.left("not needed as a peer");
  }

  say(body: string): boolean {
    return this.peer.receive({ from: this.#other, body });
  }

  /** What is next, in short; what waits to come is `pending` for as long as it does. */
  wait(signal = new AbortController().signal): { result: string } {
    const waiting = { result: "pending" };
    this.peer.wait(signal).then((waited) => void (waiting.result = inShort(waited)));
    return waiting;
  }

  async next(): Promise<string> {
    const waiting = this.wait();
    await settle();
    return waiting.result;
  }
}

function inShort(waited: Waited): string {
  if (waited.type === "message") return waited.message.body;
  if (waited.type === "left") return `left: ${waited.reason}`;
  return waited.type === "peer"
    ? `${waited.entry.name} ${waited.entry.isConnected ? "came" : "left"}`
    : waited.type;
}

function entry(id: number, isConnected: boolean): PeerEntry {
  return { id, name: `p${id}`, isConnected };
}

Deno.test("what comes is queued in order, and fetched one at a time", async () => {
  const bench = new Bench();
  bench.peer.notify(entry(7, true));
  bench.say("one");
  bench.say("two");
  bench.peer.notify(entry(8, true));
  const got = [await bench.next(), await bench.next(), await bench.next(), await bench.next()];
  assertEquals(got, ["p7 came", "one", "two", "p8 came"]);
  assertEquals(bench.peer.queued, { items: 0, bytes: 0 });
});

Deno.test("a wait hangs until something comes", async () => {
  const bench = new Bench();
  const waiting = bench.wait();
  await settle();
  assertEquals(waiting.result, "pending");
  bench.say("hello");
  await settle();
  assertEquals([waiting.result, bench.peer.queued.items], ["hello", 0]);
});

Deno.test("a wait that was broken off takes nothing", async () => {
  const bench = new Bench();
  const abort = new AbortController();
  const waiting = bench.wait(abort.signal);
  abort.abort();
  bench.say("hello");
  await settle();
  assertEquals([waiting.result, await bench.next()], ["broken-off", "hello"]);
  const late = bench.wait(AbortSignal.abort());
  bench.say("again");
  await settle();
  assertEquals([late.result, await bench.next()], ["broken-off", "again"]);
});

Deno.test("a second wait ends the first, whose end does not matter any more", async () => {
  const bench = new Bench();
  const abort = new AbortController();
  const first = bench.wait(abort.signal);
  const second = bench.wait();
  abort.abort();
  bench.say("hello");
  await settle();
  assertEquals([first.result, second.result], ["replaced", "hello"]);
});

Deno.test("a peer without a wait times out, counted from its last one", () => {
  const bench = new Bench();
  bench.clock.advance(PEER_TIMEOUT_MS - 1);
  const abort = new AbortController();
  bench.wait(abort.signal);
  bench.clock.advance(PEER_TIMEOUT_MS * 2);
  assertEquals(bench.timeouts, 0);
  abort.abort();
  bench.clock.advance(PEER_TIMEOUT_MS - 1);
  assertEquals(bench.timeouts, 0);
  bench.clock.advance(1);
  assertEquals(bench.timeouts, 1);
});

Deno.test("sending does not keep a peer, fetching what has queued does", async () => {
  const bench = new Bench();
  bench.say("one");
  bench.clock.advance(PEER_TIMEOUT_MS - 1);
  assertEquals(await bench.next(), "one");
  bench.clock.advance(PEER_TIMEOUT_MS - 1);
  assertEquals(bench.timeouts, 0);
  bench.clock.advance(1);
  assertEquals(bench.timeouts, 1);
});

Deno.test("a wait ends after a while, so that a peer that is gone can be noticed", async () => {
  const bench = new Bench();
  const waiting = bench.wait();
  await bench.clock.run(MAX_WAIT_MS);
  assertEquals([waiting.result, bench.timeouts], ["nothing", 0]);
  await bench.clock.run(PEER_TIMEOUT_MS);
  assertEquals(bench.timeouts, 1);
});

Deno.test("messages over the bounds are refused, and taken again when there is room", async () => {
  const bench = new Bench();
  for (let sent = 0; sent < MAX_QUEUED_MESSAGES; sent++) assertEquals(bench.say("x"), true);
  assertEquals(bench.say("x"), false);
  await bench.next();
  assertEquals([bench.say("x"), bench.say("x")], [true, false]);

  const other = new Bench();
  const half = "x".repeat(MAX_QUEUED_BYTES / 4);
  assertEquals([other.say(half), other.say(half), other.say("x")], [true, true, false]);
  assertEquals(other.peer.queued.bytes, MAX_QUEUED_BYTES);
});

Deno.test("those who come and go unseen leave nothing in the queue", async () => {
  const bench = new Bench();
  bench.peer.notify(entry(7, false));
  for (let id = 10; id < 5000; id++) {
    bench.peer.notify(entry(id, true));
    bench.peer.notify(entry(id, false));
  }
  assertEquals(bench.peer.queued.items, 1);
  assertEquals(await bench.next(), "p7 left");
});

Deno.test("one that has left ends its wait, takes nothing and has no timer", async () => {
  const bench = new Bench();
  const waiting = bench.wait();
  bench.peer.left("bye");
  await settle();
  assertEquals(waiting.result, "left: bye");
  assertEquals([bench.say("x"), bench.clock.pending], [false, 0]);
  assertEquals(await bench.next(), "left: bye");
});
