import { bareFramesOf } from "./bare_frames.ts";
import { Client } from "./client.ts";
import type { Frames } from "./frames.ts";
import type { RtspPlayer } from "./rtsp_players.ts";

/** A folder with programs that are built with live555, as `live555_root.sh` makes it. */
const ROOT = Deno.env.get("SLUICE_LIVE555_ROOT");

/** Whether the players here can be run: `chroot` is for root. */
export const hasLive555 = ROOT !== undefined && Deno.uid() === 0;

/** Starts VLC of that folder without a window, as a user that it accepts. */
function vlc(args: readonly string[]): Client {
  const words = ["--userspec=nobody", ROOT ?? "/", "/usr/bin/vlc", "-I", "dummy", "-q", ...args];
  return Client.start("chroot", words, { env: { HOME: "/tmp" } });
}

/** What VLC wrote into its `/tmp`, which is gone then. */
async function taken(name: string): Promise<Frames> {
  const path = `${ROOT}/tmp/${name}`;
  try {
    return await bareFramesOf(path);
  } finally {
    await Deno.remove(path);
  }
}

/** The name of a file for an absolute path that a test wants written. */
function nameOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}

/** VLC with live555; `args` say which way packets travel. */
export function vlcRtsp(way: string, args: readonly string[]): RtspPlayer {
  return {
    name: `VLC ${way}`,
    start: (url, file) =>
      vlc([
        ...["--no-interact", "--play-and-exit", ...args, url],
        `--sout=#std{access=file,mux=avformat{mux=matroska},dst=/tmp/${nameOf(file)}}`,
      ]),
    frames: (file) => taken(nameOf(file)),
  };
}
