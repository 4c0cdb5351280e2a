import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { type ClientName, hasClient } from "../../scripts/real_clients.ts";
import { assertCarried, bareFramesOf } from "./bare_frames.ts";
import { Client } from "./client.ts";
import { assertSamePictures, pictures, RAW_PICTURES } from "./decoded.ts";
import type { Frames } from "./frames.ts";
import { clip, CLIP_FRAMES, CLIP_SECONDS, KEY_INTERVAL } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { Scratch } from "./scratch.ts";
import { vlc } from "./vlc.ts";

const ignore = !hasClient("ffmpeg");

type Entry = "index.m3u8" | "ts.m3u8" | "manifest.mpd";

const HLS_ENTRIES = ["index.m3u8", "ts.m3u8"] as const;

/** A client that saves what it is sent, or the pictures that it shows. */
interface Viewer {
  readonly name: string;
  readonly client: ClientName;
  /** Those of which it notices that a live stream has ended. */
  readonly entries: readonly Entry[];
  readonly start: (url: string, file: string, entry: Entry) => Client;
  /** Fails unless the file holds what was published from `source`. */
  readonly check: (file: string, source: string) => Promise<void>;
}

const FFMPEG: Viewer = {
  name: "ffmpeg",
  client: "ffmpeg",
  entries: HLS_ENTRIES,
  start: (url, file) =>
    Client.start("ffmpeg", ["-v", "error", "-i", url, "-c", "copy", "-f", "nut", file]),
  check: (file, source) => checkFrames(file, source),
};

/** How each entry is taken apart in GStreamer, up to the pictures. */
const GST_DEMUXERS: Readonly<Record<Entry, readonly string[]>> = {
  "index.m3u8": ["hlsdemux", "name=d", "d.", "!", "queue", "!", "qtdemux"],
  "ts.m3u8": ["hlsdemux", "!", "tsdemux"],
  "manifest.mpd": ["dashdemux", "name=d", "d.video_00", "!", "queue", "!", "qtdemux"],
};

const GSTREAMER: Viewer = {
  name: "GStreamer",
  client: "gstreamer",
  entries: [...HLS_ENTRIES, "manifest.mpd"],
  start: (url, file, entry) =>
    Client.start("gst-launch-1.0", [
      ...["-q", "souphttpsrc", `location=${url}`, "!", ...GST_DEMUXERS[entry], "!"],
      ...["h264parse", "!", "avdec_h264", "!", "filesink", `location=${file}`],
    ]),
  check: async (file, source) =>
    assertSamePictures(await pictures(file, RAW_PICTURES), await pictures(source)),
};

const VLC: Viewer = {
  name: "VLC",
  client: "vlc",
  // Once the playlist of sound has ended, it does not reload that of pictures.
  entries: ["ts.m3u8"],
  start: (url, file) =>
    vlc(url, [
      ...["--vout", "yuv", "--yuv-file", file, "--yuv-yuv4mpeg2", "--aout", "dummy"],
      ...["--no-drop-late-frames", "--no-skip-frames", "--no-spu", "--no-osd"],
      // It loses the pictures that come while it looks for the decoder of a graphics card.
      "--avcodec-hw=none",
    ]),
  check: async (file, source) => {
    // A picture that is shown for longer than usual is written again.
    const shown = await pictures(file, ["-f", "yuv4mpegpipe"]);
    const seen = shown.filter((picture, index) => picture !== shown[index - 1]);
    const expected = await pictures(source);
    // VLC keeps the last picture of a transport stream for itself: nothing follows that ends it.
    const mayLose = seen.length === expected.length - 1 ? 1 : 0;
    assertSamePictures(seen, expected.slice(0, expected.length - mayLose));
  },
};

const VIEWERS = [FFMPEG, GSTREAMER, VLC].filter(({ client }) => hasClient(client));

async function checkFrames(file: string, source: string): Promise<void> {
  assertCarried(await bareFramesOf(file), await bareFramesOf(source));
}

Deno.test({
  name: "players of HLS and DASH who wait for a live stream get all of it",
  ignore,
  async fn(t) {
    const path = await clip("avcAac");
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const name = "live/everyone";
    await using stack = new AsyncDisposableStack();
    const started = VIEWERS.flatMap((viewer) =>
      viewer.entries.map((entry) => {
        const file = scratch.file();
        const url = program.url("http", `${name}/${entry}?wait=30`);
        return { viewer, entry, file, client: stack.use(viewer.start(url, file, entry)) };
      })
    );
    await program.seen("reader came", { stream: name }, { count: started.length });
    await ffmpegPublish(path, program.url("rtmp", name), { realTime: true }).succeed();
    for (const { viewer, entry, file, client } of started) {
      await t.step(`${viewer.name} on ${entry}`, async () => {
        await client.succeed();
        await viewer.check(file, path);
      });
    }
    await t.step("each of them was one reader", () => {
      const readers = program.matching("reader came", { stream: name });
      assertEquals(readers.length, started.length);
    });
  },
});

Deno.test({
  name: "ffmpeg joins a live stream by DASH at a key frame, and misses nothing from there",
  ignore,
  async fn() {
    const path = await clip("avcAac");
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const url = program.url("rtmp", "live/cam1");
    await using _publisher = ffmpegPublish(path, url, { realTime: true, loop: -1 });
    await program.seen("published", { stream: "live/cam1" });
    const file = scratch.file();
    const manifest = program.url("http", "live/cam1/manifest.mpd");
    await using client = Client.start("ffmpeg", [
      ...["-v", "error", "-i", manifest, "-t", `${CLIP_SECONDS}`, "-c", "copy", "-f", "nut", file],
    ]);
    await client.succeed();
    assertLooped(await bareFramesOf(file), await bareFramesOf(path));
  },
});

/** Asserts that the pictures are those of a clip that is repeated, from one of its key frames on. */
function assertLooped(actual: Frames, clip: Frames): void {
  const [expected = []] = [...clip.values()].map((frames) => frames.map(({ hash }) => hash));
  const [hashes = []] = [...actual.values()].map((frames) => frames.map(({ hash }) => hash));
  const start = expected.indexOf(hashes[0] ?? "");
  assertEquals(start % KEY_INTERVAL, 0, "begins with a key frame");
  assertGreaterOrEqual(hashes.length, CLIP_FRAMES);
  const looped = hashes.map((_, at) => expected[(start + at) % expected.length]);
  assertEquals(hashes, looped);
}

Deno.test({
  name: "players of HLS get all of a recording",
  ignore,
  async fn(t) {
    await using scratch = await Scratch.make();
    const source = `${scratch.path}/clip.flv`;
    await Deno.copyFile(await clip("avcAac"), source);
    await using program = await Program.start({ args: ["--media", scratch.path] });
    for (const viewer of VIEWERS) {
      for (const entry of HLS_ENTRIES) {
        await t.step(`${viewer.name} on ${entry}`, async () => {
          const file = scratch.file();
          const url = program.url("http", `media/clip.flv/${entry}`);
          await using client = viewer.start(url, file, entry);
          await client.succeed();
          await viewer.check(file, source);
        });
      }
    }
  },
});
