import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import {
  MAX_QUEUED_MESSAGES,
  MAX_WAIT_MS,
  PEER_TIMEOUT_MS,
} from "../../../../protocols/webrtc/signaling/poll_peer.ts";
import { MAX_MESSAGE_BYTES } from "../../../../protocols/webrtc/signaling/poll_routes.ts";
import { settle } from "../../../virtual_clock.ts";
import { Bench } from "./harness.ts";

Deno.test("those who vanish are announced", async () => {
  await using bench = new Bench();
  const anna = await bench.signIn("anna");
  const bert = await bench.signIn("bert");
  assertEquals(await bench.wait(anna.id), [anna.id, `bert,${bert.id},1\n`]);
  const waiting = bench.wait(anna.id);
  await bench.clock.run(PEER_TIMEOUT_MS);
  assertEquals(await waiting, [anna.id, `bert,${bert.id},0\n`]);
  assertEquals(bench.signaling.peers, 1);
  assertEquals((await bench.request(`/wait?peer_id=${bert.id}`)).status, 500);
});

Deno.test("a wait in which nothing happens ends with a line that the client passes over", async () => {
  await using bench = new Bench();
  const { id } = await bench.signIn("anna");
  const waiting = bench.wait(id);
  await bench.clock.run(MAX_WAIT_MS);
  const [pragma, line] = await waiting;
  assertEquals(pragma, id);
  assertMatch(line, /^-,\d+,0\n$/);
  assertNotEquals(line, `-,${id},0\n`);
});

Deno.test("an id is good for the address that it was given to, and for no other", async () => {
  await using bench = new Bench();
  const anna = await bench.signIn("anna", "192.0.2.1");
  const post = { method: "POST", body: "x" };
  for (
    const [path, init] of [
      [`/wait?peer_id=${anna.id}`, {}],
      [`/message?peer_id=${anna.id}&to=${anna.id}`, post],
      [`/sign_out?peer_id=${anna.id}`, {}],
    ] as const
  ) {
    assertEquals((await bench.request(path, init, "192.0.2.2")).status, 500);
  }
  assertEquals(bench.signaling.peers, 1);
  assertEquals((await bench.request(`/sign_out?peer_id=${anna.id}`)).status, 200);
  assertEquals(bench.signaling.peers, 0);
});

Deno.test("ids cannot be guessed from one another, and fit an int", async () => {
  await using bench = new Bench();
  const ids = [];
  for (let count = 0; count < 50; count++) ids.push((await bench.signIn("")).id);
  assertEquals(new Set(ids).size, 50);
  assertEquals(ids.every((id) => id > 0 && id <= 0x7fffffff), true);
  assertEquals(ids.every((id) => id < 0x10000), false);
});

Deno.test("a peer without a name has its id for one, as in the original", async () => {
  await using bench = new Bench();
  for (const path of ["/sign_in", "/sign_in?"]) {
    const response = await bench.request(path);
    const id = response.headers.get("pragma");
    assertEquals((await response.text()).split("\n")[0], `peer_${id},${id},1`);
  }
});

Deno.test("a message to oneself comes back at once", async () => {
  await using bench = new Bench();
  const { id } = await bench.signIn("anna");
  const response = await bench.request(`/message?peer_id=${id}&to=${id}`, {
    method: "POST",
    body: "<script>",
    headers: { "content-type": "text/html" },
  });
  assertEquals([response.headers.get("pragma"), await response.text()], [`${id}`, "<script>"]);
  assertEquals(response.headers.get("content-type"), "text/plain");
});

Deno.test("nobody can have the gateway show a page of theirs", async () => {
  await using bench = new Bench();
  const anna = await bench.signIn("anna");
  const bert = await bench.signIn("bert");
  await bench.wait(anna.id);
  await bench.request(`/message?peer_id=${bert.id}&to=${anna.id}`, {
    method: "POST",
    body: "<script>",
    headers: { "content-type": "text/html" },
  });
  const { headers } = await bench.request(`/wait?peer_id=${anna.id}`);
  assertEquals(headers.get("content-type"), "text/plain");
  assertEquals(headers.get("x-content-type-options"), "nosniff");
});

Deno.test("a message that is too long is refused, and none of it kept", async () => {
  await using bench = new Bench();
  const { id } = await bench.signIn("anna");
  const other = await bench.signIn("bert");
  await bench.wait(id);
  assertEquals(await bench.send(other.id, id, "x".repeat(MAX_MESSAGE_BYTES)), 200);
  // The application of this test has no words for errors: it is the HTTP module that has them.
  const port = await bench.listen();
  const response = await fetch(`http://127.0.0.1:${port}/message?peer_id=${id}&to=${other.id}`, {
    method: "POST",
    body: "x".repeat(MAX_MESSAGE_BYTES + 1),
  });
  await response.text();
  // It signed in from elsewhere.
  assertEquals(response.status, 500);
  const { headers, body } = await fetch(`http://127.0.0.1:${port}/sign_in?carl`);
  await body?.cancel();
  const carl = headers.get("pragma");
  const refused = await fetch(`http://127.0.0.1:${port}/message?peer_id=${carl}&to=${id}`, {
    method: "POST",
    body: "x".repeat(MAX_MESSAGE_BYTES + 1),
  });
  await refused.text();
  assertEquals(refused.status, 413);
});

Deno.test("the sender is told when the other does not fetch its messages", async () => {
  await using bench = new Bench();
  const anna = await bench.signIn("anna");
  const bert = await bench.signIn("bert");
  for (let sent = 0; sent < MAX_QUEUED_MESSAGES; sent++) {
    assertEquals(await bench.send(bert.id, anna.id, "x"), 200);
  }
  assertEquals(await bench.send(bert.id, anna.id, "x"), 500);
});

Deno.test("there are no more peers than there may be, half of them from one address", async () => {
  await using bench = new Bench({ maxPeers: 4 });
  const port = await bench.listen();
  const statusOf = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/sign_in?x`);
    await response.text();
    return response.status;
  };
  assertEquals([await statusOf(), await statusOf(), await statusOf()], [200, 200, 503]);
  await bench.signIn("a", "192.0.2.1");
  const last = await bench.signIn("b", "192.0.2.2");
  assertEquals(bench.signaling.peers, 4);
  await bench.request(`/sign_out?peer_id=${last.id}`, {}, "192.0.2.2");
  assertEquals(bench.signaling.peers, 3);
});

Deno.test("other methods do nothing", async () => {
  await using bench = new Bench();
  const { id } = await bench.signIn("anna");
  const other = await bench.signIn("bert");
  const port = await bench.listen();
  for (
    const [method, path, status] of [
      ["HEAD", "/sign_in?x", 405],
      ["POST", "/sign_in?x", 405],
      ["HEAD", `/wait?peer_id=${id}`, 405],
      ["GET", `/message?peer_id=${id}&to=${other.id}`, 405],
      ["POST", `/sign_out?peer_id=${id}`, 405],
      ["GET", "/quit", 404],
      ["GET", "/", 404],
      ["GET", "/ws", 426],
    ] as const
  ) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    await response.body?.cancel();
    assertEquals([method, path, response.status], [method, path, status]);
  }
  assertEquals(bench.signaling.peers, 2);
  assertEquals(await bench.wait(id), [id, `bert,${other.id},1\n`]);
});

Deno.test("signing out ends what hangs, and what is under way", async () => {
  await using bench = new Bench();
  const { id } = await bench.signIn("anna");
  const waiting = bench.request(`/wait?peer_id=${id}`);
  await settle();
  await bench.request(`/sign_out?peer_id=${id}`);
  assertEquals((await waiting).status, 500);
});
