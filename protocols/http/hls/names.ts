/**
 * Names of what a stream is cut into: the last segment of their URLs, beside the playlist.
 *
 * @module
 */

/** One thing to fetch. */
export type Resource =
  | { readonly type: "playlist"; readonly rendition: string }
  | { readonly type: "init"; readonly rendition: string; readonly sequence: number }
  | { readonly type: "segment"; readonly rendition: string; readonly sequence: number }
  | {
    readonly type: "part";
    readonly rendition: string;
    readonly sequence: number;
    readonly part: number;
  };

const PLAYLIST = /^([a-z]+\d*)\.m3u8$/;
const MEDIA = /^([a-z]+\d*)_(\d{1,15})(?:\.(init|\d{1,6}))?\.(?:m4s|ts)$/;

export function playlistName(rendition: string): string {
  return `${rendition}.m3u8`;
}

/** `video1_7.init.m4s`: the header of segment 7 and those after it. */
export function initName(rendition: string, sequence: number, extension: string): string {
  return `${rendition}_${sequence}.init.${extension}`;
}

/** `video1_7.m4s`; the number may be what stands for one. */
export function segmentName(
  rendition: string,
  sequence: number | "$Number$",
  extension: string,
): string {
  return `${rendition}_${sequence}.${extension}`;
}

/** `video1_7.2.m4s`: the third part of segment 7. */
export function partName(
  rendition: string,
  sequence: number,
  part: number,
  extension: string,
): string {
  return `${rendition}_${sequence}.${part}.${extension}`;
}

/** What a name stands for; undefined when it is none of ours. */
export function parseName(name: string): Resource | undefined {
  const [, playlist] = PLAYLIST.exec(name) ?? [];
  if (playlist !== undefined) return { type: "playlist", rendition: playlist };
  const [, rendition, number, detail] = MEDIA.exec(name) ?? [];
  if (rendition === undefined) return undefined;
  const sequence = Number(number);
  if (detail === undefined) return { type: "segment", rendition, sequence };
  if (detail === "init") return { type: "init", rendition, sequence };
  return { type: "part", rendition, sequence, part: Number(detail) };
}
