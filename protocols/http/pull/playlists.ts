import { MAX_PLAYLIST_BYTES } from "../../_formats/m3u8/lines.ts";
import { parsePlaylist } from "../../_formats/m3u8/parser.ts";
import type { MediaPlaylist } from "../../_formats/m3u8/playlist.ts";
import { joinBytes } from "../../_formats/join.ts";
import type { HttpClient, HttpReply } from "./client.ts";
import { HttpPullError } from "./errors.ts";

/** A media playlist, and where it is. */
export interface LocatedPlaylist {
  readonly url: URL;
  readonly playlist: MediaPlaylist;
}

/** Fetches a media playlist. @throws {HttpPullError} @throws {M3u8Error} */
export async function loadMedia(client: HttpClient, url: URL): Promise<LocatedPlaylist> {
  const reply = await client.get(url);
  const playlist = parsePlaylist(await readAll(reply));
  if (playlist.type === "media") return { url: reply.url, playlist };
  throw new HttpPullError(url, "a variant is a list of variants itself");
}

/** All of a playlist. @throws {HttpPullError} it is too large. */
export async function readAll(
  { body, url }: HttpReply,
  head: Uint8Array = new Uint8Array(0),
): Promise<Uint8Array> {
  const parts = [head];
  let size = head.byteLength;
  for (;;) {
    const bytes = await body.read();
    if (bytes === undefined) return joinBytes(parts);
    parts.push(bytes);
    size += bytes.byteLength;
    if (size <= MAX_PLAYLIST_BYTES) continue;
    body.cancel();
    throw new HttpPullError(url, `its playlist has more than ${MAX_PLAYLIST_BYTES} bytes`);
  }
}
