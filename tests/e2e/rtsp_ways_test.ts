/** Ways to play RTSP that need a gateway of their own: multicast, and the HTTP port. */

import { hasClient } from "../../scripts/real_clients.ts";
import { assertCarried, bareFramesOf } from "./bare_frames.ts";
import { clip, KEY_INTERVAL } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { ffmpeg, gstreamer, isHere, type RtspPlayer } from "./rtsp_players.ts";
import { Scratch } from "./scratch.ts";

const NAME = "live/cam1";

/** Publishes a clip by RTMP for one player, and compares what it gets. */
async function assertPlays(player: RtspPlayer, url: string, program: Program): Promise<void> {
  const path = await clip("avcAac");
  await using scratch = await Scratch.make();
  const file = scratch.file();
  await using session = player.start(url, file);
  await program.seen("reader came", { stream: NAME });
  await using publisher = ffmpegPublish(path, program.url("rtmp", NAME), { realTime: true });
  await publisher.succeed();
  await session.succeed();
  const expected = await bareFramesOf(path);
  const allowance = { keyInterval: KEY_INTERVAL, ...player.allowance };
  assertCarried(await player.frames(file), expected, allowance);
}

/** FFmpeg receives groups on the interface that the system routes them to. */
async function routesGroups(): Promise<boolean> {
  try {
    const command = new Deno.Command("ip", { args: ["route", "get", "239.192.42.1"] });
    return (await command.output()).success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "ffmpeg plays from a multicast group",
  ignore: !hasClient("ffmpeg") || !await routesGroups(),
  async fn() {
    // FFmpeg hears every group that comes to the port: those of other tests have others.
    const config = { rtsp: { host: "0.0.0.0", multicast: { enabled: true, port: 8102 } } };
    await using program = await Program.start({ config });
    const url = program.url("rtsp", NAME).replace("0.0.0.0", "127.0.0.1");
    await assertPlays(ffmpeg("udp_multicast"), url, program);
  },
});

for (const player of [ffmpeg("http"), gstreamer("rtsph")]) {
  Deno.test({
    name: `${player.name} plays RTSP through the HTTP port`,
    ignore: !isHere(player),
    async fn() {
      await using program = await Program.start();
      const url = program.url("http", NAME).replace("http:", "rtsp:");
      await assertPlays(player, url, program);
    },
  });
}
