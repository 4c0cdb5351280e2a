import { assertEquals } from "@std/assert";
import { isData, isMedia, RtmpIngest } from "../../../protocols/rtmp/ingest.ts";
import {
  MESSAGE_TYPE,
  type OutgoingMessage,
  type RtmpMessage,
} from "../../../protocols/rtmp/message.ts";
import { ThrottledLog } from "../../../protocols/protocol.ts";
import { RegistryBench } from "../../registry/bench.ts";
import { AV, headers, media, picture, sound, VIDEO } from "./harness.ts";

/** A publisher that is fed RTMP messages, a reader of it, and what was complained of. */
async function start() {
  const bench = new RegistryBench();
  const viewer = await bench.read();
  const publisher = await bench.registry.publish({
    name: "live/cam1",
    protocol: "rtmp",
    remote: "x",
  });
  const trouble: unknown[] = [];
  const log = new ThrottledLog(() => bench.clock.now(), (_, { reason }) => trouble.push(reason));
  const ingest = new RtmpIngest(publisher, bench.registry, log);
  const push = (...messages: readonly OutgoingMessage[]) =>
    messages.forEach((message) => ingest.push(arrived(message)));
  return { bench, viewer, publisher, ingest, trouble, push };
}

function arrived({ type, csid, streamId, timestamp, parts }: OutgoingMessage): RtmpMessage {
  const payload = new Uint8Array(parts.flatMap((part) => [...part]));
  return { type, csid, streamId, timestamp: timestamp % 2 ** 32, payload };
}

Deno.test("audio, video, data of both kinds and aggregates are media", () => {
  const types = Object.values(MESSAGE_TYPE);
  const message = (type: number): RtmpMessage => ({
    ...arrived(media(1, picture(0))[0] as OutgoingMessage),
    type,
  });
  assertEquals(types.filter((type) => isMedia(message(type))), [8, 9, 15, 18, 22]);
  assertEquals(types.filter((type) => isData(message(type))), [15, 18]);
});

Deno.test("messages become a description and units", async () => {
  const { viewer, push } = await start();
  push(...headers(1), ...media(1, picture(0), sound(3), picture(40, false)));
  assertEquals(await viewer.log(), [0, 3, 40]);
  const [first] = viewer.batches;
  assertEquals(first?.type === "media" && first.description.tracks.map(({ codec }) => codec), [
    "h264",
    "aac",
  ]);
});

Deno.test("times go on where the 32 bits of the wire begin anew", async () => {
  const { viewer, push } = await start();
  const wrap = 2 ** 32;
  push(...headers(1, AV, wrap - 50));
  push(...media(1, picture(wrap - 40), sound(wrap - 20), picture(wrap, false), sound(wrap + 20)));
  assertEquals(await viewer.log(), [wrap - 40, wrap - 20, wrap, wrap + 20]);
});

Deno.test("a track that was announced and never comes holds the others back for a second", async () => {
  const { bench, viewer, push } = await start();
  push(...headers(1, { tracks: [VIDEO], metadata: {} }).slice(1), ...media(1, picture(0)));
  assertEquals(await viewer.log(), []);
  await bench.clock.run(999);
  assertEquals(await viewer.log(), []);
  await bench.clock.run(1);
  assertEquals(await viewer.log(), [0]);
});

Deno.test("the end hands on what was held back, and leaves no timer", async () => {
  const { bench, viewer, push, ingest, publisher } = await start();
  push(...headers(1, { tracks: [VIDEO], metadata: {} }).slice(1), ...media(1, picture(0)));
  ingest.close();
  publisher.close();
  assertEquals(await viewer.log(), [0, "end"]);
  viewer.reader.close();
  assertEquals(bench.clock.pending, 0);
});

Deno.test("what cannot be read is dropped, and logged once a second", async () => {
  const { bench, viewer, push, trouble } = await start();
  push(...headers(1));
  const broken = { csid: 6, timestamp: 0, streamId: 1, parts: [Uint8Array.of(9, 0, 0)] };
  push({ ...broken, type: MESSAGE_TYPE.AGGREGATE }, { ...broken, type: MESSAGE_TYPE.AGGREGATE });
  await bench.clock.run(1000);
  push({ ...broken, type: MESSAGE_TYPE.VIDEO, parts: [Uint8Array.of(0x27, 1)] });
  push(...media(1, picture(0), sound(0)));
  assertEquals(await viewer.log(), [0, 0]);
  assertEquals(trouble.length, 2);
});

Deno.test("after the publisher was cut, messages go nowhere", async () => {
  const { bench, viewer, push } = await start();
  push(...headers(1));
  bench.registry.get("live/cam1")?.kick("enough");
  push(...media(1, picture(0), sound(0)));
  assertEquals(await viewer.log(), ["end"]);
});
