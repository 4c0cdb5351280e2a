// Units of every codec, written and read again: what comes out is what went in.
import { assert, assertEquals } from "@std/assert";
import type { CodecConfig } from "../../../../registry/media/codec.ts";
import { parseVp8Header } from "../../../../registry/media/vp8.ts";
import type { Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { must } from "../../../must.ts";
import { progressive } from "./progressive.ts";
import { demux, firstUnits, flvMedia, keptOf, type Media, mux, tracksOf } from "./files.ts";

const FILES = [
  ...["avc_aac", "hevc", "av1", "vp9", "opus", "flac", "ac3", "eac3", "mp3", "multitrack"],
];

function assertRoundTrip(media: Media): void {
  const file = mux(media);
  const again = demux(file);
  assertEquals(again.drops, []);
  assertEquals(again.descriptions.length, 1);
  assertEquals(must(again.descriptions[0]).tracks, tracksOf(media));
  assertEquals(keptOf(again.units), keptOf(media.units));
}

for (const name of FILES) {
  Deno.test(`${name}.flv comes out of MP4 with the same tracks, times and bytes`, () => {
    assertRoundTrip(flvMedia(`${name}.flv`));
  });
}

for (const name of FILES) {
  Deno.test(`${name}.flv comes out of an unfragmented file with the same times and bytes`, () => {
    const media = flvMedia(`${name}.flv`);
    const again = demux(progressive(media), 1000);
    assertEquals(again.drops, []);
    const zero = new Map(firstUnits(media.units).values().map(({ track, dts }) => [track.id, dts]));
    // The tables begin at 0: what they leave out is where the first unit of each track is.
    const expected = media.units.map((unit) => {
      const start = must(zero.get(unit.track.id));
      return { ...unit, dts: unit.dts - start, pts: unit.pts - start };
    });
    assertEquals(keptOf(again.units), keptOf(expected));
  });
}

Deno.test("VP8 comes out of MP4 with the same times and bytes", () => {
  const vectors = new URL("../rtp/payload/vectors/", import.meta.url);
  const file = Deno.readFileSync(new URL("vp8.ivf", vectors));
  assertRoundTrip(made({ codec: "vp8" }, splitIvf(file), 3600));
});

/** Frames after a file header of 32 bytes, each after its length in 4 of 12 bytes. */
function splitIvf(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const frames: Uint8Array[] = [];
  for (let at = 32; at < file.length;) {
    const start = at + 12;
    at = start + view.getUint32(at, true);
    frames.push(file.subarray(start, at));
  }
  return frames;
}

function made(config: CodecConfig, frames: readonly Uint8Array[], step: number): Media {
  const track: Track = { id: 1, kind: "video", codec: config.codec, timescale: 90_000, config };
  const units = frames.map((frame, index): Unit => {
    const dts = index * step;
    return { track, dts, pts: dts, isKey: parseVp8Header(frame).isKey, payload: [frame] };
  });
  return { descriptions: [{ tracks: [track], metadata: {} }], units, drops: [] };
}

Deno.test("a file fed in pieces of any size gives the same units", () => {
  const file = mux(flvMedia("avc_aac.flv"));
  const whole = keptOf(demux(file).units);
  for (const size of [1, 3, 100, 1000]) assertEquals(keptOf(demux(file, size).units), whole);
});

Deno.test("the input is not changed", () => {
  const media = flvMedia("multitrack.flv");
  const before = JSON.stringify(keptOf(media.units));
  const file = mux(media);
  assertEquals(JSON.stringify(keptOf(media.units)), before);
  const copy = file.slice();
  demux(file, 7);
  assertEquals(file, copy);
});

Deno.test("units of several tracks come out in the order of their times", () => {
  const { units } = demux(mux(flvMedia("avc_aac.flv"), 1000));
  const seconds = units.map(({ dts, track }) => dts / track.timescale);
  assert(seconds.every((time, index) => time >= (seconds[index - 1] ?? 0)));
});
