import { assertEquals } from "@std/assert";
import { TS_TIME_OFFSET } from "../../../../protocols/_formats/mpegts/muxer.ts";
import { must } from "../../../must.ts";
import { descriptionsOf, unitsOf } from "../flv/stream.ts";
import { contentOf, demux, dropsOf, mediaOf, mux } from "./stream.ts";

const FILES = [
  ["avc_aac", ["h264", "aac"]],
  ["hevc", ["h265"]],
  ["mp3", ["mp3"]],
  ["opus", ["opus"]],
  ["ac3", ["ac3"]],
  ["eac3", ["eac3"]],
  ["multitrack", ["h264", "opus", "h265"]],
] as const;

for (const [name, codecs] of FILES) {
  Deno.test(`${name} written and read again gives the same units at the same times`, () => {
    const media = mediaOf(name);
    const events = demux(mux(media));
    assertEquals(dropsOf(events), []);
    const [description, ...others] = descriptionsOf(events);
    assertEquals(others, []);
    assertEquals(must(description).tracks.map(({ codec }) => codec), [...codecs]);
    const carried = media.units.filter(({ track }) =>
      codecs.some((codec) => codec === track.codec)
    );
    assertEquals(contentOf(unitsOf(events)), contentOf(carried, TS_TIME_OFFSET));
    for (const track of must(description).tracks) {
      // ADTS has no room for what FFmpeg adds behind the configuration, the descriptor none for pre-skip.
      if (track.codec === "aac" || track.codec === "opus") continue;
      const sent = media.description.tracks.find(({ codec }) => codec === track.codec);
      assertEquals(track.config, sent?.config);
    }
  });

  Deno.test(`${name} reads the same in pieces of any size`, () => {
    const stream = mux(mediaOf(name), 5);
    const whole = demux(stream);
    for (const size of [1, 187, 188, 189, 1316, 4096]) assertEquals(demux(stream, size), whole);
  });
}

Deno.test("M2TS and packets with a Reed-Solomon code read the same", () => {
  const stream = mux(mediaOf("avc_aac"));
  const whole = demux(stream);
  for (const [before, behind] of [[4, 0], [0, 16]] as const) {
    const size = before + 188 + behind;
    const packets = stream.length / 188;
    const wide = new Uint8Array(packets * size);
    for (let i = 0; i < packets; i++) {
      wide.set(stream.subarray(i * 188, (i + 1) * 188), i * size + before);
    }
    assertEquals(demux(wide), whole);
    assertEquals(demux(wide, 191), whole);
  }
});
