import { assertEquals, assertLess } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { framesOf } from "./av.ts";
import type { Client } from "./client.ts";
import { clip } from "./media.ts";
import { ffmpegHttp, ffmpegRtmp, play } from "./players.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { Scratch } from "./scratch.ts";

/** Times that the clip of 7 MB is sent: far more than sockets and queues take. */
const ROUNDS = 12;

/** What a gateway may hold for two players that do not read, beside what it needs anyway. */
const MEMORY_LIMIT = 80 * 1024 * 1024;

Deno.test({
  name: "players that stop reading are cut, cost bounded memory, and nobody else a frame",
  ignore: !hasClient("ffmpeg"),
  async fn() {
    const path = await clip("heavy");
    const source = [...(await framesOf(path)).values()].flat();
    await using scratch = await Scratch.make();
    await using program = await Program.start({
      config: { streams: { "*": { queueMiB: 2, gopMiB: 16, stall: 2 } } },
    });
    const name = "live/heavy";
    await using stack = new AsyncDisposableStack();
    const start = (player: typeof ffmpegRtmp) => stack.use(play(player, program, name, scratch));
    const good = [start(ffmpegRtmp), start(ffmpegHttp)];
    await program.seen("reader came", { stream: name }, { count: 2 });
    const stopped = [start(ffmpegRtmp), start(ffmpegHttp)];
    await program.seen("reader came", { stream: name }, { count: 4 });
    // Those who came first read on.
    const ids = program.matching("reader came", { stream: name }).slice(2).map(({ id }) => id);
    const before = program.memory();
    for (const { session } of stopped) (session as Client).kill("SIGSTOP");

    await using publisher = ffmpegPublish(path, program.url("rtmp", name), {
      speed: 4,
      loop: ROUNDS - 1,
    });
    for (const id of ids) {
      await program.seen("slow reader, dropped to the next key unit", { id });
      await program.seen("reader left", { id });
    }
    await publisher.succeed();
    const grown = program.memory() - before;

    for (const playing of good) {
      const frames = [...(await playing.frames()).values()].flat();
      assertEquals(frames.length, source.length * ROUNDS, playing.player.name);
    }
    assertLess(grown, MEMORY_LIMIT);
  },
});
