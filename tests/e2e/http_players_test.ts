import { type ClientName, hasClient } from "../../scripts/real_clients.ts";
import { assertCarried, bareFramesOf } from "./bare_frames.ts";
import { Client } from "./client.ts";
import { assertSamePictures, pictures, RAW_PICTURES } from "./decoded.ts";
import { clip } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { Scratch } from "./scratch.ts";
import { vlc } from "./vlc.ts";

const ignore = !hasClient("ffmpeg");

/** A client that saves what it is sent, or the pictures that it shows. */
interface Viewer {
  readonly name: string;
  readonly client: ClientName;
  readonly start: (url: string, file: string, suffix: Suffix) => Client;
  /** Fails unless the file holds what was published from `source`. */
  readonly check: (file: string, source: string) => Promise<void>;
}

type Suffix = ".ts" | ".mp4";

const GST_DEMUXERS = { ".ts": "tsdemux", ".mp4": "qtdemux" } as const;

async function checkFrames(file: string, source: string): Promise<void> {
  assertCarried(await bareFramesOf(file), await bareFramesOf(source));
}

const VIEWERS: readonly Viewer[] = [
  {
    name: "curl",
    client: "curl",
    start: (url, file) => Client.start("curl", ["-sS", "-f", "-o", file, url]),
    check: checkFrames,
  },
  {
    name: "ffmpeg",
    client: "ffmpeg",
    start: (url, file) =>
      Client.start("ffmpeg", ["-v", "error", "-i", url, "-c", "copy", "-f", "nut", file]),
    check: checkFrames,
  },
  {
    name: "VLC",
    client: "vlc",
    start: (url, file) =>
      vlc(url, [
        ...["--vout", "yuv", "--yuv-file", file, "--yuv-yuv4mpeg2"],
        ...["--aout", "dummy", "--no-drop-late-frames", "--no-skip-frames", "--no-spu", "--no-osd"],
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
  },
  {
    name: "GStreamer",
    client: "gstreamer",
    start: (url, file, suffix) =>
      Client.start("gst-launch-1.0", [
        ...["-q", "souphttpsrc", `location=${url}`, "!", GST_DEMUXERS[suffix], "!", "h264parse"],
        ...["!", "avdec_h264", "!", "filesink", `location=${file}`],
      ]),
    check: async (file, source) =>
      assertSamePictures(await pictures(file, RAW_PICTURES), await pictures(source)),
  },
];

Deno.test({
  name: "players of MPEG-TS and MP4 over HTTP get every picture and sound",
  ignore,
  async fn(t) {
    const path = await clip("avcAac");
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const name = "live/everyone";
    const viewers = VIEWERS.filter(({ client }) => hasClient(client));
    await using stack = new AsyncDisposableStack();
    const started = ([".ts", ".mp4"] as const).flatMap((suffix) =>
      viewers.map((viewer) => {
        const file = scratch.file();
        const url = program.url("http", `${name}${suffix}?wait=30`);
        return { suffix, viewer, file, client: stack.use(viewer.start(url, file, suffix)) };
      })
    );
    await program.seen("reader came", { stream: name }, { count: started.length });
    await ffmpegPublish(path, program.url("rtmp", name), { realTime: true }).succeed();
    for (const { suffix, viewer, file, client } of started) {
      await t.step(`${viewer.name} on ${suffix}`, async () => {
        await client.succeed();
        await viewer.check(file, path);
      });
    }
  },
});

Deno.test({
  name: "audio alone is saved and played",
  ignore,
  async fn(t) {
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    await using stack = new AsyncDisposableStack();
    const rows = [[".aac", "aac"], [".mp3", "avcMp3"]] as const;
    for (const [index, [suffix, source]] of rows.entries()) {
      await t.step(suffix, async () => {
        const path = await clip(source);
        const file = scratch.file(suffix);
        const url = program.url("http", `live/radio${suffix}?wait=30`);
        const curl = stack.use(Client.start("curl", ["-sS", "-f", "-o", file, url]));
        await program.seen("reader came", { stream: "live/radio" }, { count: index + 1 });
        await ffmpegPublish(path, program.url("rtmp", "live/radio"), { speed: 4 }).succeed();
        await curl.succeed();
        const expected = await bareFramesOf(path);
        const audio = new Map([...expected].filter(([track]) => track.startsWith("audio")));
        assertCarried(await bareFramesOf(file), audio);
      });
    }
  },
});
