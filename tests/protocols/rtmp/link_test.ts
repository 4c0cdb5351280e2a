import { assert, assertEquals, assertRejects } from "@std/assert";
import { MemoryTransport } from "../../../protocols/_transport/memory_transport.ts";
import type { Connection } from "../../../protocols/_transport/transport.ts";
import { chunkMessages } from "../../../protocols/rtmp/chunk_writer.ts";
import { encodeControl } from "../../../protocols/rtmp/control.ts";
import { RtmpChunkError } from "../../../protocols/rtmp/errors.ts";
import { ClientHandshake } from "../../../protocols/rtmp/handshake.ts";
import {
  ACK_WINDOW,
  OUT_CHUNK_SIZE,
  type Received,
  RtmpLink,
} from "../../../protocols/rtmp/link.ts";
import { MESSAGE_TYPE, type OutgoingMessage } from "../../../protocols/rtmp/message.ts";
import { must } from "../../must.ts";
import { settle, VirtualClock } from "../../virtual_clock.ts";
import { counting } from "./chunk_bytes.ts";

const ADDRESS = { host: "127.0.0.1", port: 1935 };

async function connections(): Promise<readonly [client: Connection, server: Connection]> {
  const transport = new MemoryTransport();
  const listener = await transport.listen(ADDRESS);
  const client = await transport.connect(ADDRESS);
  const { value: server } = await listener[Symbol.asyncIterator]().next();
  listener.close();
  return [client, must(server)];
}

/** Both ends of a connection after their handshake; the client has set its chunk size. */
async function links(clock = new VirtualClock()) {
  const [near, far] = await connections();
  const [client, server] = await Promise.all([
    RtmpLink.open(near, clock),
    RtmpLink.accept(far, clock),
  ]);
  must(client).control({ kind: "setChunkSize", size: OUT_CHUNK_SIZE });
  await must(server).read();
  return { client: must(client), server: must(server), clock, near, far };
}

function message(payload: Uint8Array, type: number = MESSAGE_TYPE.AUDIO): OutgoingMessage {
  return { csid: 4, type, timestamp: 7, streamId: 1, parts: [payload] };
}

/** Reads until `count` messages have come. */
async function readMessages(link: RtmpLink, count: number): Promise<Received["messages"]> {
  const messages = [];
  while (messages.length < count) {
    const received = await link.read();
    if (received === undefined) break;
    messages.push(...received.messages);
  }
  return messages;
}

Deno.test("messages go over a link as they are", async () => {
  const { client, server } = await links();
  const payload = counting(200_000);
  client.post(message(payload), message(Uint8Array.of(1), MESSAGE_TYPE.VIDEO));
  const messages = await readMessages(server, 2);
  assertEquals(messages.map(({ type, timestamp, streamId }) => [type, timestamp, streamId]), [
    [8, 7, 1],
    [9, 7, 1],
  ]);
  assertEquals(messages[0]?.payload, payload);
});

Deno.test("messages that come with the end of the handshake are read", async () => {
  const clock = new VirtualClock();
  const [near, far] = await connections();
  const accepting = RtmpLink.accept(far, clock);
  const handshake = new ClientHandshake({ randomBytes: (n) => new Uint8Array(n), time: 0 });
  await near.write(handshake.start());
  const buffer = new Uint8Array(4096);
  const count = must(await near.read(buffer));
  const step = handshake.feed(buffer.subarray(0, count));
  const first = chunkMessages([message(Uint8Array.of(5))], 128);
  await near.write(new Uint8Array([...must(step.send), ...first]));
  const messages = await readMessages(must(await accepting), 1);
  assertEquals(messages[0]?.payload, Uint8Array.of(5));
});

Deno.test("a peer that leaves in the handshake gives no link", async () => {
  const [near, far] = await connections();
  near.close();
  assertEquals(await RtmpLink.accept(far, new VirtualClock()), undefined);
});

Deno.test("a ping is answered with its timestamp, and is nobody else's business", async () => {
  const { client, server } = await links();
  client.post(encodeControl({ kind: "pingRequest", timestamp: 4711 }));
  assertEquals(await server.read(), { messages: [], controls: [] });
  assertEquals(await client.read(), { messages: [], controls: [] });
});

Deno.test("controls of message streams are for the session", async () => {
  const { client, server } = await links();
  client.control(
    { kind: "setBufferLength", streamId: 1, milliseconds: 3000 },
    { kind: "streamEof", streamId: 1 },
    { kind: "setPeerBandwidth", size: 1, limit: "hard" },
    { kind: "unknownEvent", event: 26, data: new Uint8Array(2) },
  );
  assertEquals((await server.read())?.controls.map(({ kind }) => kind), [
    "setBufferLength",
    "streamEof",
  ]);
});

/** Acknowledgements that `server` sends while it reads `total` bytes of media. */
async function acknowledged(total: number, window?: number): Promise<readonly number[]> {
  const { client, server, near } = await links();
  if (window !== undefined) client.control({ kind: "windowAckSize", size: window });
  const sent: number[] = [];
  const original = server.control.bind(server);
  server.control = (...controls) => {
    for (const one of controls) if (one.kind === "acknowledgement") sent.push(one.sequence);
    original(...controls);
  };
  const sending = client.write(chunkMessages([message(new Uint8Array(total))], OUT_CHUNK_SIZE));
  await readMessages(server, 1);
  await sending;
  near.close();
  return sent;
}

Deno.test("what comes is acknowledged within the window that the peer asked for", async () => {
  assertEquals(await acknowledged(ACK_WINDOW), []);
  const small = await acknowledged(1_000_000, 200_000);
  const steps = small.map((sequence, n) => sequence - (small[n - 1] ?? 0));
  assert(small.length >= 5 && steps.every((step) => step <= 200_000), small.join());
});

Deno.test("a window of 0 does not make the link acknowledge nothing for ever", async () => {
  assert((await acknowledged(1000, 0)).length > 0);
});

Deno.test("silence is counted from the last bytes", async () => {
  const { client, server, clock } = await links();
  await clock.run(5000);
  assertEquals(server.silentMs, 5000);
  client.post(message(Uint8Array.of(1)));
  await readMessages(server, 1);
  assertEquals(server.silentMs, 0);
});

Deno.test("a broken chunk stream ends the reading", async () => {
  const { near, server } = await links();
  await near.write(Uint8Array.of(0xc5, 0, 0));
  await assertRejects(() => server.read(), RtmpChunkError);
});

Deno.test("closing when sent lets out what was posted", async () => {
  const { client, server, clock } = await links();
  server.post(message(Uint8Array.of(1)));
  server.control({ kind: "setChunkSize", size: OUT_CHUNK_SIZE });
  server.post(message(new Uint8Array(100_000)));
  const closed = server.closeWhenSent();
  assertEquals((await readMessages(client, 3)).length, 2);
  await closed;
  assertEquals(clock.pending, 0);
});

Deno.test("closing when sent waits one second at most for a peer that does not read", async () => {
  const { server, clock } = await links();
  for (let n = 0; n < 10; n++) server.post(message(new Uint8Array(100_000)));
  let isClosed = false;
  server.closeWhenSent().then(() => isClosed = true);
  await clock.run(999);
  assertEquals(isClosed, false);
  await clock.run(1);
  assertEquals([isClosed, await server.read(), clock.pending], [true, undefined, 0]);
});

Deno.test("closing when sent ends at once where there is nobody left", async () => {
  const { near, server, clock } = await links();
  near.close();
  await server.closeWhenSent();
  await server.closeWhenSent();
  assertEquals(clock.pending, 0);
});

Deno.test("a peer that reads nothing of all that it makes the link send is ended", async () => {
  const { server } = await links();
  for (let n = 0; n < 60; n++) server.post(message(new Uint8Array(100_000)));
  await settle();
  assertEquals(await server.read(), undefined);
});
