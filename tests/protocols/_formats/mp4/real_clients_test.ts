// Files that are written are read by FFmpeg 5 and 8 and by GStreamer, and files of FFmpeg are read here.
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { must } from "../../../must.ts";
import { hasClient } from "../../../../scripts/real_clients.ts";
import { framesOf } from "../../../e2e/av.ts";
import { Client } from "../../../e2e/client.ts";
import { assertSameFrames, type Frames, readFrames } from "../../../e2e/frames.ts";
import { clip } from "../../../e2e/media.ts";
import { Scratch } from "../../../e2e/scratch.ts";
import { FlvDemuxer } from "../../../../protocols/_formats/flv/demuxer.ts";
import { demux, type Media, mux } from "./files.ts";

const CLIPS = ["avcAac", "hevcAac", "avcOpus", "av1Flac", "vp9Ac3", "avcMp3"] as const;

async function readClip(name: typeof CLIPS[number]): Promise<Media> {
  return demux(await Deno.readFile(await clip(name)), undefined, new FlvDemuxer());
}

async function ffmpeg(...args: readonly string[]): Promise<void> {
  await using client = Client.start("ffmpeg", ["-v", "error", "-y", ...args]);
  assertEquals((await client.succeed()).stderr, "");
}

/** What FFmpeg 5.1 reads in a file, every track of it. */
async function oldFramesOf(path: string): Promise<Frames> {
  const listing = `${path}.md5`;
  await ffmpeg("-copyts", "-i", path, "-map", "0", "-c", "copy", "-f", "framemd5", listing);
  return await readFrames(listing);
}

for (const name of CLIPS) {
  Deno.test({
    name: `FFmpeg 5 and 8 read ${name} as it was written`,
    ignore: !hasClient("ffmpeg"),
    async fn() {
      await using scratch = await Scratch.make();
      const media = await readClip(name);
      const path = scratch.file(".mp4");
      await Deno.writeFile(path, mux(media));
      assertSameFrames(await framesOf(path), await framesOf(await clip(name)));
      await ffmpeg("-xerror", "-i", path, "-f", "null", "-");
    },
  });
}

/**
 * The same frames at the same times but for one common offset and a tick, where an edit list is not
 * exact.
 *
 * @param areApart whether each track may have an offset of its own: FFmpeg moves pictures that are shown
 * before they are decoded.
 */
function assertCloseFrames(actual: Frames, expected: Frames, areApart: boolean): void {
  const firstOf = (frames: Frames) => [...frames.values()][0]?.[0];
  for (const [track, frames] of expected) {
    const read = actual.get(track) ?? [];
    assertEquals(read.map(({ hash }) => hash), frames.map(({ hash }) => hash), track);
    const [from, to] = areApart ? [read[0], frames[0]] : [firstOf(actual), firstOf(expected)];
    frames.forEach(({ dts, pts }, index) => {
      const frame = must(read[index]);
      assertAlmostEquals(frame.dts - must(from).dts, dts - must(to).dts, LONGEST_TICK_MS);
      assertAlmostEquals(frame.pts - must(from).pts, pts - must(to).pts, LONGEST_TICK_MS);
    });
  }
}

/** Of 12,800 a second. */
const LONGEST_TICK_MS = 0.08;

/** FFmpeg does not write AC-3 in every layout, and cuts FLAC where its edit list ends. */
const READ_CLIPS = ["avcAac", "hevcAac", "avcMp3"] as const;

/** How FFmpeg lays out what it writes. */
const LAYOUTS: Readonly<Record<string, readonly string[]>> = {
  "in fragments of a group of pictures": [
    "-movflags",
    "+frag_keyframe+empty_moov+default_base_moof",
  ],
  "in fragments with absolute offsets": ["-movflags", "+frag_keyframe+empty_moov"],
  "as CMAF": ["-movflags", "+cmaf+frag_keyframe"],
  "in fragments that were delayed until the edit list was known": [
    "-movflags",
    "+frag_keyframe+delay_moov+default_base_moof",
  ],
  "with a fragment for every frame": ["-movflags", "+frag_every_frame+empty_moov"],
  "with an index of fragments in front": ["-movflags", "+dash+frag_keyframe+global_sidx"],
  "with its tables in front": ["-movflags", "+faststart"],
};

for (const [layout, flags] of Object.entries(LAYOUTS)) {
  Deno.test({
    name: `a file of FFmpeg 5 ${layout} is read`,
    ignore: !hasClient("ffmpeg"),
    async fn() {
      for (const name of READ_CLIPS) {
        await using scratch = await Scratch.make();
        const source = scratch.file(".mp4");
        const path = scratch.file(".mp4");
        // FFmpeg 5 does not know the newer codecs in FLV.
        await Deno.writeFile(path, mux(await readClip(name)));
        await ffmpeg("-i", path, "-c", "copy", ...flags, "-f", "mp4", source);
        const file = await Deno.readFile(source);
        const media = demux(file, 4096);
        assertEquals([media.drops, media.descriptions.length], [[], 1]);
        assert(media.units.every(({ pts, dts }) => pts >= dts && dts >= 0));
        await Deno.writeFile(path, mux(media));
        const areApart = flags.some((flag) => flag.includes("+cmaf"));
        assertCloseFrames(await oldFramesOf(path), await oldFramesOf(source), areApart);
      }
    },
  });
}

Deno.test({
  name: "a file whose tables come last is refused, and says what to do",
  ignore: !hasClient("ffmpeg"),
  async fn() {
    await using scratch = await Scratch.make();
    const path = scratch.file(".mp4");
    await ffmpeg("-i", await clip("avcAac"), "-c", "copy", path);
    const file = await Deno.readFile(path);
    let message = "";
    try {
      demux(file, 1000);
    } catch (error) {
      message = error instanceof Error ? `${error.name}: ${error.message}` : "";
    }
    assertEquals(
      message,
      "Mp4Error: Cannot parse MP4 file: mdat comes before moov: only a fragmented file, or one with " +
        "its index in front (ffmpeg -movflags +faststart), can be read as it arrives at byte 40",
    );
  },
});

Deno.test({
  name: "GStreamer's qtdemux reads to the end",
  ignore: !hasClient("gstreamer"),
  async fn() {
    await using scratch = await Scratch.make();
    const path = scratch.file(".mp4");
    await Deno.writeFile(path, mux(await readClip("avcAac")));
    const parsers = ["h264parse", "aacparse"];
    const branches = parsers.flatMap((
      parser,
    ) => ["d.", "!", "queue", "!", parser, "!", "fakesink"]);
    const source = ["filesrc", `location=${path}`, "!", "qtdemux", "name=d"];
    await using client = Client.start("gst-launch-1.0", ["-q", ...source, ...branches]);
    assertEquals((await client.succeed()).stderr, "");
  },
});
