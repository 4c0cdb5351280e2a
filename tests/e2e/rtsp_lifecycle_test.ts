import { assert, assertEquals, assertGreater, assertLess, assertMatch } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { untilStream } from "./api.ts";
import { avBare } from "./av.ts";
import { bareFramesOf } from "./bare_frames.ts";
import { type Frames, readFrames } from "./frames.ts";
import { clip } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { RtspPeer } from "./rtsp_peer.ts";
import { ffmpegRecord } from "./rtsp_players.ts";
import { Scratch } from "./scratch.ts";

const ignore = !hasClient("ffmpeg");

/** No test waits for a grace time to pass, nor may one be cut short by it. */
const GRACE_SECONDS = 20;

/** Some frames of the clip. */
const SOME_BYTES = 30_000;

/** Frames of sound that FFmpeg does not send over RTSP at the end. */
const MAY_LOSE = 10;

/** From the answer to PLAY, and from the first byte of the connection. */
const FIRST_FRAME_MS = 100;

/** Times the heavy clip is sent, and how fast: more than the buffers of sockets and a queue take. */
const ROUNDS = 8;
const SPEED = 5;

const PLAYERS = [
  { title: "RTMP", scheme: "rtmp", suffix: "" },
  { title: "FLV", scheme: "http", suffix: ".flv?wait=30" },
  { title: "RTSP/TCP", scheme: "rtsp", suffix: "", rtsp: "tcp" },
  { title: "RTSP/UDP", scheme: "rtsp", suffix: "", rtsp: "udp" },
] as const;

Deno.test({
  name: "players go on when RTSP and RTMP publishers are killed and take over from each other",
  ignore,
  async fn(t) {
    const path = await clip("avcAac");
    const source = await bareFramesOf(path);
    await using scratch = await Scratch.make();
    await using program = await Program.start({
      config: { streams: { "*": { grace: GRACE_SECONDS } } },
    });
    const name = "live/killed";
    await using stack = new AsyncDisposableStack();
    const players = PLAYERS.map(({ title, scheme, suffix, ...transport }) => {
      const listing = scratch.file();
      const url = program.url(scheme, `${name}${suffix}`);
      return { title, listing, client: stack.use(avBare(url, listing, transport)) };
    });
    await program.seen("reader came", { stream: name }, { count: players.length });

    const [rtmp, rtsp] = [program.url("rtmp", name), program.url("rtsp", name)];
    const publishers = [
      () => ffmpegRecord(path, rtsp, { rtsp: "tcp" }),
      () => ffmpegPublish(path, rtmp, { realTime: true }),
      () => ffmpegRecord(path, rtsp, { rtsp: "udp" }),
    ];
    for (const [index, publish] of publishers.entries()) {
      await using publisher = publish();
      await untilStream(
        program,
        name,
        ({ bytes, state }) => state === "live" && bytes > (index + 1) * SOME_BYTES,
      );
      publisher.kill("SIGKILL");
      await program.seen("publisher lost", { stream: name }, { count: index + 1 });
    }
    await ffmpegRecord(path, rtsp, { rtsp: "tcp" }).succeed();
    for (const { title, listing, client } of players) {
      await t.step(title, async () => {
        await client.succeed();
        assertContinues(await readFrames(listing), source);
      });
    }
  },
});

/** Parts of the source, the last of them whole, and time that never goes back. */
function assertContinues(frames: Frames, source: Frames): void {
  assertEquals([...frames.keys()].sort(), [...source.keys()].sort());
  for (const [track, expected] of source) {
    const actual = frames.get(track) ?? [];
    const hashes = expected.map(({ hash }) => hash);
    const starts = actual.flatMap(({ hash }, index) => hash === hashes[0] ? [index] : []);
    const last = actual.slice(starts.at(-1)).map(({ hash }) => hash);
    assertEquals(last, hashes.slice(0, last.length), track);
    assertLess(hashes.length - last.length, track.startsWith("audio") ? MAY_LOSE : 1, track);
    assertGreater(starts.length, 2, `${track}: frames of publishers before the last`);
    if (!track.startsWith("audio")) continue;
    actual.slice(1).forEach(({ pts }, index) => {
      const before = actual[index]?.pts ?? 0;
      assert(pts >= before, `${track}: ${pts} after ${before}`);
    });
  }
}

Deno.test({
  name: "a player that joins in the middle has its first picture within a tenth of a second",
  ignore,
  async fn() {
    await using program = await Program.start();
    const name = "live/first";
    const url = program.url("rtsp", name);
    await using _publisher = ffmpegPublish(await clip("avcAac"), program.url("rtmp", name), {
      realTime: true,
      loop: -1,
    });
    await untilStream(program, name, ({ bytes }) => bytes > SOME_BYTES);
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const began = performance.now();
      using peer = await RtspPeer.connect(url);
      await peer.play(url);
      await peer.frame();
      times.push(performance.now() - began);
      // Somewhere else in the group of pictures.
      await new Promise((resolve) => setTimeout(resolve, 130));
    }
    assertLess(Math.max(...times), FIRST_FRAME_MS, times.map(Math.round).join(" "));
  },
});

Deno.test({
  name: "an RTSP player over TCP that stops reading is cut, and the stream goes on",
  ignore,
  async fn() {
    await using program = await Program.start({ config: { streams: { "*": { stall: 1 } } } });
    const name = "live/stopped";
    const url = program.url("rtsp", name);
    await using publisher = ffmpegPublish(await clip("heavy"), program.url("rtmp", name), {
      speed: SPEED,
      loop: ROUNDS - 1,
    });
    await program.seen("published", { stream: name });
    using peer = await RtspPeer.connect(url);
    await peer.play(url);
    const { id } = await program.seen("reader came", { stream: name }, { count: 2 });
    await program.seen("reader left", { id });
    const { reason } = await program.seen("closed", { module: "rtsp" });
    assertMatch(String(reason), /Cannot go on reading live\/stopped: nothing was taken for/);
    await publisher.succeed();
  },
});
