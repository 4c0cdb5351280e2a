import { assertEquals, assertMatch } from "@std/assert";
import { RtcError } from "../../../../protocols/webrtc/errors.ts";
import {
  MAX_CALLS_PER_PEER,
  MAX_CANDIDATES,
} from "../../../../protocols/webrtc/signaling/calls.ts";
import { StreamNotFoundError } from "../../../../registry/errors.ts";
import { must } from "../../../must.ts";
import { settle } from "../../../virtual_clock.ts";
import { Bench, OFFER_SDP } from "./harness.ts";

const OFFER = JSON.stringify({ type: "offer", sdp: OFFER_SDP });
const SENDING = JSON.stringify({ type: "offer", sdp: OFFER_SDP.replace("sendrecv", "sendonly") });

function idOf(list: string, name: string): number {
  return Number(must(list.split("\n").find((line) => line.startsWith(`${name},`))).split(",")[1]);
}

/** Anna, who sees the stream `live/cam1`. */
async function start() {
  const bench = new Bench();
  const publisher = await bench.publish("live/cam1");
  const { id, list } = await bench.signIn("anna");
  return { bench, publisher, anna: id, stream: idOf(list, "stream:live/cam1") };
}

Deno.test("streams are peers that come and go", async () => {
  const { bench, anna, stream, publisher } = await start();
  await using _ = bench;
  const waiting = bench.wait(anna);
  await bench.publish("live/cam,2");
  const [, joined] = await waiting;
  assertMatch(joined, /^stream:live\/cam_2,\d+,1\n$/);
  publisher.close();
  const left = bench.wait(anna);
  // A publisher may come back for as long as the grace time.
  await bench.clock.run(60_000);
  assertEquals(await left, [anna, `stream:live/cam1,${stream},0\n`]);
});

Deno.test("an offer to a stream is answered in its name", async () => {
  const { bench, anna, stream } = await start();
  await using _ = bench;
  assertEquals(await bench.send(anna, stream, OFFER, "&token=a%20b"), 200);
  const [from, answer] = await bench.wait(anna);
  assertEquals([from, JSON.parse(answer)], [stream, { type: "answer", sdp: "answer to 1" }]);
  assertEquals(bench.answerer.offers, [{
    action: "read",
    request: {
      name: "live/cam1",
      protocol: "webrtc",
      remote: "192.0.2.1:50000",
      query: "token=a%20b",
    },
    sdp: OFFER_SDP,
    reachedAt: "gateway.test",
  }]);
  assertEquals(bench.signaling.calls, 1);
});

Deno.test("an offer that only sends publishes under the name of the stream", async () => {
  const { bench, anna, stream } = await start();
  await using _ = bench;
  await bench.send(anna, stream, SENDING);
  await bench.wait(anna);
  assertEquals(bench.answerer.offers.map(({ action, request: { name } }) => [action, name]), [
    ["publish", "live/cam1"],
  ]);
});

Deno.test("a peer named so publishes a new stream by the peer that takes such offers", async () => {
  const { bench, anna } = await start();
  await using _ = bench;
  const { id, list } = await bench.signIn("publish:live/cam2");
  assertEquals(idOf(list, "publish"), 0);
  assertEquals(await bench.send(id, 0, OFFER), 200);
  assertEquals((await bench.wait(id))[0], 0);
  const [offer] = bench.answerer.offers;
  assertEquals([offer?.action, offer?.request.name], ["publish", "live/cam2"]);
  // The others neither see nor reach it.
  assertEquals(await bench.send(anna, 0, OFFER), 500);
  assertEquals((await bench.signIn("bert")).list.includes("\npublish,"), false);
});

Deno.test("candidates reach the session in order, also those before the answer", async () => {
  const { bench, anna, stream } = await start();
  await using _ = bench;
  const gate = Promise.withResolvers<void>();
  bench.answerer.gate = gate.promise;
  await bench.send(anna, stream, OFFER);
  for (const port of [1, 2]) {
    const candidate = `candidate:1 1 udp 1 192.0.2.1 ${port} typ host`;
    await bench.send(anna, stream, JSON.stringify({ sdpMid: "0", sdpMLineIndex: 0, candidate }));
  }
  gate.resolve();
  await settle();
  await bench.send(anna, stream, '{"sdpMid":"0","candidate":""}');
  await settle();
  const [session] = bench.answerer.sessions;
  assertEquals(session?.fragments.map((fragment) => fragment.split("\r\n").at(-2)), [
    "a=candidate:1 1 udp 1 192.0.2.1 1 typ host",
    "a=candidate:1 1 udp 1 192.0.2.1 2 typ host",
    "a=end-of-candidates",
  ]);
  for (let more = 0; more < MAX_CANDIDATES; more++) {
    await bench.send(anna, stream, '{"sdpMid":"0","candidate":""}');
  }
  await settle();
  assertEquals(session?.fragments.length, MAX_CANDIDATES);
});

Deno.test("a call ends when the caller says so, without an echo", async () => {
  const { bench, anna, stream } = await start();
  await using _ = bench;
  await bench.send(anna, stream, OFFER);
  await bench.wait(anna);
  await bench.send(anna, stream, "BYE");
  await settle();
  assertEquals(bench.answerer.sessions[0]?.signal.aborted, true);
  assertEquals(bench.signaling.calls, 0);
  await bench.send(anna, anna, "still here");
  const abort = new AbortController();
  let isAnswered = false;
  bench.wait(anna, abort.signal).then(() => isAnswered = true);
  await settle();
  assertEquals(isAnswered, false);
  abort.abort();
});

Deno.test("the caller is told when a session ends by itself", async () => {
  const { bench, anna, stream } = await start();
  await using _ = bench;
  await bench.send(anna, stream, OFFER);
  await bench.wait(anna);
  bench.answerer.sessions[0]?.fail(new RtcError("ice-failed", "Cannot reach the peer: silence"));
  assertEquals(await bench.wait(anna), [stream, "BYE"]);
  assertEquals(bench.log.at(-1)?.includes("Cannot reach the peer: silence"), true);
});

for (
  const error of [
    new RtcError("no-common-media", "Cannot answer: nothing is left"),
    new StreamNotFoundError("live/cam1"),
    new TypeError("a bug"),
  ]
) {
  Deno.test(`an offer that is refused ends the call and signs nobody out: ${error.name}`, async () => {
    const { bench, anna, stream } = await start();
    await using _ = bench;
    bench.answerer.refusal = error;
    assertEquals(await bench.send(anna, stream, OFFER), 200);
    assertEquals(await bench.wait(anna), [stream, "BYE"]);
    assertEquals(bench.signaling.calls, 0);
    assertEquals(bench.log.at(-1)?.startsWith("a call"), true);
  });
}

Deno.test("sessions end with the peer that called, answered or not", async () => {
  const { bench, anna, stream } = await start();
  await using _ = bench;
  await bench.send(anna, stream, OFFER);
  await bench.wait(anna);
  const bert = await bench.signIn("bert");
  const gate = Promise.withResolvers<void>();
  bench.answerer.gate = gate.promise;
  await bench.send(bert.id, stream, OFFER);
  await bench.request(`/sign_out?peer_id=${anna}`);
  // Bert vanishes while his answer is under way.
  await bench.clock.run(60_000);
  gate.resolve();
  await settle();
  assertEquals(bench.answerer.sessions.map(({ signal }) => signal.aborted), [true, true]);
  assertEquals([bench.signaling.calls, bench.signaling.peers], [0, 0]);
});

Deno.test("an offer of one that signed out while it came in is not answered", async () => {
  const { bench, anna, stream } = await start();
  await using _ = bench;
  const body = new TransformStream<Uint8Array, Uint8Array>();
  const sending = bench.request(`/message?peer_id=${anna}&to=${stream}`, {
    method: "POST",
    body: body.readable,
  });
  await bench.request(`/sign_out?peer_id=${anna}`);
  const writer = body.writable.getWriter();
  await writer.write(new TextEncoder().encode(OFFER));
  await writer.close();
  assertEquals((await sending).status, 500);
  assertEquals(bench.answerer.offers, []);
});

Deno.test("a new offer takes the place of the call before", async () => {
  const { bench, anna, stream } = await start();
  await using _ = bench;
  await bench.send(anna, stream, OFFER);
  await bench.wait(anna);
  await bench.send(anna, stream, OFFER);
  assertEquals(JSON.parse((await bench.wait(anna))[1]).sdp, "answer to 2");
  assertEquals(bench.answerer.sessions.map(({ signal }) => signal.aborted), [true, false]);
});

Deno.test("offers over the limit of one peer are not asked for", async () => {
  const { bench, anna, stream } = await start();
  await using _ = bench;
  const gate = Promise.withResolvers<void>();
  bench.answerer.gate = gate.promise;
  // Each takes the place of the one before, whose answer is under way still.
  for (let sent = 0; sent < MAX_CALLS_PER_PEER; sent++) await bench.send(anna, stream, OFFER);
  await bench.send(anna, stream, OFFER);
  assertEquals(bench.answerer.offers.length, MAX_CALLS_PER_PEER);
  assertEquals(await bench.wait(anna), [stream, "BYE"]);
  gate.resolve();
  await settle();
  assertEquals(bench.signaling.calls, 0);
});

Deno.test("calls end when signaling closes", async () => {
  const { bench, anna, stream } = await start();
  await bench.send(anna, stream, OFFER);
  await bench.wait(anna);
  await bench[Symbol.asyncDispose]();
  await settle();
  assertEquals(bench.answerer.sessions[0]?.signal.aborted, true);
  assertEquals([bench.signaling.calls, bench.signaling.peers], [0, 0]);
});
