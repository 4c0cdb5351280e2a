import { type ClientName, hasClient } from "../../scripts/real_clients.ts";
import { avBare, type RtspTransport } from "./av.ts";
import { type Allowance, bareFramesOf } from "./bare_frames.ts";
import { Client } from "./client.ts";
import { type Frames, readFrames } from "./frames.ts";
import { GstRtsp } from "./gst_rtsp.ts";
import type { Playing, Session } from "./players.ts";
import type { Program } from "./program.ts";
import type { Scratch } from "./scratch.ts";

/** A client that plays H.264 and AAC over RTSP into a file from which the bare frames can be told. */
export interface RtspPlayer {
  readonly name: string;
  readonly client?: ClientName;
  readonly start: (url: string, file: string) => Session;
  readonly frames: (file: string) => Promise<Frames>;
  readonly allowance?: Allowance;
}

/** As `av_bare.ts` does it. */
const BARE_H264 = ["-bsf:v", "h264_mp4toannexb,filter_units=remove_types=7-9"];

export function ffmpeg(transport: RtspTransport | "udp_multicast"): RtspPlayer {
  return {
    name: `ffmpeg over ${transport}`,
    client: "ffmpeg",
    start: (url, file) =>
      Client.start("ffmpeg", [
        ...["-v", "error", "-rtsp_transport", transport, "-i", url, "-c", "copy", ...BARE_H264],
        ...["-f", "framemd5", file],
      ]),
    frames: readFrames,
  };
}

/** FFmpeg 8, which takes every codec. */
export function av(rtsp: RtspTransport): RtspPlayer {
  return {
    name: `FFmpeg 8 over RTSP/${rtsp}`,
    start: (url, file) => avBare(url, file, { rtsp }),
    frames: readFrames,
  };
}

/** @param scheme GStreamer's own, which says how packets travel: over TCP, or through HTTP. */
export function gstreamer(scheme: "rtspt" | "rtsph" | "rtspu"): RtspPlayer {
  return {
    name: `GStreamer ${scheme}`,
    client: "gstreamer",
    start: (url, file) =>
      new GstRtsp([
        ...["rtspsrc", `location=${url.replace("rtsp", scheme)}`, "name=in"],
        // Times as they are sent, and not as they arrive.
        ...["buffer-mode=synced"],
        ...["in.", "!", "rtph264depay", "!", "h264parse", "!", "queue", "!", "mux."],
        ...["in.", "!", "rtpmp4gdepay", "!", "aacparse", "!", "queue", "!", "mux."],
        ...["matroskamux", "name=mux", "!", "filesink", `location=${file}`],
      ]),
    frames: bareFramesOf,
    // For up to a second it hands on what comes before it has compared reports of both tracks.
    allowance: { settles: 25 },
  };
}

/** Players over every way that packets can travel. */
export const RTSP_PLAYERS: readonly RtspPlayer[] = [
  ...(["tcp", "udp", "http"] as const).map(ffmpeg),
  ...(["tcp", "udp"] as const).map(av),
  ...(["rtspt", "rtspu", "rtsph"] as const).map(gstreamer),
];

/** Starts a player on stream `name`. */
export function playRtsp(
  player: RtspPlayer,
  program: Program,
  name: string,
  scratch: Scratch,
): Omit<Playing, "player"> {
  const file = scratch.file();
  const session = player.start(program.url("rtsp", name), file);
  return {
    session,
    async frames() {
      await session.succeed();
      return await player.frames(file);
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** A client that publishes H.264 and AAC over RTSP. */
export interface RtspPublisher {
  readonly name: string;
  readonly client: ClientName;
  readonly start: (path: string, url: string) => Session;
  readonly allowance: Allowance;
}

/** Publishes a file with FFmpeg at its own speed. */
export function ffmpegRecord(
  path: string,
  url: string,
  { rtsp, loop = 0 }: { readonly rtsp: RtspTransport; readonly loop?: number },
): Client {
  return Client.start("ffmpeg", [
    ...["-v", "error", "-readrate", "1", "-stream_loop", `${loop}`, "-i", path, "-c", "copy"],
    ...["-rtsp_transport", rtsp, "-f", "rtsp", url],
  ]);
}

/** FFmpeg sends several frames of AAC in a packet, and forgets the last, unfilled one. */
export const FFMPEG_LOSES = { mayLose: { audio: 10 } };

/**
 * GStreamer closes the connection while its queues still hold something. Its first reports come after
 * two seconds: the clip is over before sound and picture have been moved together.
 */
const GSTREAMER_LOSES = { mayLose: { audio: 6, video: 3 }, settles: Infinity };

/** GStreamer's sink blocks for ever in a tenth of all cases, whatever it is answered. */
const GSTREAMER_LIMIT_MS = 9000;

export const RTSP_PUBLISHERS: readonly RtspPublisher[] = (["tcp", "udp"] as const).flatMap(
  (rtsp) =>
    [
      {
        name: `ffmpeg over ${rtsp}`,
        client: "ffmpeg",
        start: (path, url) => ffmpegRecord(path, url, { rtsp }),
        allowance: FFMPEG_LOSES,
      },
      {
        name: `GStreamer over ${rtsp}`,
        client: "gstreamer",
        start: (path, url) =>
          new GstRtsp([
            ...["filesrc", `location=${path}`, "!", "flvdemux", "name=in"],
            ...["in.video", "!", "queue", "!", "h264parse", "!", "out.sink_0"],
            ...["in.audio", "!", "queue", "!", "aacparse", "!", "out.sink_1"],
            ...["rtspclientsink", "name=out", `location=${url}`, `protocols=${rtsp}`],
          ], { limitMs: GSTREAMER_LIMIT_MS }),
        allowance: GSTREAMER_LOSES,
      },
    ] satisfies RtspPublisher[],
);

/** Whether a client is on this machine. */
export function isHere({ client }: { readonly client?: ClientName }): boolean {
  return client === undefined || hasClient(client);
}
