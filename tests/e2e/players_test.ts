import { type ClientName, hasClient } from "../../scripts/real_clients.ts";
import { framesOf } from "./av.ts";
import { Client } from "./client.ts";
import { assertSamePictures, pictures, RAW_PICTURES } from "./decoded.ts";
import { assertJoined, assertSameFrames } from "./frames.ts";
import { clip, KEY_INTERVAL } from "./media.ts";
import { canRun, EXACT_PLAYERS, play } from "./players.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { Scratch } from "./scratch.ts";
import { vlc } from "./vlc.ts";

const ignore = !hasClient("ffmpeg");

/** A player that decodes, and writes the pictures into a file. */
interface Decoder {
  readonly name: ClientName;
  readonly start: (url: string, file: string) => Client;
  /** How FFmpeg reads that file. */
  readonly format: readonly string[];
}

const DECODERS: readonly Decoder[] = [
  {
    name: "vlc",
    start: (url, file) =>
      vlc(url, [
        ...["--vout", "yuv", "--yuv-file", file, "--yuv-yuv4mpeg2"],
        ...["--aout", "dummy", "--no-drop-late-frames", "--no-skip-frames", "--no-spu", "--no-osd"],
      ]),
    format: ["-f", "yuv4mpegpipe"],
  },
  {
    name: "gstreamer",
    start: (url, file) =>
      Client.start("gst-launch-1.0", [
        ...["-q", "rtmp2src", `location=${url}`, "!", "flvdemux", "name=in"],
        ...["in.video", "!", "queue", "!", "h264parse", "!", "avdec_h264", "!"],
        ...["filesink", `location=${file}`],
        ...["in.audio", "!", "queue", "!", "aacparse", "!", "avdec_aac", "!", "fakesink"],
      ]),
    format: RAW_PICTURES,
  },
];

Deno.test({
  name: "players that wait for the publisher get every frame, byte and millisecond",
  ignore,
  async fn(t) {
    const path = await clip("avcAac");
    const expected = await framesOf(path);
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const name = "live/everyone";
    const players = EXACT_PLAYERS.filter(canRun);
    await using stack = new AsyncDisposableStack();
    const playings = players.map((player) => stack.use(play(player, program, name, scratch)));
    await program.seen("reader came", { stream: name }, { count: players.length });
    await ffmpegPublish(path, program.url("rtmp", name), { realTime: true }).succeed();
    for (const playing of playings) {
      await t.step(playing.player.name, async () => {
        assertSameFrames(await playing.frames(), expected, playing.player.mayLose);
      });
    }
  },
});

Deno.test({
  name: "players that join in the middle begin with a key frame and miss nothing from there",
  ignore,
  async fn(t) {
    const path = await clip("avcAac");
    const expected = await framesOf(path);
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const name = "live/late";
    await using stack = new AsyncDisposableStack();
    const publisher = stack.use(
      ffmpegPublish(path, program.url("rtmp", name), { realTime: true }),
    );
    await program.seen("published", { stream: name });
    const players = EXACT_PLAYERS.filter(canRun);
    const playings = players.map((player) => stack.use(play(player, program, name, scratch)));
    await publisher.succeed();
    for (const playing of playings) {
      await t.step(playing.player.name, async () => {
        const { mayLose } = playing.player;
        assertJoined(await playing.frames(), expected, KEY_INTERVAL, mayLose);
      });
    }
  },
});

Deno.test({
  name: "players that decode show every picture as it was encoded",
  ignore,
  async fn(t) {
    const path = await clip("avcAac");
    const expected = await pictures(path);
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const name = "live/seen";
    const decoders = DECODERS.filter((decoder) => hasClient(decoder.name));
    await using stack = new AsyncDisposableStack();
    const started = decoders.map((decoder) => {
      const file = scratch.file();
      return { decoder, file, client: stack.use(decoder.start(program.url("rtmp", name), file)) };
    });
    await program.seen("reader came", { stream: name }, { count: decoders.length });
    await ffmpegPublish(path, program.url("rtmp", name), { realTime: true }).succeed();
    for (const { decoder, file, client } of started) {
      await t.step(decoder.name, async () => {
        await client.succeed();
        assertSamePictures(await pictures(file, decoder.format), expected);
      });
    }
  },
});
