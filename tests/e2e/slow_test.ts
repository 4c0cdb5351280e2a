import { assertEquals, assertLess } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { framesOf } from "./av.ts";
import { Client } from "./client.ts";
import { clip } from "./media.ts";
import { ffmpegHttp, ffmpegRtmp, play } from "./players.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { Scratch } from "./scratch.ts";

/** Times that the clip of 7 MB is sent: far more than sockets and queues take. */
const ROUNDS = 20;

/** Times real time: slow enough for the players that read, on a machine that does other things too. */
const SPEED = 5;

/**
 * What the gateway may grow by, in bytes. Passing that much media on takes 80 to 130 MB with no slow
 * player at all; what is sent is 150 MB.
 */
const MEMORY_LIMIT = 170 * 1024 * 1024;

/** A WebSocket in a process of its own, which can be stopped. */
function webSocketClient(url: string): Client {
  const script = `new WebSocket(${JSON.stringify(url)}).onmessage = () => {};`;
  return Client.start(Deno.execPath(), ["eval", script]);
}

Deno.test({
  name: "players that stop reading are cut, cost bounded memory, and nobody else a frame",
  ignore: !hasClient("ffmpeg"),
  async fn() {
    const path = await clip("heavy");
    const source = [...(await framesOf(path)).values()].flat();
    await using scratch = await Scratch.make();
    await using program = await Program.start({
      config: { streams: { "*": { stall: 2 } } },
    });
    const name = "live/heavy";
    await using stack = new AsyncDisposableStack();
    const start = (player: typeof ffmpegRtmp) => stack.use(play(player, program, name, scratch));
    const good = [start(ffmpegRtmp), start(ffmpegHttp)];
    await program.seen("reader came", { stream: name }, { count: 2 });
    const stopped = [
      ...[start(ffmpegRtmp), start(ffmpegHttp)].map(({ session }) => session as Client),
      stack.use(webSocketClient(program.url("ws", `${name}.flv?wait=20`))),
    ];
    await program.seen("reader came", { stream: name }, { count: 5 });
    // Those who came first read on.
    const ids = program.matching("reader came", { stream: name }).slice(2).map(({ id }) => id);
    const before = program.memory();
    for (const client of stopped) client.kill("SIGSTOP");

    await using publisher = ffmpegPublish(path, program.url("rtmp", name), {
      speed: SPEED,
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
