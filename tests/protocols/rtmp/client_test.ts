import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { MemoryTransport } from "../../../protocols/_transport/memory_transport.ts";
import { ConnectError } from "../../../protocols/_transport/errors.ts";
import {
  isCommand,
  RtmpClient,
  RtmpRefusedError,
  RtmpSilenceError,
} from "../../../protocols/rtmp/client.ts";
import { encodeCommand, onStatus } from "../../../protocols/rtmp/command.ts";
import { isMedia } from "../../../protocols/rtmp/ingest.ts";
import { RtmpLink } from "../../../protocols/rtmp/link.ts";
import { STATUS } from "../../../protocols/rtmp/status.ts";
import { parseRtmpUrl } from "../../../protocols/rtmp/url.ts";
import { must } from "../../must.ts";
import { settle, VirtualClock } from "../../virtual_clock.ts";
import { Harness, headers, media, Peer, picture, sound } from "./harness.ts";

const TARGET = parseRtmpUrl(new URL("rtmp://127.0.0.1/live/cam1?token=1"));

function connect(harness: Harness, signal = new AbortController().signal): Promise<RtmpClient> {
  const { transport, clock } = harness;
  return RtmpClient.connect(TARGET, { transport, clock, signal });
}

/** A server that accepts one connection, and whatever the test makes of it. */
async function scripted() {
  const transport = new MemoryTransport();
  const clock = new VirtualClock();
  const abort = new AbortController();
  const listener = await transport.listen({ host: "127.0.0.1", port: 1935 });
  const opening = RtmpClient.connect(TARGET, { transport, clock, signal: abort.signal });
  opening.catch(() => {});
  const { value: connection } = await listener[Symbol.asyncIterator]().next();
  listener.close();
  return { transport, clock, abort, opening, connection: must(connection) };
}

/** As `scripted`, with the handshake done and connect answered. */
async function scriptedServer() {
  const { connection, clock, opening, abort } = await scripted();
  const server = new Peer(must(await RtmpLink.accept(connection, clock)));
  await settle();
  const transactionId = must(server.commands[0]).transactionId;
  const result = { name: "_result", transactionId, commandObject: null, args: [] };
  await server.send(encodeCommand(result));
  return { server, clock, abort, client: await opening };
}

Deno.test("what a client publishes another client plays", async () => {
  await using harness = await Harness.start();
  const [publisher, player] = [await connect(harness), await connect(harness)];
  await player.play();
  await publisher.publish();
  publisher.link.post(
    ...headers(publisher.streamId),
    ...media(publisher.streamId, picture(0), sound(0)),
  );
  const types: number[] = [];
  while (types.length < 6) {
    types.push(...must(await player.read()).messages.filter(isMedia).map(({ type }) => type));
  }
  assertEquals(types, [18, 18, 9, 8, 9, 8]);
  publisher.unpublish();
  await settle();
  assertEquals(harness.registry.isPublished("live/cam1"), false);
  publisher.close();
  player.close();
});

Deno.test("media that comes together with the answer to play is not lost", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder();
  await encoder.send(...media(1, picture(0), sound(0)));
  const client = await connect(harness);
  await client.play();
  const first = must(await client.read());
  assertEquals(first.messages.filter(isMedia).length > 0, true);
  client.close();
});

Deno.test("the query of the URL goes to the server", async () => {
  const queries: string[] = [];
  await using harness = await Harness.start({
    access: { authorize: ({ query }) => void queries.push(query) },
  });
  const client = await connect(harness);
  await client.play();
  client.close();
  assertEquals(queries, ["token=1"]);
});

Deno.test("what the server refuses is an error with its code and its words", async () => {
  await using harness = await Harness.start({ section: { wait: 0 } });
  await harness.encoder();
  const publisher = await connect(harness);
  const error = await assertRejects(() => publisher.publish(), RtmpRefusedError);
  assertEquals(error.code, "NetStream.Publish.BadName");
  publisher.close();
  const other = { ...TARGET, streamKey: "other" };
  const { transport, clock } = harness;
  const signal = new AbortController().signal;
  const player = await RtmpClient.connect(other, { transport, clock, signal });
  const refused = await assertRejects(() => player.play(), RtmpRefusedError);
  assertEquals(
    refused.message,
    "Cannot play other: the server says NetStream.Play.StreamNotFound, " +
      "Cannot read live/other: nobody publishes it",
  );
  player.close();
});

Deno.test("an error of the server while the stream runs ends the reading", async () => {
  const { server, client } = await scriptedServer();
  await server.send(encodeCommand(onStatus(STATUS.PLAY_FAILED, "the disk is full"), 1));
  const error = await assertRejects(() => client.read(), RtmpRefusedError);
  assertEquals(error.code, "NetStream.Play.Failed");
  client.close();
});

Deno.test("a server that nobody runs is a ConnectError", async () => {
  const [transport, clock] = [new MemoryTransport(), new VirtualClock()];
  const options = { transport, clock, signal: new AbortController().signal };
  await assertRejects(() => RtmpClient.connect(TARGET, options), ConnectError);
  assertEquals(clock.pending, 0);
});

Deno.test("a server that does not shake hands within 10 s is given up", async () => {
  const { clock, opening } = await scripted();
  const refused = assertRejects(() => opening, RtmpSilenceError, "it ended the handshake");
  await clock.run(10_000);
  await refused;
  assertEquals(clock.pending, 0);
});

Deno.test("a server that does not answer within 10 s is given up", async () => {
  const { clock, client } = await scriptedServer();
  const refused = assertRejects(() => client.play(), RtmpSilenceError, "gave no answer");
  await clock.run(10_000);
  await refused;
  client.close();
  await settle();
  assertEquals(clock.pending, 0);
});

Deno.test("a server that closes instead of answering is given up at once", async () => {
  const { server, client, clock } = await scriptedServer();
  const refused = assertRejects(() => client.publish(), RtmpSilenceError);
  server.link.close();
  await refused;
  client.close();
  await settle();
  assertEquals(clock.pending, 0);
});

Deno.test("an end that comes in the handshake ends it", async () => {
  const { abort, opening, clock, connection } = await scripted();
  abort.abort();
  assertInstanceOf(await opening.catch((error) => error), Error);
  const buffer = new Uint8Array(4096);
  while (await connection.read(buffer) !== undefined);
  assertEquals(clock.pending, 0);
});

Deno.test("an end that came before ends the connecting", async () => {
  const { transport, clock } = await scripted();
  const listener = await transport.listen({ host: "127.0.0.1", port: 1936 });
  await assertRejects(() =>
    RtmpClient.connect({ ...TARGET, port: 1936 }, { transport, clock, signal: AbortSignal.abort() })
  );
  listener.close();
});

Deno.test("an end that comes later ends the reading", async () => {
  const { client, abort } = await scriptedServer();
  const reading = client.read();
  abort.abort();
  assertEquals(await reading, undefined);
  client.close();
});

Deno.test("commands are told from media", async () => {
  const { server, client } = await scriptedServer();
  await server.send(encodeCommand(onStatus(STATUS.PLAY_START, "")), ...media(1, picture(0)));
  const { messages } = must(await client.read());
  assert(isCommand(must(messages[0])) && isMedia(must(messages[1])));
  client.close();
});
