import { assertEquals } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { framesOf } from "./av.ts";
import { assertSameFrames } from "./frames.ts";
import { clip } from "./media.ts";
import { ffmpegHttp, ffmpegRtmp, play } from "./players.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { Scratch } from "./scratch.ts";

const ignore = !hasClient("ffmpeg");

Deno.test({
  name: "one gateway pulls from another",
  ignore,
  async fn() {
    const path = await clip("avcAac");
    await using scratch = await Scratch.make();
    await using origin = await Program.start();
    const source = origin.url("rtmp", "live/cam1");
    await using edge = await Program.start({ config: { streams: { "edge/cam1": { source } } } });
    await origin.seen("reader came", { stream: "live/cam1" });
    await using playing = play(ffmpegHttp, edge, "edge/cam1", scratch);
    await edge.seen("reader came", { stream: "edge/cam1" });
    await ffmpegPublish(path, source, { realTime: true }).succeed();
    assertSameFrames(await playing.frames(), await framesOf(path));
  },
});

Deno.test({
  name: "one gateway pushes to another",
  ignore,
  async fn() {
    const path = await clip("avcAac");
    await using scratch = await Scratch.make();
    await using origin = await Program.start();
    const push = origin.url("rtmp", "live/received");
    await using edge = await Program.start({ config: { streams: { "live/sent": { push } } } });
    await using playing = play(ffmpegRtmp, origin, "live/received", scratch);
    await origin.seen("reader came", { stream: "live/received" });
    await ffmpegPublish(path, edge.url("rtmp", "live/sent"), { realTime: true }).succeed();
    assertSameFrames(await playing.frames(), await framesOf(path));
  },
});

Deno.test({
  name: "what is pushed faster than real time arrives to its end",
  ignore,
  async fn() {
    const path = await clip("heavy");
    await using scratch = await Scratch.make();
    await using origin = await Program.start();
    const push = origin.url("rtmp", "live/received");
    await using edge = await Program.start({ config: { streams: { "live/sent": { push } } } });
    await using playing = play(ffmpegRtmp, origin, "live/received", scratch);
    await origin.seen("reader came", { stream: "live/received" });
    await ffmpegPublish(path, edge.url("rtmp", "live/sent")).succeed();
    assertSameFrames(await playing.frames(), await framesOf(path));
  },
});

Deno.test({
  name: "a source on demand is fetched while somebody reads it, and no longer",
  ignore,
  async fn() {
    const path = await clip("avcAac");
    await using scratch = await Scratch.make();
    await using origin = await Program.start();
    const source = origin.url("rtmp", "live/cam1");
    await using edge = await Program.start({
      config: { streams: { "edge/cam1": { source, onDemand: true, linger: 0.1 } } },
    });
    await using publisher = ffmpegPublish(path, source, { realTime: true, loop: -1 });
    await origin.seen("published", { stream: "live/cam1" });
    for (const [index, player] of [ffmpegRtmp, ffmpegHttp].entries()) {
      assertEquals(origin.matching("reader came").length, index);
      await using _playing = play(player, edge, "edge/cam1", scratch);
      await edge.seen("published", { stream: "edge/cam1" }, { count: index + 1 });
      await _playing[Symbol.asyncDispose]();
      await origin.seen("reader left", { stream: "live/cam1" }, { count: index + 1 });
    }
    publisher.kill();
  },
});
