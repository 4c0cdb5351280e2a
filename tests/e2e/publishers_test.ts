import { assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { RtmpRefusedError } from "../../protocols/rtmp/client.ts";
import { hasClient } from "../../scripts/real_clients.ts";
import { avCopy, framesOf } from "./av.ts";
import { Client } from "./client.ts";
import { assertSamePictures, pictures } from "./decoded.ts";
import { assertSameFrames, assertSameTimes } from "./frames.ts";
import { clip, type ClipName } from "./media.ts";
import { avHttp, avRtmp, ffmpegHttp, ffmpegRtmp, play, type Player } from "./players.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { Scratch } from "./scratch.ts";
import { publishTags } from "./tag_publisher.ts";

const ignore = !hasClient("ffmpeg");

/** What one client publishes, and what it is compared with. */
interface Publication {
  readonly title: string;
  readonly clip: ClipName;
  readonly publish: (path: string, url: string) => Client;
  readonly players: readonly Player[];
}

const CLASSIC = [ffmpegRtmp, ffmpegHttp];
const ENHANCED = [avRtmp, avHttp];

const byFfmpeg = (name: ClipName): Publication => ({
  title: `ffmpeg publishes ${name}`,
  clip: name,
  publish: ffmpegPublish,
  players: [...CLASSIC, ...ENHANCED],
});

const byFfmpeg8 = (name: ClipName): Publication => ({
  title: `FFmpeg 8 publishes ${name}`,
  clip: name,
  publish: (path, url) => avCopy(path, "flv", url),
  players: ENHANCED,
});

const PUBLICATIONS: readonly Publication[] = [
  byFfmpeg("avcAac"),
  byFfmpeg("avcMp3"),
  byFfmpeg("aac"),
  byFfmpeg("avc"),
  byFfmpeg("soundFirst"),
  byFfmpeg("speex"),
  byFfmpeg("sorensonMp3"),
  byFfmpeg8("hevcAac"),
  byFfmpeg8("avcOpus"),
  byFfmpeg8("av1Flac"),
  byFfmpeg8("vp9Ac3"),
];

Deno.test({
  name: "what a client publishes comes out whole",
  ignore,
  async fn(t) {
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    for (const publication of PUBLICATIONS) {
      await t.step(publication.title, () => assertCarried(publication, program, scratch));
    }
  },
});

async function assertCarried(
  { title, clip: clipName, publish, players }: Publication,
  program: Program,
  scratch: Scratch,
): Promise<void> {
  const path = await clip(clipName);
  const expected = await framesOf(path);
  const name = `live/${title.replaceAll(" ", "-")}`;
  await using stack = new AsyncDisposableStack();
  const playings = players.map((player) => stack.use(play(player, program, name, scratch)));
  await program.seen("reader came", { stream: name }, { count: players.length });
  await publish(path, program.url("rtmp", name)).succeed();
  for (const playing of playings) assertSameFrames(await playing.frames(), expected);
}

Deno.test({
  name: "what GStreamer's rtmp2sink publishes comes out whole",
  ignore: ignore || !hasClient("gstreamer"),
  async fn() {
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const name = "live/gst";
    const [file, played] = [scratch.file(), scratch.file()];
    await using player = avCopy(program.url("rtmp", name), "flv", played);
    await program.seen("reader came", { stream: name });
    await using publisher = Client.start("gst-launch-1.0", [
      ...["-q", "videotestsrc", "num-buffers=60", "!", "video/x-raw,framerate=30/1", "!"],
      ...["x264enc", "tune=zerolatency", "key-int-max=30", "!", "flvmux", "name=mux"],
      ...["streamable=true", "!", "tee", "name=both"],
      ...["audiotestsrc", "num-buffers=90", "!", "avenc_aac", "!", "mux."],
      ...["both.", "!", "queue", "!", "rtmp2sink", `location=${program.url("rtmp", name)}`],
      ...["both.", "!", "queue", "!", "filesink", `location=${file}`],
    ]);
    await publisher.succeed();
    await player.succeed();
    // Bytes are not compared: delimiters and parameter sets within the stream are taken out.
    const shown = await pictures(played);
    assertEquals(shown.length, 60);
    assertSamePictures(shown, await pictures(file));
    assertSameTimes(await framesOf(played), await framesOf(file));
  },
});

Deno.test({
  name: "a name may be split between application and stream key at any slash",
  ignore: ignore || !hasClient("rtmpdump"),
  async fn() {
    const path = await clip("aac");
    const expected = await framesOf(path);
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const name = "a/b/c/d";
    const base = program.url("rtmp", "");
    const players = ["a", "a/b", "a/b/c"].map((app) => {
      const file = scratch.file();
      const key = name.slice(app.length + 1);
      const args = ["--quiet", "--live", "-r", `${base}${app}`, "-a", app, "-y", key, "-o", file];
      return { file, client: Client.start("rtmpdump", args) };
    });
    await program.seen("reader came", { stream: name }, { count: players.length });
    await ffmpegPublish(path, program.url("rtmp", name)).succeed();
    for (const { file, client } of players) {
      await client.succeed();
      assertSameFrames(await framesOf(file), expected);
    }
  },
});

Deno.test({
  name: "a second publisher of a name is told BadName, and the first goes on",
  ignore,
  async fn() {
    const path = await clip("avcAac");
    await using program = await Program.start();
    const name = "live/taken";
    const url = program.url("rtmp", name);
    await using first = ffmpegPublish(path, url, { realTime: true });
    await program.seen("published", { stream: name });
    await using second = ffmpegPublish(path, url);
    const { code, stderr } = await second.ended;
    assertNotEquals(code, 0);
    assertMatch(stderr, /Server error: Cannot publish live\/taken: somebody is publishing it/);
    const refusal = await assertRejects(() => publishTags(path, url, 0), RtmpRefusedError);
    assertEquals(refusal.code, "NetStream.Publish.BadName");
    await program.seen("refused", { stream: name, action: "publish" });
    await first.succeed();
  },
});

Deno.test({
  name: "a player that cannot take HEVC over RTMP is told so, and gets nothing",
  ignore,
  async fn() {
    const path = await clip("hevcAac");
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const name = "live/hevc";
    await using publisher = avCopy(path, "flv", program.url("rtmp", name), { realTime: true });
    await program.seen("published", { stream: name });
    await using player = play(ffmpegRtmp, program, name, scratch);
    const line = await program.seen("closed", { module: "rtmp" });
    assertMatch(String(line["reason"]), /its video is h265, which the receiver's connect does not/);
    const { code } = await (player.session as Client).ended;
    assertNotEquals(code, 0);
    await publisher.succeed();
  },
});

Deno.test({
  name: "a file that is published as fast as it goes loses nothing at its end",
  ignore,
  async fn() {
    const path = await clip("heavy");
    const expected = await framesOf(path);
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const name = "live/fast";
    await using playing = play(ffmpegRtmp, program, name, scratch);
    await program.seen("reader came", { stream: name });
    await ffmpegPublish(path, program.url("rtmp", name)).succeed();
    await program.seen("unpublished", { stream: name });
    assertEquals(program.matching("publisher lost", { stream: name }), []);
    assertSameFrames(await playing.frames(), expected);
  },
});
