/**
 * Properties, for every payload format:
 *
 * - The packets of random units are no longer than allowed, and give the same units again.
 * - When packets are lost, no unit comes out that was not sent: damaged ones are dropped, and each
 *   loss is told.
 * - Whatever the payloads are, neither `push` nor `flush` throws, the bytes are left as they were, and
 *   what comes out is at most some times larger than what came in.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  type DepacketizerEvent,
  type Frame,
  MIN_PAYLOAD_SIZE,
  type PayloadPacket,
} from "../../protocols/_formats/rtp/payload/format.ts";
import { formatOfEncoding } from "../../protocols/_formats/rtp/payload/formats.ts";
import { joinBytes } from "../../protocols/_formats/join.ts";
import type { Unit } from "../../registry/media/unit.ts";
import {
  RANDOM_STREAMS,
  type RandomStream,
} from "../protocols/_formats/rtp/payload/random_units.ts";
import { depacketize, packetize, unitOf } from "../protocols/_formats/rtp/payload/stream.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const MAX_UNITS = 5;
const MAX_NOISE = 30;

/** A JPEG image has its headers rebuilt, each of its parts then counts as some hundred bytes. */
const MAX_GROWTH = 2;
const MAX_HEADERS = 800;

export const target: FuzzTarget = {
  name: "rtp_payload",
  run(random: Random): void {
    const stream = random.pick(RANDOM_STREAMS);
    const units = randomUnits(random, stream);
    const packets = send(random, stream, units);
    checkRoundTrip(stream, units, packets);
    checkLoss(random, stream, units, packets);
    checkNoise(random, stream, packets);
  },
};

const formatOf = ({ media }: RandomStream) => formatOfEncoding(media.encoding, "data");

function randomUnits(random: Random, stream: RandomStream): Unit[] {
  const format = formatOf(stream);
  const { config, media: { clockRate: timescale } } = stream;
  return Array.from({ length: 1 + random.int(MAX_UNITS) }, (_, index) => {
    const isKey = index === 0 || format.kind !== "video" || format.codec === "mjpeg" ||
      random.int(3) === 0;
    const pts = index * 1_000_000;
    const fields = { isKey, pts, timescale, ...(config && { config }) };
    return unitOf(format, stream.payload(random, isKey), fields);
  });
}

function send(random: Random, stream: RandomStream, units: readonly Unit[]): PayloadPacket[] {
  const size = MIN_PAYLOAD_SIZE + random.int(random.pick([4, 1200, 60_000]));
  return units.flatMap((unit) => {
    const packets = packetize(formatOf(stream), unit, size);
    if (!stream.isWhole) assert(packets.every(({ payload }) => payload.length <= size));
    return packets;
  });
}

/** A frame in short, to compare. */
function brief({ isKey, payload }: Pick<Frame, "isKey" | "payload">): string {
  return `${isKey} ${payload.map((part) => part.toHex()).join(" ")}`;
}

function checkRoundTrip(
  stream: RandomStream,
  units: readonly Unit[],
  packets: readonly PayloadPacket[],
): void {
  const depacketizer = formatOf(stream).createDepacketizer(stream.media);
  const { frames, dropped } = depacketize(depacketizer, packets);
  assertEquals(dropped, []);
  if (stream.isDivided) {
    const bytes = (all: readonly Pick<Frame, "payload">[]) =>
      joinBytes(all.flatMap(({ payload }) => payload)).toHex();
    assertEquals(bytes(frames), bytes(units));
    return;
  }
  assertEquals(frames.map(brief), units.map(brief));
  assertEquals(frames.map(({ timestamp }) => timestamp), units.map(({ pts }) => pts));
}

function checkLoss(
  random: Random,
  stream: RandomStream,
  units: readonly Unit[],
  packets: readonly PayloadPacket[],
): void {
  const kept: PayloadPacket[] = [];
  let lost = false;
  for (const packet of packets) {
    // A loss at the end is not seen before the next packet comes.
    const isLost = packet !== packets.at(-1) && random.int(4) === 0;
    if (!isLost) kept.push({ ...packet, lost });
    lost = isLost;
  }
  const depacketizer = formatOf(stream).createDepacketizer(stream.media);
  const { frames, dropped } = depacketize(depacketizer, kept);
  assertEquals(dropped.length >= kept.filter((packet) => packet.lost).length, true);
  if (stream.isDivided || stream.isAmbiguous) return;
  const sent = new Set(units.map(brief));
  // A lost marker, or SEI lost before the picture, leaves the rest of a frame as it was.
  for (const frame of frames) assert(sent.has(brief(frame)) || isTail(frame, units), brief(frame));
}

/** Whether a frame is a unit without what may stand before its picture. */
function isTail(frame: Frame, units: readonly Unit[]): boolean {
  const { payload, isKey } = frame;
  return units.some((unit) => brief({ isKey, payload: unit.payload.slice(1) }) === brief(frame)) &&
    payload.length > 0 && frame.payload[0]?.[1] === 0x80;
}

function checkNoise(
  random: Random,
  stream: RandomStream,
  packets: readonly PayloadPacket[],
): void {
  const noise = packets.map((packet) => damaged(random, packet));
  const before = noise.map(({ payload }) => payload.slice());
  const depacketizer = formatOf(stream).createDepacketizer(stream.media);
  const events: DepacketizerEvent[] = noise.flatMap((packet) => depacketizer.push(packet));
  events.push(...depacketizer.flush());
  assertEquals(noise.map(({ payload }) => payload), before);
  const came = before.reduce((total, { length }) => total + length, 0);
  let made = 0;
  for (const event of events) {
    assert(Number.isSafeInteger(event.timestamp));
    if (event.type === "dropped") continue;
    made += joinBytes(event.payload).length;
    assert(event.payload.length > 0);
  }
  const limit = MAX_GROWTH * came + MAX_HEADERS * noise.length;
  assert(made <= limit, `${made} bytes of ${came}`);
}

function damaged(random: Random, packet: PayloadPacket): PayloadPacket {
  const fields = {
    lost: random.int(8) === 0,
    marker: random.int(4) === 0 ? random.bool() : packet.marker,
    timestamp: random.int(6) === 0 ? random.int(3) : packet.timestamp,
  };
  if (random.int(4) === 0) return { payload: random.bytes(random.int(MAX_NOISE)), ...fields };
  const payload = packet.payload.slice(0, random.int(6) === 0 ? random.int(40) : undefined);
  for (let count = random.int(3); count > 0 && payload.length > 0; count--) {
    payload[random.int(Math.min(payload.length, 16))] = random.int(256);
  }
  return { payload, ...fields };
}
