import { Client, type ClientOptions } from "./client.ts";

/** How FFmpeg publishes. */
export interface PublishOptions extends ClientOptions {
  /** At the speed of the media, as an encoder would send it. Default: as fast as it goes. */
  readonly realTime?: boolean;
  /** Times the speed of the media. */
  readonly speed?: number;
  /** Times that the clip is repeated; -1 for ever. */
  readonly loop?: number;
  /** Seconds that are added to all timestamps. */
  readonly offset?: number;
}

/** Publishes the file at `path` with FFmpeg, without encoding it again. */
export function ffmpegPublish(
  path: string,
  url: string,
  { realTime = false, speed = realTime ? 1 : undefined, loop = 0, offset, ...options }:
    PublishOptions = {},
): Client {
  const args = [
    ...["-v", "error", ...(speed === undefined ? [] : ["-readrate", `${speed}`])],
    ...["-stream_loop", `${loop}`, "-i", path],
    ...["-c", "copy", ...(offset === undefined ? [] : ["-output_ts_offset", `${offset}`])],
    ...["-f", "flv", url],
  ];
  return Client.start("ffmpeg", args, options);
}
