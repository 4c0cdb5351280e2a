import { Client, type ClientOptions } from "./client.ts";
import { type Frames, readFrames } from "./frames.ts";

const program = new URL("av_copy.ts", import.meta.url).pathname;

/** As `scripts/test.ts` has it: what only tests import is locked apart. */
const LOCK = `--lock=${new URL("../deno.lock", import.meta.url).pathname}`;

/** How the copy is paced and placed in time. */
export interface AvCopyOptions extends ClientOptions {
  /** At the speed of the media, as an encoder would send it. */
  readonly realTime?: boolean;
  /** Milliseconds that are added to all timestamps. */
  readonly offset?: number;
}

/** Starts `av_copy.ts`: FFmpeg's current library, which speaks Enhanced RTMP. */
export function avCopy(
  source: string,
  format: "flv" | "framemd5",
  target: string,
  { realTime = false, offset = 0, ...options }: AvCopyOptions = {},
): Client {
  const flags = [...(realTime ? ["--re"] : []), "--offset", `${offset}`];
  return Client.start(
    Deno.execPath(),
    ["run", "-A", LOCK, program, ...flags, source, format, target],
    options,
  );
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
