import { assertEquals, assertGreater, assertMatch } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { untilStream } from "./api.ts";
import { framesOf } from "./av.ts";
import { assertMonotonic, assertSameFrames, type Frames } from "./frames.ts";
import { clip } from "./media.ts";
import { ffmpegHttp, ffmpegRtmp, play, webSocket } from "./players.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { Scratch } from "./scratch.ts";

const ignore = !hasClient("ffmpeg");

/** No test waits for a grace time to pass, nor may one be cut short by it. */
const GRACE_SECONDS = 20;

/** A second or so of the clip. */
const SOME_BYTES = 50_000;

Deno.test({
  name: "players go on when the publisher is killed and comes back",
  ignore,
  async fn(t) {
    const path = await clip("avcAac");
    const source = await framesOf(path);
    await using scratch = await Scratch.make();
    await using program = await Program.start({
      config: { streams: { "*": { grace: GRACE_SECONDS } } },
    });
    const name = "live/killed";
    const url = program.url("rtmp", name);
    await using stack = new AsyncDisposableStack();
    const players = [ffmpegRtmp, ffmpegHttp, webSocket];
    const playings = players.map((player) => stack.use(play(player, program, name, scratch)));
    await program.seen("reader came", { stream: name }, { count: players.length });

    await using first = ffmpegPublish(path, url, { realTime: true, loop: -1 });
    await untilStream(program, name, ({ bytes }) => bytes > SOME_BYTES);
    first.kill("SIGKILL");
    await program.seen("publisher lost", { stream: name });
    await ffmpegPublish(path, url, { realTime: true }).succeed();
    await program.seen("publisher is back", { stream: name });

    for (const playing of playings) {
      await t.step(playing.player.name, async () => {
        const frames = await playing.frames();
        assertMonotonic(frames);
        assertContinues(frames, source);
      });
    }
    assertEquals(program.matching("reader came", { stream: name }).length, players.length);
  },
});

/** The frames of a first publisher that was killed, and right after them all of a second one. */
function assertContinues(frames: Frames, source: Frames): void {
  for (const [track, expected] of source) {
    const hashes = (frames.get(track) ?? []).map(({ hash }) => hash);
    const first = hashes.slice(0, -expected.length);
    assertEquals(hashes.slice(-expected.length), expected.map(({ hash }) => hash), track);
    assertGreater(first.length, 0, `${track}: frames of the first publisher`);
    assertEquals(first, expected.slice(0, first.length).map(({ hash }) => hash), track);
  }
}

Deno.test({
  name: "a name that nobody publishes is 404, unless the player is ready to wait",
  ignore,
  async fn() {
    await using program = await Program.start();
    const missing = await fetch(program.url("http", "live/nobody.flv"));
    assertEquals(missing.status, 404);
    assertMatch(await missing.text(), /^Cannot read live\/nobody: /);
    const impatient = await fetch(program.url("http", "live/nobody.flv?wait=0.2"));
    assertEquals(impatient.status, 404);
    await impatient.body?.cancel();
    const reserved = ffmpegPublish(await clip("aac"), program.url("rtmp", "api/cam1"));
    assertGreater((await reserved.ended).code, 0);
    await program.seen("refused", { stream: "api/cam1", action: "publish" });
  },
});

Deno.test({
  name: "every publication of a name is played from its first frame to its last",
  ignore,
  async fn() {
    const path = await clip("avcAac");
    const expected = await framesOf(path);
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const name = "live/again";
    for (const player of [ffmpegHttp, ffmpegRtmp]) {
      await using playing = play(player, program, name, scratch);
      const count = player === ffmpegHttp ? 1 : 2;
      await program.seen("reader came", { stream: name }, { count });
      await ffmpegPublish(path, program.url("rtmp", name)).succeed();
      assertSameFrames(await playing.frames(), expected);
      await program.seen("unpublished", { stream: name }, { count });
    }
  },
});

Deno.test({
  name: "the gateway says goodbye to its players when it is asked to stop",
  ignore,
  async fn() {
    const path = await clip("avcAac");
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const name = "live/goodbye";
    await using publisher = ffmpegPublish(path, program.url("rtmp", name), {
      realTime: true,
      loop: -1,
    });
    await program.seen("published", { stream: name });
    await using stack = new AsyncDisposableStack();
    const players = [ffmpegRtmp, ffmpegHttp];
    const playings = players.map((player) => stack.use(play(player, program, name, scratch)));
    await program.seen("reader came", { stream: name }, { count: players.length });
    await untilStream(program, name, ({ bytes }) => bytes > SOME_BYTES);
    assertEquals(await program.stop(), 0);
    for (const playing of playings) assertMonotonic(await playing.frames());
    assertGreater((await publisher.ended).code, 0);
  },
});
