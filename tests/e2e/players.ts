import { type ClientName, hasClient } from "../../scripts/real_clients.ts";
import { avCopy, framesOf } from "./av.ts";
import { Client } from "./client.ts";
import { type Frames, readFrames } from "./frames.ts";
import type { Program } from "./program.ts";
import type { Scratch } from "./scratch.ts";
import { WebSocketSession } from "./web_socket_session.ts";
import { vlc } from "./vlc.ts";

/** A client at work. */
export interface Session extends AsyncDisposable {
  /** Waits for a good end. @throws when the client failed. */
  succeed(): Promise<unknown>;
}

/** A client that plays a stream whole, into a file from which the frames can be told. */
export interface Player {
  readonly name: string;
  readonly scheme: "rtmp" | "http" | "ws";
  /** What the machine has to have. */
  readonly client?: ClientName;
  readonly start: (url: string, file: string) => Session;
  readonly frames: (file: string) => Promise<Frames>;
  /** Frames that the client itself may lose at the end of a stream. */
  readonly mayLose?: number;
}

/** One player on one stream. */
export interface Playing extends AsyncDisposable {
  readonly player: Player;
  readonly session: Session;
  /** What it got, once it has ended. Waits for a good end. @throws when the client failed. */
  frames(): Promise<Frames>;
}

const FFMPEG_PLAYER = {
  client: "ffmpeg",
  start: (url: string, file: string) =>
    Client.start("ffmpeg", ["-v", "error", "-i", url, "-c", "copy", "-f", "framemd5", file]),
  frames: readFrames,
} as const;

const AV_PLAYER = {
  start: (url: string, file: string) => avCopy(url, "framemd5", file),
  frames: readFrames,
} as const;

export const ffmpegRtmp: Player = { name: "ffmpeg over RTMP", scheme: "rtmp", ...FFMPEG_PLAYER };
export const ffmpegHttp: Player = { name: "ffmpeg over HTTP", scheme: "http", ...FFMPEG_PLAYER };

/** Current FFmpeg, which says in its connect that it takes enhanced codecs. */
export const avRtmp: Player = { name: "FFmpeg 8 over RTMP", scheme: "rtmp", ...AV_PLAYER };
export const avHttp: Player = { name: "FFmpeg 8 over HTTP", scheme: "http", ...AV_PLAYER };

export const rtmpdump: Player = {
  name: "rtmpdump",
  scheme: "rtmp",
  client: "rtmpdump",
  start: (url, file) => Client.start("rtmpdump", ["--quiet", "--live", "-r", url, "-o", file]),
  frames: framesOf,
};

export const gstreamer: Player = {
  name: "GStreamer rtmp2src",
  scheme: "rtmp",
  client: "gstreamer",
  start: (url, file) =>
    Client.start("gst-launch-1.0", [
      ...["-q", "rtmp2src", `location=${url}`, "!", "filesink", `location=${file}`],
    ]),
  frames: framesOf,
  // At Stream EOF rtmp2src forgets the message that it has not yet handed on.
  mayLose: 1,
};

const VLC_PLAYER = {
  client: "vlc",
  start: (url: string, file: string) => vlc(url, ["--demux", "dump", "--demuxdump-file", file]),
  frames: framesOf,
} as const;

export const vlcRtmp: Player = { name: "VLC over RTMP", scheme: "rtmp", ...VLC_PLAYER };
export const vlcHttp: Player = { name: "VLC over HTTP", scheme: "http", ...VLC_PLAYER };

/** What a player in a web page does: live FLV over a WebSocket. */
export const webSocket: Player = {
  name: "WebSocket",
  scheme: "ws",
  start: (url, file) => new WebSocketSession(url, file),
  frames: framesOf,
};

/** Players that give the bytes of the stream as they were. */
export const EXACT_PLAYERS: readonly Player[] = [
  ffmpegRtmp,
  ffmpegHttp,
  avRtmp,
  avHttp,
  rtmpdump,
  gstreamer,
  vlcRtmp,
  vlcHttp,
  webSocket,
];

/** Seconds that a player over HTTP may wait for the publisher of a test. */
const WAIT_SECONDS = 30;

/** Starts a player on stream `name`. */
export function play(player: Player, program: Program, name: string, scratch: Scratch): Playing {
  const file = scratch.file();
  const session = player.start(playUrl(program, player.scheme, name), file);
  return {
    player,
    session,
    async frames() {
      await session.succeed();
      return await player.frames(file);
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

function playUrl(program: Program, scheme: Player["scheme"], name: string): string {
  return scheme === "rtmp"
    ? program.url("rtmp", name)
    : program.url(scheme, `${name}.flv?wait=${WAIT_SECONDS}`);
}

/** Whether a player can run on this machine. */
export function canRun({ client }: Player): boolean {
  return client === undefined || hasClient(client);
}
