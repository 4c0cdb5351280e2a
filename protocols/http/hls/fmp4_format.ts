import type { Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { type Mp4Track, mp4Tracks } from "../../_formats/mp4/carriage.ts";
import { type Fragment, Fragmenter } from "../../_formats/mp4/fragmenter.ts";
import { initSegment } from "../../_formats/mp4/init_segment.ts";
import {
  ORIGIN,
  type Piece,
  type PieceOptions,
  type RenditionTracks,
  type SegmentFormat,
  type SegmentWriter,
} from "./format.ts";

/**
 * Fragmented MP4 (CMAF) with one track per rendition: what DASH wants, and HLS takes as groups of
 * audio renditions, so that both share every byte.
 */
export const FMP4_FORMAT: SegmentFormat = {
  label: "fragmented MP4",
  mediaType: "video/mp4",
  extension: "m4s",
  hasInit: true,
  hasParts: true,
  renditions(tracks: readonly Track[]): readonly RenditionTracks[] {
    const carried = mp4Tracks(tracks);
    // One picture at a time: players would take other videos for other qualities of the first.
    const video = carried.filter(({ kind }) => kind === "video").slice(0, 1);
    const audio = carried.filter(({ kind }) => kind === "audio");
    return [...video, ...audio].map((track) => (
      { id: `${track.kind}${track.id}`, tracks: [track] }
    ));
  },
  open: ({ tracks: [lead] }) => new Fmp4Writer(lead),
};

class Fmp4Writer implements SegmentWriter {
  readonly #track: Mp4Track | undefined;
  readonly #fragmenter: Fragmenter;
  #init: Uint8Array<ArrayBuffer> | undefined;

  constructor(track: Track) {
    const tracks = mp4Tracks([track]);
    this.#track = tracks[0];
    this.#fragmenter = new Fragmenter(tracks, { origin: ORIGIN });
  }

  get init(): Uint8Array<ArrayBuffer> | undefined {
    return this.#init;
  }

  add(unit: Unit): void {
    if (this.#init === undefined && this.#track !== undefined) {
      this.#init = initSegment([this.#track], new Map([[this.#track.id, unit]]));
    }
    this.#fragmenter.add(unit);
  }

  take(options: PieceOptions): Piece | undefined {
    return toPiece(this.#fragmenter.take(options));
  }

  flush(options: PieceOptions): Piece | undefined {
    return toPiece(this.#fragmenter.flush(options));
  }
}

function toPiece(fragment: Fragment | undefined): Piece | undefined {
  const [track] = fragment?.tracks ?? [];
  if (fragment === undefined || track === undefined) return undefined;
  const { bytes, isIndependent } = fragment;
  return { bytes, isIndependent, start: track.start, duration: track.duration };
}
