import { Client, type ClientOptions } from "./client.ts";
import { type Frames, readFrames } from "./frames.ts";

const copyProgram = new URL("av_copy.ts", import.meta.url).pathname;
const bareProgram = new URL("av_bare.ts", import.meta.url).pathname;
const timesProgram = new URL("av_times.ts", import.meta.url).pathname;

/** As `scripts/test.ts` has it: what only tests import is locked apart. */
const LOCK = `--lock=${new URL("../deno.lock", import.meta.url).pathname}`;

/** How packets of RTSP travel. */
export type RtspTransport = "tcp" | "udp" | "udp_multicast" | "http";

/** How the copy is paced and placed in time. */
export interface AvCopyOptions extends ClientOptions {
  /** At the speed of the media, as an encoder would send it. */
  readonly realTime?: boolean;
  /** Milliseconds that are added to all timestamps. */
  readonly offset?: number;
  readonly rtsp?: RtspTransport;
}

/** Muxers of FFmpeg. */
export type AvFormat = "flv" | "framemd5" | "mp4" | "mpegts" | "rtsp" | "whip";

/** Starts `av_copy.ts`: FFmpeg's current library, which speaks Enhanced RTMP. */
export function avCopy(
  source: string,
  format: AvFormat,
  target: string,
  { realTime = false, offset = 0, rtsp, ...options }: AvCopyOptions = {},
): Client {
  const flags = [...(realTime ? ["--re"] : []), "--offset", `${offset}`, ...rtspFlags(rtsp)];
  return run([copyProgram, ...flags, source, format, target], options);
}

/** Starts `av_bare.ts`: lists the bare frames of a URL or file. */
export function avBare(
  source: string,
  listing: string,
  { rtsp, ...options }: ClientOptions & { readonly rtsp?: RtspTransport } = {},
): Client {
  return run([bareProgram, ...rtspFlags(rtsp), source, listing], options);
}

/** Starts `av_times.ts`: prints when the next `count` pictures of an RTSP stream were made. */
export function avTimes(
  source: string,
  count: number,
  { rtsp, ...options }: ClientOptions & { readonly rtsp?: RtspTransport } = {},
): Client {
  return run([timesProgram, ...rtspFlags(rtsp), source, `${count}`], options);
}

function rtspFlags(transport: RtspTransport | undefined): string[] {
  return transport === undefined ? [] : ["--rtsp", transport];
}

function run(words: readonly string[], options: ClientOptions): Client {
  return Client.start(Deno.execPath(), ["run", "-A", LOCK, ...words], options);
}

/** The frames of a media file. */
export async function framesOf(path: string): Promise<Frames> {
  const listing = `${path}.framemd5`;
  await using copy = avCopy(path, "framemd5", listing);
  await copy.succeed();
  try {
    return await readFrames(listing);
  } finally {
    await Deno.remove(listing);
  }
}
