import { hasClient } from "../../scripts/real_clients.ts";
import { assertCarried, bareFramesOf } from "./bare_frames.ts";
import type { Client } from "./client.ts";
import { clip, KEY_INTERVAL } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { ffmpegRecord, isHere, playRtsp, RTSP_PLAYERS } from "./rtsp_players.ts";
import { Scratch } from "./scratch.ts";

const ignore = !hasClient("ffmpeg");

/** Where the players' stream comes from. */
const SOURCES = {
  RTMP: {
    publish: (program, path, name) =>
      ffmpegPublish(path, program.url("rtmp", name), { realTime: true }),
    mayLose: {},
  },
  RTSP: {
    publish: (program, path, name) =>
      ffmpegRecord(path, program.url("rtsp", name), { rtsp: "tcp" }),
    mayLose: { audio: 10 },
  },
} satisfies Record<string, {
  readonly publish: (program: Program, path: string, name: string) => Client;
  readonly mayLose: { readonly audio?: number };
}>;

for (const [source, { publish, mayLose }] of Object.entries(SOURCES)) {
  Deno.test({
    name: `RTSP players of what comes over ${source} get every frame, in sync`,
    ignore,
    async fn(t) {
      const path = await clip("avcAac");
      const expected = await bareFramesOf(path);
      await using scratch = await Scratch.make();
      await using program = await Program.start();
      await using stack = new AsyncDisposableStack();
      const start = (name: string) =>
        RTSP_PLAYERS.filter(isHere).map((player) => ({
          player,
          playing: stack.use(playRtsp(player, program, name, scratch)),
        }));
      const name = `live/${source}`;
      const early = start(name);
      await program.seen("reader came", { stream: name }, { count: early.length });
      await using publisher = publish(program, path, name);
      await program.seen("published", { stream: name });
      const late = start(name);
      await publisher.succeed();
      const allowance = { mayLose, keyInterval: KEY_INTERVAL };
      for (const [when, players] of Object.entries({ early, late })) {
        for (const { player, playing } of players) {
          await t.step(`${player.name}, ${when}`, async () => {
            assertCarried(await playing.frames(), expected, { ...allowance, ...player.allowance });
          });
        }
      }
    },
  });
}
