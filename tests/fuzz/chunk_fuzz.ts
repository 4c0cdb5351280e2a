// Property: a chunk stream that is valid gives the messages that were written, wherever the pieces
// end; one that is not gives messages or a typed error, the same for any pieces, and the reader
// never holds more than what has arrived and 4 KiB for each chunk stream.
import { assertEquals, assertInstanceOf, assertLessOrEqual } from "@std/assert";
import { splitAggregate } from "../../protocols/rtmp/aggregate.ts";
import { ChunkReader } from "../../protocols/rtmp/chunk_reader.ts";
import { chunkedSize, chunkMessage } from "../../protocols/rtmp/chunk_writer.ts";
import { decodeControl, encodeControl } from "../../protocols/rtmp/control.ts";
import { RtmpError, RtmpMessageError } from "../../protocols/rtmp/errors.ts";
import {
  DEFAULT_CHUNK_SIZE,
  MESSAGE_TYPE,
  type OutgoingMessage,
  type RtmpMessage,
} from "../../protocols/rtmp/message.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const CHUNK_STREAMS = 64;
const FIRST_ALLOCATION = 4096;

const CSIDS = [2, 3, 4, 63, 64, 319, 320, 65599];
const TYPES = [3, 4, 5, 6, 8, 9, 15, 17, 18, 20, 22];
const TIMESTAMPS = [0, 40, 0xfffffe, 0xffffff, 0x1000000, 0xffffffff];

interface Wire {
  readonly bytes: Uint8Array;
  readonly sent: readonly OutgoingMessage[];
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function randomMessage(random: Random): OutgoingMessage {
  return {
    csid: random.pick(CSIDS),
    type: random.pick(TYPES),
    timestamp: random.pick(TIMESTAMPS),
    streamId: random.int(3),
    parts: [random.bytes(random.int(16)), random.bytes(random.int(random.bool() ? 8 : 500))],
  };
}

/** The message's chunks: each ends where a message of only the payload so far would end. */
function chunksOf(message: OutgoingMessage, chunkSize: number): Uint8Array[] {
  const bytes = chunkMessage(message, chunkSize);
  const payload = concat(message.parts);
  const chunks: Uint8Array[] = [];
  let start = 0;
  for (let size = chunkSize; start < bytes.length; size += chunkSize) {
    const end = chunkedSize({ ...message, parts: [payload.subarray(0, size)] }, chunkSize);
    chunks.push(bytes.subarray(start, end));
    start = end;
  }
  return chunks;
}

/** Messages on chunk streams of their own, their chunks in any order; listed as they end. */
function interleaved(random: Random, chunkSize: number): Wire {
  const open = [...new Set([random.pick(CSIDS), random.pick(CSIDS), random.pick(CSIDS)])]
    .map((csid) => ({ ...randomMessage(random), csid }))
    .map((message) => ({ message, chunks: chunksOf(message, chunkSize) }));
  const pieces: Uint8Array[] = [];
  const sent: OutgoingMessage[] = [];
  while (open.length > 0) {
    const index = random.int(open.length);
    const next = open[index]?.chunks.shift();
    if (next !== undefined) pieces.push(next);
    if (open[index]?.chunks.length === 0) sent.push(...open.splice(index, 1).map((o) => o.message));
  }
  return { bytes: concat(pieces), sent };
}

/** A valid stream, chunk size changes and all. */
function validStream(random: Random): Wire {
  const sent: OutgoingMessage[] = [];
  const pieces: Uint8Array[] = [];
  let chunkSize = DEFAULT_CHUNK_SIZE;
  for (let count = 1 + random.int(3); count > 0; count--) {
    if (random.bool()) {
      const size = DEFAULT_CHUNK_SIZE + random.int(512);
      pieces.push(chunkMessage(encodeControl({ kind: "setChunkSize", size }), chunkSize));
      chunkSize = size;
    }
    const batch = interleaved(random, chunkSize);
    sent.push(...batch.sent);
    pieces.push(batch.bytes);
  }
  return { bytes: concat(pieces), sent };
}

function mutate(random: Random, bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  for (let count = 1 + random.int(4); count > 0; count--) {
    changed[random.int(changed.length)] = random.int(256);
  }
  return random.bool() ? changed : changed.subarray(random.int(changed.length));
}

interface Outcome {
  readonly messages: readonly RtmpMessage[];
  readonly error: string | undefined;
}

function feedAll(bytes: Uint8Array, random: Random, largest: number): Outcome {
  const reader = new ChunkReader();
  const messages: RtmpMessage[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const piece = bytes.slice(offset, offset + 1 + random.int(largest));
    offset += piece.length;
    try {
      messages.push(...reader.feed(piece));
    } catch (error) {
      assertInstanceOf(error, RtmpError);
      return { messages, error: error.message };
    }
    assertEquals(reader.bytesRead, offset);
    assertLessOrEqual(reader.unfinishedSize, 2 * offset + CHUNK_STREAMS * FIRST_ALLOCATION);
  }
  return { messages, error: undefined };
}

/** Messages of a broken stream, decoded further where that needs no AMF. */
function decode(message: RtmpMessage): void {
  try {
    decodeControl(message);
    if (message.type === MESSAGE_TYPE.AGGREGATE) splitAggregate(message);
  } catch (error) {
    assertInstanceOf(error, RtmpMessageError);
  }
}

function checkValid(random: Random, { bytes, sent }: Wire): void {
  const expected = sent.map(({ csid, type, timestamp, streamId, parts }) => ({
    type,
    timestamp,
    streamId,
    payload: concat(parts),
    csid,
  }));
  const outcome = feedAll(bytes, random, random.pick([1, 20, 2000]));
  assertEquals(outcome, { messages: expected, error: undefined });
}

function checkAny(random: Random, bytes: Uint8Array): void {
  const fine = feedAll(bytes, random, 8);
  const coarse = feedAll(bytes, random, 2000);
  assertEquals(coarse.error, fine.error);
  if (fine.error === undefined) assertEquals(coarse.messages, fine.messages);
  // Messages before an error are lost with the piece that has it.
  const common = Math.min(coarse.messages.length, fine.messages.length);
  assertEquals(coarse.messages.slice(0, common), fine.messages.slice(0, common));
  fine.messages.forEach(decode);
}

export const target: FuzzTarget = {
  name: "chunk",
  run(random: Random): void {
    const wire = validStream(random);
    const kind = random.int(3);
    if (kind === 0) checkValid(random, wire);
    else if (kind === 1) checkAny(random, mutate(random, wire.bytes));
    else checkAny(random, random.bytes(random.int(400)));
  },
};
