import { assertEquals, assertStringIncludes } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { framesOf } from "./av.ts";
import { assertCarried, bareFramesOf } from "./bare_frames.ts";
import { Client } from "./client.ts";
import { assertSameFrames } from "./frames.ts";
import { clip } from "./media.ts";
import { avRtmp, ffmpegHttp, ffmpegRtmp, play } from "./players.ts";
import { Program } from "./program.ts";
import { Scratch } from "./scratch.ts";

const ignore = !hasClient("ffmpeg") || !hasClient("curl");

/** Publishes a file with FFmpeg over HTTP, at the speed of the media. */
function publish(path: string, url: string, format: readonly string[]): Client {
  const words = ["-v", "error", "-re", "-i", path, "-c", "copy", "-f", ...format, url];
  return Client.start("ffmpeg", words);
}

const FORMATS = [
  { suffix: ".flv", what: "FLV by POST", format: ["flv"] },
  { suffix: ".flv", what: "FLV by PUT", format: ["flv", "-method", "PUT"] },
  { suffix: ".ts", what: "MPEG-TS by POST", format: ["mpegts"] },
  {
    suffix: ".mp4",
    what: "fragmented MP4 by POST",
    // Without a delay ffmpeg leaves out how far sound and picture are apart.
    format: ["mp4", "-movflags", "frag_keyframe+empty_moov+delay_moov"],
  },
] as const;

Deno.test({
  name: "what ffmpeg publishes over HTTP comes out of RTMP whole",
  ignore,
  async fn(t) {
    const path = await clip("avcAac");
    const expected = await bareFramesOf(path);
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    await using stack = new AsyncDisposableStack();
    const started = FORMATS.map(({ suffix, what, format }, index) => {
      const name = `live/cam${index}`;
      const file = scratch.file(".flv");
      const rtmp = program.url("rtmp", name);
      const words = ["-v", "error", "-i", rtmp, "-c", "copy", "-f", "flv", file];
      const player = stack.use(Client.start("ffmpeg", words));
      return { suffix, what, format, name, file, player };
    });
    await program.seen("reader came", {}, { count: started.length });
    const publishers = started.map(({ name, suffix, format }) =>
      stack.use(publish(path, program.url("http", `${name}${suffix}`), format))
    );
    for (const [index, { what, file, name, player }] of started.entries()) {
      await t.step(what, async () => {
        await publishers[index]?.succeed();
        await player.succeed();
        assertCarried(await bareFramesOf(file), expected);
        assertEquals(program.matching("publisher lost", { stream: name }), []);
      });
    }
  },
});

Deno.test({
  name: "what curl uploads goes on byte for byte, as fast as it comes",
  ignore,
  async fn() {
    const path = await clip("avcAac");
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const name = "live/uploaded";
    await using stack = new AsyncDisposableStack();
    const players = [ffmpegRtmp, ffmpegHttp, avRtmp];
    const playings = players.map((player) => stack.use(play(player, program, name, scratch)));
    await program.seen("reader came", { stream: name }, { count: players.length });
    const url = program.url("http", `${name}.flv`);
    await Client.start("curl", ["-sS", "-f", "-T", path, url]).succeed();
    for (const playing of playings) assertSameFrames(await playing.frames(), await framesOf(path));
  },
});

Deno.test({
  name: "a publisher that is refused is told why, also while it sends without end",
  ignore,
  async fn(t) {
    await using program = await Program.start({ args: ["--demo"] });
    await program.seen("published", { stream: "demo/clock" });
    const rows = [
      ["demo/clock.ts", "409", "somebody is publishing it"],
      ["live/zeros.flv", "400", "no FLV signature"],
    ] as const;
    for (const [path, status, reason] of rows) {
      await t.step(`${status} ${reason}`, async () => {
        const url = program.url("http", path);
        const upload = `cat /dev/zero | curl -sS -w '%{http_code}' -T - ${url}`;
        await using curl = Client.start("sh", ["-c", upload], { limitMs: 8_000 });
        const { stdout } = await curl.succeed();
        assertStringIncludes(stdout, reason);
        assertStringIncludes(stdout, status);
      });
    }
  },
});

Deno.test({
  name: "a publisher that is killed may come back",
  ignore,
  async fn() {
    const path = await clip("avcAac");
    await using program = await Program.start();
    const url = program.url("http", "live/cam1.ts");
    await using first = publish(path, url, ["mpegts"]);
    await program.seen("published", { stream: "live/cam1" });
    first.kill();
    await program.seen("publisher lost", { stream: "live/cam1" });
    await using _second = publish(path, url, ["mpegts"]);
    await program.seen("publisher is back", { stream: "live/cam1" });
  },
});
