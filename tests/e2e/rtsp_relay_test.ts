import { hasClient } from "../../scripts/real_clients.ts";
import { type Allowance, assertCarried, bareFramesOf } from "./bare_frames.ts";
import { gstFile, GstRtspServer } from "./gst_rtsp_server.ts";
import { clip } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { Scratch } from "./scratch.ts";

const ignore = !hasClient("ffmpeg");

/** Seconds that a player may wait for the stream. */
const WAIT_S = 30;

/** Reports that put tracks in sync come over a socket of their own, and on a busy machine later. */
const OVER_UDP: Allowance = { settles: 10 };

/** Plays a stream of `program` to its end, and asserts that it is the clip. */
async function assertPlays(
  program: Program,
  name: string,
  path: string,
  allowance: Allowance = {},
): Promise<void> {
  await using scratch = await Scratch.make();
  const file = scratch.file();
  const { body } = await fetch(program.url("http", `${name}.flv?wait=${WAIT_S}`));
  if (body === null) throw new Error(`Cannot play ${name}: there is no body`);
  await Deno.writeFile(file, body);
  assertCarried(await bareFramesOf(file), await bareFramesOf(path), allowance);
}

for (const fragment of ["", "#udp", "#tcp", "#http", "#multicast"]) {
  Deno.test({
    name: `one gateway pulls RTSP from another, ${fragment || "as it can be had"}`,
    ignore,
    async fn() {
      const path = await clip("avcAac");
      await using origin = await Program.start({
        config: { rtsp: { multicast: { enabled: true, group: "239.192.42.9", port: 8112 } } },
      });
      const source = `${origin.url("rtsp", "live/cam1")}${fragment}`;
      await using edge = await Program.start({ config: { streams: { "edge/cam1": { source } } } });
      const isUdp = fragment === "" || fragment === "#udp" || fragment === "#multicast";
      const playing = assertPlays(edge, "edge/cam1", path, isUdp ? OVER_UDP : {});
      await edge.seen("reader came", { stream: "edge/cam1" });
      await ffmpegPublish(path, origin.url("rtmp", "live/cam1"), { realTime: true }).succeed();
      await playing;
    },
  });
}

for (const fragment of ["", "#udp"]) {
  Deno.test({
    name: `one gateway pushes RTSP to another, ${fragment || "over TCP"}`,
    ignore,
    async fn() {
      const path = await clip("avcAac");
      await using origin = await Program.start();
      const push = `${origin.url("rtsp", "live/received")}${fragment}`;
      await using edge = await Program.start({ config: { streams: { "live/sent": { push } } } });
      const allowance = fragment === "#udp" ? OVER_UDP : {};
      const playing = assertPlays(origin, "live/received", path, allowance);
      await origin.seen("reader came", { stream: "live/received" });
      await ffmpegPublish(path, edge.url("rtmp", "live/sent"), { realTime: true }).succeed();
      await playing;
    },
  });
}

for (
  const [offered, fragment] of [
    ["udp,tcp", ""],
    ["udp,tcp", "#tcp"],
    ["udp,tcp", "#http"],
    ["tcp", ""],
  ] as const
) {
  Deno.test({
    name: `pulls from GStreamer's RTSP server: it has ${offered}, asked ${fragment || "for any"}`,
    ignore: ignore || !hasClient("gstRtspServer"),
    async fn() {
      // Its sender reports take the time when a picture is sent for the one when it is shown.
      const path = await clip("avcAacInOrder");
      await using server = await GstRtspServer.start(gstFile(path), { transports: offered });
      const source = `${server.url}${fragment}`;
      await using program = await Program.start({
        config: { streams: { "edge/cam1": { source, onDemand: true } } },
      });
      await assertPlays(program, "edge/cam1", path);
    },
  });
}
