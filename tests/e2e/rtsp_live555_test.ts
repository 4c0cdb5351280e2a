import { hasClient } from "../../scripts/real_clients.ts";
import { assertGreater } from "@std/assert";
import { assertInSync, bareFramesOf } from "./bare_frames.ts";
import type { Frames } from "./frames.ts";
import { hasLive555, vlcRtsp } from "./live555.ts";
import { clip } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { playRtsp } from "./rtsp_players.ts";
import { Scratch } from "./scratch.ts";

/** Frames of a track that VLC hands on at least, of the 75 and the 131 of the clip. */
const MOST = 65;

/** VLC moves its tracks together by the first reports, and hands on what came before them. */
const SETTLES = 50;

/**
 * VLC loses or repeats a frame here and there as its own clock settles, and at the end what it has not
 * written yet: openRTSP, with the same live555, gets every packet. What it hands on has to be right.
 */
function assertMostlyCarried(actual: Frames, expected: Frames): void {
  assertInSync(actual, expected, { settles: SETTLES });
  for (const [track, frames] of expected) {
    const hashes = new Set(frames.map(({ hash }) => hash));
    const carried = (actual.get(track) ?? []).filter(({ hash }) => hashes.has(hash));
    assertGreater(carried.length, MOST, track);
  }
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
