/**
 * Property: however a damaged MP4 file is cut, `Mp4Demuxer.push` returns or throws an `Mp4Error`, gives
 * the same units of each track as when it is fed whole, says a description before any unit of its
 * tracks, never a time that is no integer nor an empty unit, and as many drops as its limits allow. What
 * comes out can be written again, and fragments of it join to the tick.
 *
 * The cases are files of every codec with bytes changed, boxes put out of order or repeated, and noise.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { DemuxEvent } from "../../protocols/_formats/demux/events.ts";
import { mp4Tracks } from "../../protocols/_formats/mp4/carriage.ts";
import { Mp4Demuxer } from "../../protocols/_formats/mp4/demuxer.ts";
import { Mp4Error } from "../../protocols/_formats/mp4/errors.ts";
import { Fragmenter } from "../../protocols/_formats/mp4/fragmenter.ts";
import { initSegment } from "../../protocols/_formats/mp4/init_segment.ts";
import { BitstreamError } from "../../registry/media/errors.ts";
import type { Description } from "../../registry/media/track.ts";
import {
  concat,
  firstUnits,
  flvMedia,
  type Kept,
  keptOf,
  mediaOf,
  mux,
} from "../protocols/_formats/mp4/files.ts";
import { progressive } from "../protocols/_formats/mp4/progressive.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const NAMES = [
  ...["avc_aac", "hevc", "av1", "vp9", "opus", "flac", "ac3", "eac3", "mp3", "multitrack"],
];
const MEDIA = NAMES.map((name) => flvMedia(`${name}.flv`));

/** Boxes of the top level, of fragmented files and of ones with their tables in front. */
const FILES = [...MEDIA.map((media) => mux(media, 8)), ...MEDIA.map(progressive)].map(topLevel);

const MAX_NOISE = 60;

export const target: FuzzTarget = {
  name: "mp4",
  run(random: Random): void {
    const file = damaged(random);
    const whole = read(file, file.length);
    const pieces = read(file, 1 + random.int(random.pick([8, 300, 3000])));
    checkEvents(whole.events);
    assertEquals(pieces.error, whole.error);
    // An error takes the units of its own piece with it, so the longer read has the fewer.
    if (whole.error === undefined) assertEquals(pieces.kept, whole.kept);
    else checkEvents(pieces.events);
    checkWriting(random, whole.events);
  },
};

function topLevel(file: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const boxes: Uint8Array[] = [];
  for (let at = 0; at < file.length; at += view.getUint32(at)) {
    boxes.push(file.subarray(at, at + view.getUint32(at)));
  }
  return boxes;
}

function damaged(random: Random): Uint8Array {
  if (random.int(20) === 0) return random.bytes(random.int(MAX_NOISE));
  const boxes = [...random.pick(FILES)];
  if (random.int(4) === 0) {
    const index = random.int(boxes.length);
    const moved = random.bool() ? boxes.splice(index, 1) : boxes.slice(index, index + 1);
    boxes.splice(random.int(boxes.length + 1), 0, ...moved);
  }
  const file = concat(boxes);
  for (let count = random.int(5); count > 0; count--) {
    // Tables and headers are what is read; most of the bytes are pictures.
    const range = random.bool() ? file.length : Math.min(file.length, 2000);
    const at = random.int(range);
    file[at] = random.pick([0, 1, 0x7f, 0xff, random.int(256)]);
  }
  return random.int(6) === 0 ? file.subarray(0, random.int(file.length)) : file;
}

interface Reading {
  readonly events: readonly DemuxEvent[];
  readonly kept: readonly Kept[];
  readonly error?: string;
}

function read(file: Uint8Array, size: number): Reading {
  const demuxer = new Mp4Demuxer();
  const events: DemuxEvent[] = [];
  const reading = () => ({ events, kept: keptOf(mediaOf(events).units) });
  try {
    for (let at = 0; at < file.length; at += size) {
      events.push(...demuxer.push(file.subarray(at, at + size)));
    }
    events.push(...demuxer.flush());
    return reading();
  } catch (error) {
    if (!(error instanceof Mp4Error)) throw error;
    return { ...reading(), error: error.message };
  }
}

function checkEvents(events: readonly DemuxEvent[]): void {
  let description: Description = { tracks: [], metadata: {} };
  for (const event of events) {
    if (event.type === "description") description = event.description;
    if (event.type !== "unit") continue;
    const { track, pts, dts, payload } = event.unit;
    assert(description.tracks.includes(track), "a unit of a track that was not described");
    assert(Number.isSafeInteger(pts) && Number.isSafeInteger(dts), "a time that is no integer");
    assert(payload.length > 0, "an empty unit");
  }
}

function checkWriting(random: Random, events: readonly DemuxEvent[]): void {
  const { descriptions, units } = mediaOf(events);
  const tracks = mp4Tracks(descriptions.at(-1)?.tracks ?? []);
  try {
    initSegment(tracks, firstUnits(units));
  } catch (error) {
    if (!(error instanceof BitstreamError)) throw error;
  }
  const fragmenter = new Fragmenter(tracks);
  const ends = new Map<number, number>();
  const check = (fragment: ReturnType<Fragmenter["take"]>) => {
    for (const { track, start, duration } of fragment?.tracks ?? []) {
      const end = ends.get(track.id) ?? start;
      assert(start === end || start > end + 9 * track.timescale, "fragments do not join");
      ends.set(track.id, start + duration);
    }
  };
  for (const unit of units) {
    fragmenter.add(unit);
    if (random.int(5) === 0) check(fragmenter.take());
  }
  check(fragmenter.flush());
}
