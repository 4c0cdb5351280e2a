/**
 * Property: however a damaged transport stream is cut, `TsDemuxer` gives the same events as when it is
 * fed whole, or throws an `MpegTsError` for both; it says a description before any unit of its tracks;
 * times are safe integers; it holds no more than its limits. What comes out can be written again by
 * `TsMuxer`, in whole packets.
 *
 * The cases are streams of every codec with bytes, packets and tables changed, and noise.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { HOLD_UNITS } from "../../protocols/_formats/demux/hold.ts";
import type { DemuxEvent } from "../../protocols/_formats/demux/events.ts";
import { TsDemuxer } from "../../protocols/_formats/mpegts/demuxer.ts";
import { MpegTsError } from "../../protocols/_formats/mpegts/errors.ts";
import { MAX_UNSYNCED_BYTES } from "../../protocols/_formats/mpegts/framer.ts";
import { TsMuxer } from "../../protocols/_formats/mpegts/muxer.ts";
import { PACKET_SIZE } from "../../protocols/_formats/mpegts/packet.ts";
import { joinBytes } from "../../protocols/_formats/join.ts";
import type { Description } from "../../registry/media/track.ts";
import { mediaOf, mux, packetsOf } from "../protocols/_formats/mpegts/stream.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

/** Packets of streams of every codec. */
const STREAMS = ["avc_aac", "hevc", "mp3", "opus", "ac3", "eac3", "multitrack"]
  .map((name) => packetsOf(mux(mediaOf(name), 4)));

const MAX_PACKETS = 40;
const MAX_NOISE = 600;

/** Bytes of a packet that lead into other branches: headers, tables and PES headers. */
const HEAD_SIZE = 40;

export const target: FuzzTarget = {
  name: "mpegts",
  run(random: Random, index: number): void {
    const stream = joinBytes(pieces(random));
    const whole = read(stream, stream.length);
    const cut = read(stream, 1 + random.int(700));
    assertEquals(cut.error, whole.error);
    if (whole.error === undefined) assertEquals(cut.events, whole.events);
    checkEvents(whole.events);
    if (index % 5000 === 0) checkNoPackets(random);
  },
};

function pieces(random: Random): Uint8Array[] {
  const packets = random.pick(STREAMS);
  const from = random.int(4) === 0 ? random.int(packets.length) : 0;
  const count = 3 + random.int(MAX_PACKETS);
  const damage = random.int(5);
  const parts: Uint8Array[] = [];
  for (const packet of packets.slice(from, from + count)) {
    const kind = random.int(20);
    if (damage === 0 || kind > 5) parts.push(packet);
    else parts.push(...damaged(random, packet, kind));
  }
  if (random.int(8) === 0) parts.push(random.bytes(random.int(MAX_NOISE)));
  return parts;
}

/** What becomes of a packet: gone, twice, cut, other bytes, one of another stream, noise. */
function damaged(random: Random, packet: Uint8Array, kind: number): Uint8Array[] {
  if (kind === 0) return [];
  if (kind === 1) return [packet, packet];
  if (kind === 2) return [packet.subarray(0, random.int(PACKET_SIZE))];
  if (kind === 3) return [random.pick(random.pick(STREAMS))];
  if (kind === 4) return [packet, random.bytes(random.int(PACKET_SIZE))];
  const changed = packet.slice();
  for (let count = 1 + random.int(4); count > 0; count--) {
    changed[random.int(random.bool() ? HEAD_SIZE : PACKET_SIZE)] = random.int(256);
  }
  return [changed];
}

function read(stream: Uint8Array, size: number): { events: DemuxEvent[]; error?: string } {
  const demuxer = new TsDemuxer();
  const events: DemuxEvent[] = [];
  try {
    for (let at = 0; at < stream.length; at += size) {
      events.push(...demuxer.push(stream.subarray(at, at + size)));
    }
    const held = demuxer.flush();
    assert(held.length <= HOLD_UNITS + stream.length / 8 + 2, "too much was held");
    return { events: [...events, ...held] };
  } catch (error) {
    if (!(error instanceof MpegTsError)) throw error;
    return { events, error: error.message };
  }
}

function checkEvents(events: readonly DemuxEvent[]): void {
  let description: Description = { tracks: [], metadata: {} };
  let muxer = new TsMuxer(description);
  for (const event of events) {
    if (event.type === "description") {
      description = event.description;
      muxer = new TsMuxer(description, muxer);
    }
    if (event.type !== "unit") continue;
    const { track, pts, dts, payload } = event.unit;
    assert(description.tracks.includes(track), "a unit of a track that was not described");
    assert(Number.isSafeInteger(pts) && Number.isSafeInteger(dts), "a time that is no integer");
    assert(payload.length > 0 && payload.every((part) => part.length > 0), "an empty unit");
    assertEquals(muxer.write([event.unit]).length % PACKET_SIZE, 0);
  }
}

/** Something else than a transport stream is refused in time. */
function checkNoPackets(random: Random): void {
  const noise = random.bytes(MAX_UNSYNCED_BYTES + 4096);
  for (let i = 0; i < noise.length; i++) if (noise[i] === 0x47) noise[i] = 0;
  assert(read(noise, 1 + random.int(9000)).error !== undefined);
}
