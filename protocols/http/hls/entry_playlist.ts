import type { MultivariantPlaylist } from "../../_formats/m3u8/playlist.ts";

/**
 * The same playlist for one viewer: the playlists that it names are asked for with the name of the
 * session, and with the query that the viewer came with, by which it is let in again should the session
 * be over, or its address another one.
 */
export function forSession(
  playlist: MultivariantPlaylist,
  session: string,
  query: string,
): MultivariantPlaylist {
  const suffix = `?session=${session}${query === "" ? "" : `&${query}`}`;
  return {
    ...playlist,
    variants: playlist.variants.map((variant) => ({ ...variant, uri: variant.uri + suffix })),
    renditions: playlist.renditions.map((rendition) =>
      rendition.uri === undefined ? rendition : { ...rendition, uri: rendition.uri + suffix }
    ),
  };
}
