/**
 * What there is to play as text: written once for all who see the same.
 *
 * @module
 */
import { memo } from "../../../registry/packaging.ts";
import { writeMediaPlaylist } from "../../_formats/m3u8/writer.ts";
import { dashManifest } from "./dash_manifest.ts";
import { mediaPlaylist } from "./media_playlist.ts";
import type { Presentation } from "./segmenter.ts";
import { SharedText } from "./text.ts";
import type { RenditionWindow } from "./window.ts";

/** The media playlist of a rendition, in full or as a delta update. */
export const playlistText = memo((presentation: Presentation) => {
  const texts = new Map<string, SharedText>();
  return (window: RenditionWindow, isDelta: boolean): SharedText => {
    const key = `${window.id} ${isDelta}`;
    const known = texts.get(key);
    if (known !== undefined) return known;
    const text = new SharedText(
      writeMediaPlaylist(mediaPlaylist(presentation, window, { isDelta })),
    );
    texts.set(key, text);
    return text;
  };
});

/** The manifest of DASH. It tells the time, in seconds: one a second is written, however many ask. */
export const manifestText = memo((presentation: Presentation) => {
  let newest: { readonly second: number; readonly text: SharedText } | undefined;
  return (second: number): SharedText => {
    if (newest?.second !== second) {
      newest = { second, text: new SharedText(dashManifest(presentation, second * 1000)) };
    }
    return newest.text;
  };
});
