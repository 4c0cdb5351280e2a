import { assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import {
  ALL_CAPABILITIES,
  LEGACY_CAPABILITIES,
} from "../../../protocols/_formats/flv/capabilities.ts";
import { ChunkReader } from "../../../protocols/rtmp/chunk_reader.ts";
import { chunkMessages } from "../../../protocols/rtmp/chunk_writer.ts";
import { encodeControl } from "../../../protocols/rtmp/control.ts";
import {
  batchChunks,
  headerChunks,
  routeFor,
  type RouteOptions,
} from "../../../protocols/rtmp/egress.ts";
import { OUT_CHUNK_SIZE } from "../../../protocols/rtmp/link.ts";
import type { RtmpMessage } from "../../../protocols/rtmp/message.ts";
import type { Description } from "../../../registry/media/track.ts";
import type { MediaBatch } from "../../../registry/reader.ts";
import { AV, OPUS, picture, sound, VIDEO } from "./harness.ts";

const PLAYER: RouteOptions = {
  capabilities: LEGACY_CAPABILITIES,
  streamId: 1,
  audio: true,
  video: true,
  isServer: false,
};

function batchOf(description: Description = AV): MediaBatch {
  const units = [picture(1000), sound(1010), picture(1040, false)];
  return { type: "media", description, units, bytes: 0 };
}

/** The messages in bytes of our chunk size. */
function read(chunks: Uint8Array): readonly RtmpMessage[] {
  const reader = new ChunkReader();
  const size = encodeControl({ kind: "setChunkSize", size: OUT_CHUNK_SIZE });
  reader.feed(chunkMessages([size], 128));
  return reader.feed(chunks);
}

Deno.test("receivers that take the same share one route, and so one serialization", () => {
  const batch = batchOf();
  const route = routeFor(AV, PLAYER);
  // A player that says more than the stream needs gets the same.
  const same = routeFor(AV, { ...PLAYER });
  assertStrictEquals(route, same);
  assertStrictEquals(batchChunks(batch, route), batchChunks(batch, same));
});

Deno.test("receivers that take something else have a route of their own", () => {
  const route = routeFor(AV, PLAYER);
  for (
    const other of [
      { streamId: 2 },
      { audio: false },
      { video: false },
      { isServer: true },
    ]
  ) assertNotEquals(routeFor(AV, { ...PLAYER, ...other }), route);
});

Deno.test("a batch becomes messages of the receiver's stream, in order", () => {
  const messages = read(batchChunks(batchOf(), routeFor(AV, { ...PLAYER, streamId: 7 })));
  assertEquals(messages.map(({ type, timestamp, streamId }) => [type, timestamp, streamId]), [
    [9, 1000, 7],
    [8, 1010, 7],
    [9, 1040, 7],
  ]);
});

Deno.test("what a receiver does not take is left out", () => {
  const types = (options: Partial<RouteOptions>, description = AV) =>
    read(batchChunks(batchOf(description), routeFor(description, { ...PLAYER, ...options })))
      .map(({ type }) => type);
  assertEquals(types({ audio: false }), [9, 9]);
  assertEquals(types({ video: false }), [8]);
  assertEquals(types({ audio: false, video: false }), []);
  const enhanced = { tracks: [VIDEO, OPUS], metadata: {} };
  assertEquals(types({}, enhanced), [9, 9]);
  assertEquals(types({ capabilities: ALL_CAPABILITIES }, enhanced), [9, 8, 9]);
});

Deno.test("headers say what the receiver is sent, and ask a server to keep the metadata", () => {
  const audioOnly = read(headerChunks(routeFor(AV, { ...PLAYER, video: false })));
  assertEquals(audioOnly.map(({ type }) => type), [18, 8]);
  const [forPlayer] = read(headerChunks(routeFor(AV, PLAYER)));
  const [forServer] = read(headerChunks(routeFor(AV, { ...PLAYER, isServer: true })));
  const text = (message: RtmpMessage | undefined) => new TextDecoder().decode(message?.payload);
  assertEquals(text(forPlayer).includes("@setDataFrame"), false);
  assertEquals(text(forServer).startsWith("\x02\x00\x0d@setDataFrame\x02\x00\x0aonMetaData"), true);
});
