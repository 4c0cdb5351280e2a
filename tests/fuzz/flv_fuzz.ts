/**
 * Property: however a damaged FLV stream is cut, `FlvReader.feed` returns or throws an `FlvError`,
 * and gives the same tags as when it is fed whole; `FlvIngest.push` never throws, says a description
 * before any unit of its tracks, and holds no more than its limits; what comes out can be written
 * again, or fails with the `BitstreamError` of a broken parameter set.
 *
 * The cases are real files of every codec with bytes changed, and tags of noise.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { ALL_CAPABILITIES } from "../../protocols/_formats/flv/capabilities.ts";
import { routeTracks, sequenceHeaders, unitMessage } from "../../protocols/_formats/flv/egress.ts";
import { FlvError } from "../../protocols/_formats/flv/errors.ts";
import { HOLD_UNITS } from "../../protocols/_formats/demux/hold.ts";
import type { DemuxEvent } from "../../protocols/_formats/demux/events.ts";
import { FlvIngest } from "../../protocols/_formats/flv/ingest.ts";
import type { FlvInput } from "../../protocols/_formats/flv/message.ts";
import { FlvReader, type FlvTag } from "../../protocols/_formats/flv/reader.ts";
import { flvHeader, flvTag } from "../../protocols/_formats/flv/writer.ts";
import { BitstreamError } from "../../registry/media/errors.ts";
import type { Description, Track } from "../../registry/media/track.ts";
import { vector } from "../protocols/_formats/flv/bytes.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const FILES = [
  ...["avc_aac", "mp3", "speex", "alaw", "h263", "hevc", "av1", "vp9"],
  ...["opus", "flac", "ac3", "eac3", "multitrack"],
].map((name) => vector(`${name}.flv`));

/** Tags of each file; a case takes some of them, so that it stays short. */
const TAGS = FILES.map((file) => new FlvReader().feed(file));

const MAX_TAGS = 12;
const MAX_NOISE = 40;

/** First bytes that lead into each branch of the tag bodies. */
const HEADS = [0x17, 0x27, 0x1c, 0x14, 0x57, 0x90, 0x91, 0x93, 0x94, 0x96, 0x97, 0x95, 0xaf, 0x2f];

export const target: FuzzTarget = {
  name: "flv",
  run(random: Random): void {
    const messages = Array.from({ length: 1 + random.int(MAX_TAGS) }, () => message(random));
    checkIngest(random, messages);
    checkReader(random, messages);
  },
};

function message(random: Random): FlvInput {
  if (random.int(4) === 0) {
    const body = random.bytes(random.int(MAX_NOISE));
    if (body.length > 0 && random.bool()) body[0] = random.pick(HEADS);
    const type = random.pick(["audio", "video", "data"] as const);
    return { type, timestamp: random.int(2 ** 32) - 2 ** 31, body };
  }
  const tag = random.pick(random.pick(TAGS));
  const body = tag.body.slice();
  for (let count = random.int(4); count > 0 && body.length > 0; count--) {
    body[random.int(Math.min(body.length, 80))] = random.int(256);
  }
  const end = random.int(6) === 0 ? random.int(body.length + 1) : body.length;
  return { ...tag, body: body.subarray(0, end) };
}

function checkIngest(random: Random, messages: readonly FlvInput[]): void {
  const ingest = new FlvIngest();
  const events: DemuxEvent[] = [];
  for (const input of messages) events.push(...ingest.push(input));
  const held = ingest.flush();
  assert(held.length <= HOLD_UNITS + 1, "too much was held");
  let description: Description = { tracks: [], metadata: {} };
  for (const event of [...events, ...held]) {
    if (event.type === "description") description = event.description;
    if (event.type !== "unit") continue;
    const { track, pts, dts, payload } = event.unit;
    assert(description.tracks.includes(track), "a unit of a track that was not described");
    assert(Number.isSafeInteger(pts) && Number.isSafeInteger(dts), "a time that is no integer");
    assert(payload.length > 0, "an empty unit");
  }
  checkEgress(description, events, random.bool());
}

function checkEgress(
  description: Description,
  events: readonly DemuxEvent[],
  multitrack: boolean,
): void {
  const capabilities = { ...ALL_CAPABILITIES, multitrack };
  const routes = new Map<Track, number>(
    routeTracks(description, capabilities).map(({ track, index }) => [track, index]),
  );
  try {
    sequenceHeaders(description, capabilities).forEach(flvTag);
    for (const event of events) {
      const index = event.type === "unit" ? routes.get(event.unit.track) : undefined;
      if (event.type === "unit" && index !== undefined) {
        flvTag(unitMessage(event.unit, index));
      }
    }
  } catch (error) {
    if (!(error instanceof BitstreamError)) throw error;
  }
}

function checkReader(random: Random, messages: readonly FlvInput[]): void {
  const tags = messages.map(({ type, timestamp, body }) =>
    flvTag({ type, timestamp, parts: [body] })
  );
  const file = concat([flvHeader({ audio: true, video: true }), ...tags]);
  if (random.bool()) file[random.int(file.length)] = random.int(256);
  const whole = readPieces(file, file.length);
  const pieces = readPieces(file, 1 + random.int(300));
  assertEquals(pieces.error, whole.error);
  // An error takes the tags of its own piece with it, so the longer read has the fewer tags.
  const count = Math.min(pieces.tags.length, whole.tags.length);
  assertEquals(pieces.tags.slice(0, count), whole.tags.slice(0, count));
  if (whole.error === undefined) assertEquals(pieces.tags.length, whole.tags.length);
}

function readPieces(file: Uint8Array, size: number): { tags: FlvTag[]; error?: string } {
  const reader = new FlvReader();
  const tags: FlvTag[] = [];
  try {
    for (let at = 0; at < file.length; at += size) {
      tags.push(...reader.feed(file.subarray(at, at + size)));
    }
    return { tags };
  } catch (error) {
    if (!(error instanceof FlvError)) throw error;
    return { tags, error: error.message };
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((total, part) => total + part.byteLength, 0);
  const joined = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  return joined;
}
