import { Client } from "./client.ts";

/** Whoever may not read or write the folders of the tests: VLC refuses to run as root. */
const NOBODY = ["runuser", "-u", "nobody", "--", "env", "HOME=/tmp"];

/** Starts VLC without a window on `url`, until the stream ends. What it writes has to be writable for all. */
export function vlc(url: string, args: readonly string[]): Client {
  const words = ["cvlc", "-q", "--play-and-exit", "--no-interact", url, ...args];
  const [program = "", ...rest] = Deno.uid() === 0 ? [...NOBODY, ...words] : words;
  return Client.start(program, rest);
}
