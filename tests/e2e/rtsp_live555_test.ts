import { hasClient } from "../../scripts/real_clients.ts";
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { bareFramesOf, SYNC_LIMIT_MS } from "./bare_frames.ts";
import type { Frame, Frames } from "./frames.ts";
import { hasLive555, vlcRtsp } from "./live555.ts";
import { clip } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { playRtsp } from "./rtsp_players.ts";
import { Scratch } from "./scratch.ts";

/** Frames of a track that VLC hands on at least, of the 75 and the 131 of the clip. */
const MOST = 65;

/** How much later than in the clip the frames of a track are, in milliseconds: the median. */
function offsetOf(actual: readonly Frame[] = [], expected: readonly Frame[]): number {
  const times = new Map(expected.map(({ hash, pts }) => [hash, pts]));
  const offsets = actual.map(({ hash, pts }) => pts - (times.get(hash) ?? NaN))
    .filter(Number.isFinite).sort((a, b) => a - b);
  assertGreater(offsets.length, MOST);
  return offsets[offsets.length >> 1] ?? NaN;
}

/**
 * VLC loses or repeats a frame here and there as its own clock settles, follows the arrivals with it,
 * and at the end loses what it has not written yet: openRTSP, with the same live555, gets every packet.
 * What it hands on has to be of the clip, and sound and picture as far apart.
 */
function assertMostlyCarried(actual: Frames, expected: Frames): void {
  const offsets = [...expected].map(([track, frames]) => offsetOf(actual.get(track), frames));
  assertEquals(offsets.length, 2);
  assertLess(Math.max(...offsets) - Math.min(...offsets), SYNC_LIMIT_MS);
}

/** How VLC is told which way packets are to travel. */
function players(program: Program) {
  const port = (scheme: "rtsp" | "http") => new URL(program.url(scheme, "")).port;
  return [
    vlcRtsp("over UDP", []),
    vlcRtsp("over TCP", ["--rtsp-tcp"]),
    vlcRtsp("through the RTSP port", ["--rtsp-http", `--rtsp-http-port=${port("rtsp")}`]),
    vlcRtsp("through the HTTP port", ["--rtsp-http", `--rtsp-http-port=${port("http")}`]),
  ];
}

Deno.test({
  name: "VLC plays RTSP in every way, in sync",
  ignore: !hasLive555 || !hasClient("ffmpeg"),
  async fn(t) {
    const path = await clip("avcAac");
    const expected = await bareFramesOf(path);
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    await using stack = new AsyncDisposableStack();
    const name = "live/vlc";
    const playings = players(program).map((player) => ({
      player,
      playing: stack.use(playRtsp(player, program, name, scratch)),
    }));
    await program.seen("reader came", { stream: name }, { count: playings.length });
    await ffmpegPublish(path, program.url("rtmp", name), { realTime: true }).succeed();
    for (const { player, playing } of playings) {
      await t.step(player.name, async () => {
        assertMostlyCarried(await playing.frames(), expected);
      });
    }
  },
});
