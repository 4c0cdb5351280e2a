// WebRTC clients that have nothing in common with browsers, nor with each other.
import { assert, assertEquals } from "@std/assert";
import { type ClientName, hasClient } from "../../scripts/real_clients.ts";
import { aiortcPlay, aiortcPublish, readPlayed } from "./aiortc.ts";
import { avBare, avCopy } from "./av.ts";
import { must } from "../must.ts";
import { type Allowance, assertCarried, bareFramesOf } from "./bare_frames.ts";
import { Client } from "./client.ts";
import { pictures } from "./decoded.ts";
import { type Frames, readFrames } from "./frames.ts";
import { gstWhep, gstWhip } from "./gst_webrtc.ts";
import { CLIP_FRAMES, KEY_INTERVAL } from "./media.ts";
import { Program } from "./program.ts";
import { isHere } from "./rtsp_players.ts";
import { Scratch } from "./scratch.ts";
import { WEBRTC_CLIPS, type WebRtcClip, webRtcClip } from "./webrtc_clips.ts";

const ignore = !hasClient("ffmpeg");

/** Seconds that a player may wait for the publisher. */
const WAIT_S = 30;
const CONFIG = { rtsp: { wait: WAIT_S } };

/** Of every clip. */
const PICTURE_MS = 40;
const SOUND_MS = 20;

/** aiortc takes a picture for whole when the next begins. */
const AIORTC_HOLDS = 1;

interface WhepPlayer {
  readonly name: string;
  readonly client: ClientName;
  readonly start: (url: string, file: string) => Client;
  /** Given what it has printed, and the file that it has written. */
  readonly check: (stdout: string, file: string, path: string) => Promise<void>;
}

const PLAYERS: readonly WhepPlayer[] = [
  { name: "aiortc", client: "aiortc", start: aiortcPlay, check: assertShown },
  {
    name: "GStreamer",
    client: "gstWebRtc",
    start: gstWhep,
    async check(_stdout, file, path) {
      // It draws times together where the first pictures seem to be late.
      const allowance = { keyInterval: KEY_INTERVAL, settles: Infinity };
      assertCarried(await bareFramesOf(file), await bareFramesOf(path), allowance);
    },
  },
];

/** Asserts that aiortc has decoded all there is from some key picture on, at its time. */
async function assertShown(stdout: string, _file: string, path: string): Promise<void> {
  const expected = await pictures(path);
  const { shown, heard } = readPlayed(stdout);
  const start = expected.indexOf(shown[0]?.hash ?? "");
  assert(start >= 0, "begins with a picture of the clip");
  assertEquals(start % KEY_INTERVAL, 0, "begins with a key picture");
  const whole = expected.slice(start, expected.length - AIORTC_HOLDS);
  assertEquals(shown.map(({ hash }) => hash), whole);
  // Pictures that were there before the path was have times that are next to each other.
  const last = shown.slice(-KEY_INTERVAL + AIORTC_HOLDS).map(({ time }) => time);
  assertEquals(last, timesFrom(last[0] ?? NaN, last.length, PICTURE_MS));
  assertEquals(heard.map(({ time }) => time), timesFrom(0, heard.length, SOUND_MS));
  assert(heard.length >= 1000 / SOUND_MS, "a second of sound at least");
}

/** Times of so many things, one after the other. */
function timesFrom(first: number, count: number, step: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index * step);
}

Deno.test({
  name: "WebRTC clients play by WHEP what is published over RTSP, every picture of it",
  ignore,
  async fn(t) {
    const path = await webRtcClip("H264");
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    await using stack = new AsyncDisposableStack();
    const name = "live/clients";
    const url = program.url("http", `${name}/whep?wait=${WAIT_S}`);
    const players = PLAYERS.filter(isHere).map((player) => {
      const file = scratch.file();
      return { ...player, file, session: stack.use(player.start(url, file)) };
    });
    await program.seen("reader came", { stream: name }, { count: players.length });
    const target = program.url("rtsp", name);
    await using publisher = avCopy(path, "rtsp", target, { realTime: true, rtsp: "tcp" });
    await publisher.succeed();
    for (const { name, session, file, check } of players) {
      await t.step(name, async () => {
        await check((await session.succeed()).stdout, file, path);
      });
    }
  },
});

interface WhipPublisher {
  readonly name: string;
  readonly client?: ClientName;
  readonly clip: WebRtcClip;
  readonly start: (path: string, url: string) => Client;
  readonly allowance?: Allowance;
}

/** Reports come when the clip is half over, and tell the time of sending. */
const ANY_TIMES: Allowance = { settles: Infinity };

const PUBLISHERS: readonly WhipPublisher[] = [
  ...(["H264", "VP8"] as const).map((codec): WhipPublisher => ({
    name: `aiortc (${codec})`,
    client: "aiortc",
    clip: codec,
    start: (path, url) => aiortcPublish(path, url, { codec, how: "copy" }),
    allowance: { ...ANY_TIMES, mayLose: { audio: 1 } },
  })),
  {
    name: "GStreamer",
    client: "gstWebRtc",
    clip: "H264",
    start: gstWhip,
    // Its payloader keeps the last frames.
    allowance: { ...ANY_TIMES, mayLose: { audio: 2 } },
  },
  {
    name: "FFmpeg 8",
    clip: "H264",
    start: (path, url) => avCopy(path, "whip", url, { realTime: true }),
  },
];

interface Clip {
  readonly path: string;
  readonly frames: Frames;
}

Deno.test({
  name: "what WebRTC clients publish by WHIP comes out whole",
  ignore,
  async fn(t) {
    await using scratch = await Scratch.make();
    await using program = await Program.start({ config: CONFIG });
    const clips = new Map<WebRtcClip, Clip>();
    for (const codec of WEBRTC_CLIPS) {
      const path = await webRtcClip(codec);
      clips.set(codec, { path, frames: await bareFramesOf(path) });
    }
    await using stack = new AsyncDisposableStack();
    const players = PUBLISHERS.filter(isHere).map((publisher) => {
      const stream = `live/${publisher.name.replaceAll(/\W+/g, "-")}`;
      const file = scratch.file();
      const player = stack.use(avBare(program.url("rtsp", stream), file, { rtsp: "tcp" }));
      return { ...publisher, stream, file, player };
    });
    // All of them, before anybody publishes: sound that the gateway is too busy to receive is lost.
    for (const { stream } of players) await program.seen("reader came", { stream });
    const publications = players.map(({ start, clip, ...played }) => {
      const { path, frames: expected } = must(clips.get(clip));
      const publisher = stack.use(start(path, program.url("http", `${played.stream}/whip`)));
      return { ...played, expected, publisher };
    });
    for (const { name, publisher, player, file, expected, allowance } of publications) {
      await t.step(name, async () => {
        await publisher.succeed();
        await player.succeed();
        const all = { keyInterval: KEY_INTERVAL, ...allowance };
        assertCarried(await readFrames(file), expected, all);
      });
    }
  },
});

Deno.test({
  name: "what aiortc encodes and publishes by WHIP can be decoded, every picture of it",
  ignore: ignore || !hasClient("aiortc"),
  async fn() {
    const path = await webRtcClip("H264");
    await using program = await Program.start({ config: CONFIG });
    const name = "live/aiortc";
    await using player = Client.start("ffmpeg", [
      ...["-v", "error", "-xerror", "-rtsp_transport", "tcp", "-i", program.url("rtsp", name)],
      // Its own times jump when the first report of the gateway comes.
      ...["-vf", "setpts=N", "-fps_mode", "passthrough", "-map", "0:v", "-f", "framemd5", "-"],
    ]);
    await program.seen("reader came", { stream: name });
    const url = program.url("http", `${name}/whip`);
    await using publisher = aiortcPublish(path, url, { codec: "VP8", how: "encode" });
    await publisher.succeed();
    const { stdout } = await player.succeed();
    assertEquals(stdout.match(/^0,/gm)?.length, CLIP_FRAMES);
  },
});
