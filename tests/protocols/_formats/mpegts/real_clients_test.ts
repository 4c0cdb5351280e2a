// What FFmpeg and GStreamer read of our streams, and what we read of FFmpeg's.
import { assertEquals } from "@std/assert";
import { TS_TIME_OFFSET } from "../../../../protocols/_formats/mpegts/muxer.ts";
import { payloadBytes } from "../../../../registry/media/unit.ts";
import { hasClient } from "../../../../scripts/real_clients.ts";
import { Client } from "../../../e2e/client.ts";
import { clip, type ClipName } from "../../../e2e/media.ts";
import { Scratch } from "../../../e2e/scratch.ts";
import { must } from "../../../must.ts";
import { descriptionsOf, ingestFile, unitsOf } from "../flv/stream.ts";
import { demux, dropsOf, type Media, mux } from "./stream.ts";

const CLIPS: readonly (readonly [ClipName, readonly string[]])[] = [
  ["avcAac", ["h264", "aac"]],
  ["hevcAac", ["hevc", "aac"]],
  ["avcOpus", ["h264", "opus"]],
  ["avcMp3", ["h264", "mp3"]],
];

const FORMATS: readonly (readonly [string, readonly string[]])[] = [
  ["MPEG-TS", []],
  ["MPEG-TS with AAC in LATM", ["-mpegts_flags", "latm"]],
];

async function mediaOfClip(name: ClipName): Promise<Media> {
  const events = ingestFile(await Deno.readFile(await clip(name)));
  return { description: must(descriptionsOf(events)[0]), units: unitsOf(events) };
}

async function run(program: string, args: readonly string[]): Promise<string> {
  await using client = Client.start(program, args);
  return (await client.succeed()).stdout;
}

for (const [name, codecs] of CLIPS) {
  Deno.test({
    name: `FFmpeg reads every frame of ${name}, at its time and without a gap in the counters`,
    ignore: !hasClient("ffmpeg"),
    async fn() {
      await using scratch = await Scratch.make();
      const path = scratch.file(".ts");
      const media = await mediaOfClip(name);
      await Deno.writeFile(path, mux(media, 7));
      for (const [index, track] of media.description.tracks.entries()) {
        const entries = "packet=pts:stream=codec_name";
        const args = ["-v", "error", "-select_streams", `${index}`, "-show_entries", entries];
        const probe: Probe = JSON.parse(await run("ffprobe", [...args, "-of", "json", path]));
        assertEquals(probe.streams[0]?.codec_name, codecs[index]);
        const units = media.units.filter((unit) => unit.track.id === track.id);
        const expected = units.map(({ pts }) => pts + TS_TIME_OFFSET);
        const actual = probe.packets.map(({ pts }) => pts);
        assertEquals(actual.length, expected.length);
        // FFmpeg tells the time of frames behind the first of a packet by rounding otherwise.
        const errors = actual.map((pts, i) => Math.abs(pts - must(expected[i])));
        assertEquals(errors.filter((error) => error > 2), []);
      }
      await using reading = Client.start("ffmpeg", ["-v", "debug", "-i", path, "-f", "null", "-"]);
      const { stderr } = await reading.succeed();
      assertEquals(stderr.match(/continuity check failed|corrupt|Error while decoding/gi), null);
    },
  });
}

interface Probe {
  readonly packets: readonly { readonly pts: number }[];
  readonly streams: readonly { readonly codec_name: string }[];
}

Deno.test({
  name: "GStreamer takes a stream apart without a discontinuity",
  ignore: !hasClient("gstreamer"),
  async fn() {
    await using scratch = await Scratch.make();
    const path = scratch.file(".ts");
    await Deno.writeFile(path, mux(await mediaOfClip("avcAac"), 7));
    const pipeline = `filesrc location=${path} ! tsdemux name=d ` +
      "d. ! queue ! h264parse ! avdec_h264 ! fakesink sync=false " +
      "d. ! queue ! aacparse ! avdec_aac ! fakesink sync=false";
    await using gst = Client.start("gst-launch-1.0", ["-q", ...pipeline.split(" ")], {
      limitMs: 20_000,
      env: { GST_DEBUG: "tsdemux:5,mpegtsbase:4,mpegtspacketizer:4", GST_DEBUG_NO_COLOR: "1" },
    });
    const { stderr } = await gst.succeed();
    assertEquals(stderr.match(/CONTINUITY: Mismatch|WARN|ERROR/g), null);
  },
});

for (const [name, options] of FORMATS) {
  Deno.test({
    name: `we read what FFmpeg writes as ${name}, frame by frame`,
    ignore: !hasClient("ffmpeg"),
    async fn() {
      await using scratch = await Scratch.make();
      const path = scratch.file(".ts");
      const source = await clip("avcAac");
      await run("ffmpeg", ["-v", "error", "-i", source, "-c", "copy", ...options, path]);
      const events = demux(await Deno.readFile(path), 1316);
      assertEquals(dropsOf(events), []);
      const sent = ingestFile(await Deno.readFile(source));
      for (const codec of ["h264", "aac"]) {
        const frames = [events, sent].map((list) =>
          unitsOf(list).filter(({ track }) => track.codec === codec)
            .map((unit) =>
              `${unit.isKey} ${payloadBytes(unit)} ${must(unit.payload.at(-1)).toHex()}`
            )
        );
        assertEquals(frames[0], frames[1]);
      }
    },
  });
}
