import { avBare, avCopy, type AvFormat } from "../e2e/av.ts";
import { bareFramesOf } from "../e2e/bare_frames.ts";
import type { Client } from "../e2e/client.ts";
import { type Frames, readFrames } from "../e2e/frames.ts";
import type { Session } from "../e2e/players.ts";
import type { Program } from "../e2e/program.ts";
import { dashFrames, DashSession } from "../e2e/dash_session.ts";
import { ffmpegPublish } from "../e2e/publish.ts";
import { WebSocketSession } from "../e2e/web_socket_session.ts";
import { WhepSession } from "../e2e/whep_session.ts";
import { WhipPush } from "../e2e/whip_push.ts";
import { type Family, KEY_INTERVAL, type Material } from "./material.ts";
import { carriedByWebRtc } from "./webrtc.ts";

/** A stream that players may ask for. */
export interface Offer {
  readonly name: string;
  /** Publishes at the speed of the media; absent where the stream begins with its players. */
  readonly publish?: () => Session;
}

/** What is offered, and by which gateway. */
export interface Clip {
  readonly program: Program;
  /** The media directory of the gateway. */
  readonly media: string;
  readonly path: string;
  readonly material: Material;
  /** Of the name, unlike those of all other clips. */
  readonly label: string;
}

/** What a way carries of frames, given what was played, and how many had come in before they settled. */
export type Carries = (frames: Frames, played: Frames, settles: number) => Frames;

/** A way in. */
export interface Ingest {
  readonly name: string;
  /** Whether what comes this way can have the codecs. */
  readonly takes: (material: Material) => boolean;
  readonly offer: (clip: Clip) => Offer | Promise<Offer>;
  /** Frames of sound that the publisher itself may not send at the end. */
  readonly mayLose: number;
  /** Frames of each track before its first report, which may come behind them. */
  readonly settles: number;
  /** What comes this way of what is sent; absent where it is all. */
  readonly carries?: Carries;
}

/** A way out. */
export interface Egress {
  readonly name: string;
  readonly family: Family;
  /** Frames of each track that do not have their own times yet; absent where there are none. */
  readonly settles?: number;
  /** What goes this way of what is there; absent where it is all. */
  readonly carries?: Carries;
  readonly play: (program: Program, name: string, file: string) => Session;
  readonly frames: (file: string) => Promise<Frames>;
}

/** Seconds that a player over HTTP may wait for its publisher. */
const WAIT = "?wait=60";

/** A way in by which a client publishes. */
function published(
  family: Family,
  publish: (clip: Clip, name: string) => Session,
): Pick<Ingest, "takes" | "offer"> {
  return {
    takes: ({ sent }) => sent[family] !== undefined,
    offer: (clip) => {
      const name = `matrix/${clip.label}`;
      return { name, publish: () => publish(clip, name) };
    },
  };
}

const rtsp = (transport: "tcp" | "udp"): Ingest => ({
  name: `RTSP/${transport.toUpperCase()}`,
  ...published(
    "rtp",
    ({ program, path }, name) =>
      avCopy(path, "rtsp", program.url("rtsp", name), { realTime: true, rtsp: transport }),
  ),
  // FFmpeg fills packets with several frames, and forgets those of the last.
  mayLose: 10,
  settles: transport === "udp" ? 10 : 0,
});

function publishFlv({ path, material }: Clip, url: string): Client {
  const options = { realTime: true };
  return material.sent.flv === "ffmpeg"
    ? ffmpegPublish(path, url, options)
    : avCopy(path, "flv", url, options);
}

const push = (family: "ts" | "mp4", format: AvFormat): Ingest => ({
  name: `HTTP push of .${family}`,
  ...published(
    family,
    ({ program, path }, name) =>
      avCopy(path, format, program.url("http", `${name}.${family}`), { realTime: true }),
  ),
  mayLose: 0,
  settles: 0,
});

/** Pictures that were there before the path was get times that are next to each other. */
const OVER_WEBRTC = { settles: KEY_INTERVAL, carries: carriedByWebRtc } as const;

export const INGESTS: readonly Ingest[] = [
  {
    name: "RTMP",
    ...published("flv", (clip, name) => publishFlv(clip, clip.program.url("rtmp", name))),
    mayLose: 0,
    settles: 0,
  },
  rtsp("tcp"),
  rtsp("udp"),
  {
    name: "HTTP push of .flv",
    ...published(
      "flv",
      (clip, name) => publishFlv(clip, clip.program.url("http", `${name}.flv`)),
    ),
    mayLose: 0,
    settles: 0,
  },
  {
    name: "WHIP",
    ...published(
      "rtp",
      ({ program, path }, name) =>
        new WhipPush(path, program.url("http", `${name}/whip`).replace("http", "whip")),
    ),
    takes: ({ sent, received }) => sent.rtp !== undefined && received.includes("webrtc"),
    mayLose: 10, // as over RTSP, which is the way to whoever pushes
    ...OVER_WEBRTC,
  },
  push("ts", "mpegts"),
  push("mp4", "mp4"),
  {
    name: "A file",
    takes: ({ type }) => type === "mkv",
    async offer({ media, path, label }) {
      const file = `${label}.mkv`;
      await Deno.copyFile(path, `${media}/${file}`);
      return { name: `media/${file}` };
    },
    mayLose: 0,
    settles: 0,
  },
];

const segmented = (name: string, family: Family, entry: string): Egress => ({
  name,
  family,
  play: (program, stream, file) => avBare(program.url("http", `${stream}/${entry}${WAIT}`), file),
  frames: readFrames,
});

export const EGRESSES: readonly Egress[] = [
  {
    name: "RTMP",
    family: "flv",
    play: (program, name, file) => avBare(program.url("rtmp", name), file),
    frames: readFrames,
  },
  {
    name: "FLV",
    family: "flv",
    play: (program, name, file) => avBare(program.url("http", `${name}.flv${WAIT}`), file),
    frames: readFrames,
  },
  ...(["ts", "mp4"] as const).map((family): Egress => ({
    name: `.${family}`,
    family,
    play: (program, name, file) => avBare(program.url("http", `${name}.${family}${WAIT}`), file),
    frames: readFrames,
  })),
  segmented("HLS of fragmented MP4", "mp4", "index.m3u8"),
  segmented("HLS of MPEG-TS", "ts", "ts.m3u8"),
  {
    name: "DASH",
    family: "mp4",
    play: (program, name, file) =>
      new DashSession(program.url("http", `${name}/manifest.mpd${WAIT}`), file),
    frames: dashFrames,
  },
  {
    name: "FLV over WebSocket",
    family: "flv",
    play: (program, name, file) =>
      new WebSocketSession(program.url("ws", `${name}.flv${WAIT}`), file),
    frames: bareFramesOf,
  },
  ...(["tcp", "udp"] as const).map((transport): Egress => ({
    name: `RTSP/${transport.toUpperCase()}`,
    family: "rtp",
    play: (program, name, file) => avBare(program.url("rtsp", name), file, { rtsp: transport }),
    frames: readFrames,
  })),
  {
    name: "WHEP",
    family: "webrtc",
    play: (program, name, file) => new WhepSession(program, name, file),
    frames: readFrames,
    ...OVER_WEBRTC,
  },
];
