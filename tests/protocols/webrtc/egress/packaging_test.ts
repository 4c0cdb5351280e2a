import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  MAX_DATAGRAM_SIZE,
  RtcPackaging,
  rtpFormat,
} from "../../../../protocols/webrtc/egress/packaging.ts";
import { EXTENSION_ROOM } from "../../../../protocols/webrtc/egress/extensions.ts";
import type { Description, Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { must } from "../../../must.ts";
import { VirtualClock } from "../../../virtual_clock.ts";
import { AUDIO, DATA, delta, key, unit, VIDEO } from "../../../registry/units.ts";
import { AV, OPUS, sound, VIDEO_ONLY } from "./bench.ts";

function open() {
  const clock = new VirtualClock();
  const packager = new RtcPackaging(clock).open();
  const send = (description: Description, ...units: readonly Unit[]) =>
    packager.package({ type: "media", description, units, bytes: 0 });
  return { clock, send };
}

/** A slice of `type` and `nal_ref_idc`, shown at `ms` and decoded at `decodedMs`. */
function slice(ms: number, decodedMs: number, head: number): Unit {
  const { track, dts } = delta(decodedMs);
  return { track, dts, pts: ms * 90, isKey: head === 0x65, payload: [Uint8Array.of(head, 0x80)] };
}

Deno.test("a unit becomes payloads in one piece each, with room for all that viewers put around them", () => {
  const { send } = open();
  const [item] = send(VIDEO_ONLY, key(0, 10_000));
  const { fragments, bytes } = must(item);
  const room = 12 + EXTENSION_ROOM + 16 + 2;
  const sizes = fragments.map(({ payload }) => payload.byteLength);
  assertEquals(sizes.every((size) => size + room <= MAX_DATAGRAM_SIZE), true);
  assertEquals(sizes[0], MAX_DATAGRAM_SIZE - room);
  assertEquals(sizes.reduce((sum, size) => sum + size), bytes);
  assertEquals(fragments.map(({ marker }) => marker).indexOf(true), fragments.length - 1);
});

Deno.test("parameter sets travel in band with each key unit", () => {
  const { send } = open();
  const config = {
    codec: "h264" as const,
    sps: [Uint8Array.of(0x67, 1)],
    pps: [Uint8Array.of(0x68, 2)],
  };
  const track: Track = { ...VIDEO, config };
  const units = [slice(0, 0, 0x65), slice(40, 40, 0x41)].map((each) => ({ ...each, track }));
  const payloads = send({ tracks: [track], metadata: {} }, ...units)
    .map(({ fragments }) => must(fragments[0]).payload);
  // A STAP-A of both sets and the slice, and a slice alone.
  assertEquals(payloads.map((payload) => [...payload]), [
    [0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 2, 0, 2, 0x65, 0x80],
    [0x41, 0x80],
  ]);
});

Deno.test("what WebRTC does not carry is not packaged, nor waited for", () => {
  const { send } = open();
  const mjpeg: Track = { ...VIDEO, id: 4, codec: "mjpeg" };
  const opaque: Track = { ...VIDEO, id: 5, codec: "rtp:X-CUSTOM" };
  const tracks = [mjpeg, { ...AUDIO, id: 6 }, DATA, opaque, OPUS];
  const items = send({ tracks, metadata: {} }, ...tracks.map((track) => unit(track, 0)));
  assertEquals(items.map(({ trackId, isKey, rides }) => [trackId, isKey, rides]), [
    [OPUS.id, true, false],
  ]);
});

Deno.test("times are in ticks of the RTP clock, with one relation to UTC for all tracks", () => {
  const { clock, send } = open();
  const slow: Track = { ...VIDEO, timescale: 1000 };
  const items = send(
    { tracks: [slow, OPUS], metadata: {} },
    unit(slow, 40),
    { ...sound(60), pts: 2880 },
  );
  assertEquals(items.map(({ pts, clockRate, time }) => [pts, clockRate, time]), [
    [3600, 90_000, 40],
    [2880, 48_000, 60],
  ]);
  assertEquals(items.map(({ origin }) => origin), [clock.utc() - 40, clock.utc() - 40]);
});

Deno.test("formats are told apart by what is agreed to of them", () => {
  assertEquals(rtpFormat({ encoding: "opus", clockRate: 48_000, channels: 2 }), "OPUS/48000/2");
  const { send } = open();
  assertEquals(send(AV, key(0), sound(0)).map(({ format }) => format), [
    rtpFormat({ encoding: "h264", clockRate: 90_000 }),
    "OPUS/48000/2",
  ]);
});

Deno.test("B-pictures that no other needs are left out, and the stream says so from then on", () => {
  const { send } = open();
  const [first, second] = send(VIDEO_ONLY, slice(80, 0, 0x65), slice(160, 40, 0x41));
  const [third] = send(VIDEO_ONLY, slice(120, 80, 0x01), slice(200, 120, 0x41));
  assertEquals([first, second, third].map((item) => must(item).pts / 90), [80, 160, 200]);
  assertEquals(must(third).time, 120);
  assertEquals(must(second).notes, []);
  assertEquals(must(third).notes.map((note) => note.split(":")[0]), ["B-frames are left out"]);
  const [fourth] = send(VIDEO_ONLY, slice(180, 140, 0x01), slice(240, 160, 0x41));
  assertStrictEquals(must(fourth).notes, must(third).notes);
});

Deno.test("pictures that cannot be decoded without a B-picture are left out, and the stream says that too", () => {
  const { send } = open();
  const units = [slice(80, 0, 0x65), slice(240, 40, 0x41), slice(160, 80, 0x41)];
  const items = send(VIDEO_ONLY, ...units, slice(280, 120, 0x41), slice(320, 160, 0x65));
  assertEquals(items.map(({ pts }) => pts / 90), [80, 240, 320]);
  assertEquals(must(items[2]).notes.map((note) => note.split(" left out")[0]), [
    "B-frames are",
    "Pictures that need B-frames are",
  ]);
});
