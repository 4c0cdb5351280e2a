import { rescale } from "../../../registry/media/timebase.ts";
import type { Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { tsCarries } from "../../_formats/mpegts/carriage.ts";
import { TsMuxer } from "../../_formats/mpegts/muxer.ts";
import {
  ORIGIN,
  type Piece,
  type PieceOptions,
  type RenditionTracks,
  type SegmentFormat,
  type SegmentWriter,
} from "./format.ts";
import { MEDIA_TIMESCALE } from "./wall_clock.ts";

/** Id of the rendition that has all tracks. */
export const TS_RENDITION = "ts";

/**
 * MPEG-TS with all tracks in one rendition, for players that know no other HLS: no parts, and no
 * headers but those that every segment begins with.
 */
export const TS_FORMAT: SegmentFormat = {
  label: "MPEG-TS",
  mediaType: "video/mp2t",
  extension: "ts",
  hasInit: false,
  hasParts: false,
  renditions(tracks: readonly Track[]): readonly RenditionTracks[] {
    const carried = tracks.filter(tsCarries);
    const video = carried.filter(({ kind }) => kind === "video").slice(0, 1);
    const [lead, ...others] = [...video, ...carried.filter(({ kind }) => kind === "audio")];
    return lead === undefined ? [] : [{ id: TS_RENDITION, tracks: [lead, ...others] }];
  },
  open: ({ tracks }, previous) => new TsWriter(tracks, previous),
};

class TsWriter implements SegmentWriter {
  readonly init = undefined;
  readonly #lead: Track;
  readonly #muxer: TsMuxer;
  #units: Unit[] = [];

  constructor(tracks: readonly [Track, ...Track[]], previous?: SegmentWriter) {
    this.#lead = tracks[0];
    const before = previous instanceof TsWriter ? previous.#muxer : undefined;
    this.#muxer = new TsMuxer({ tracks, metadata: {} }, before);
  }

  add(unit: Unit): void {
    this.#units.push(unit);
  }

  take(options: PieceOptions): Piece | undefined {
    const newest = this.#units.pop();
    const piece = this.#write(this.#units, newest?.dts, options);
    this.#units = newest === undefined ? [] : [newest];
    return piece;
  }

  flush(options: PieceOptions): Piece | undefined {
    const pictures = this.#units.filter(({ track }) => track.id === this.#lead.id);
    const [last, previous = last] = pictures.toReversed();
    // The last one lasts as long as the one before it.
    const end = last === undefined ? undefined : 2 * last.dts - (previous?.dts ?? last.dts);
    const piece = this.#write(this.#units, end, options);
    this.#units = [];
    return piece;
  }

  #write(
    units: readonly Unit[],
    end: number | undefined,
    { isSegmentStart }: PieceOptions,
  ): Piece | undefined {
    const first = units.find(({ track }) => track.id === this.#lead.id);
    if (first === undefined || end === undefined) return undefined;
    return {
      bytes: this.#packets(units, isSegmentStart),
      isIndependent: first.isKey,
      start: first.dts - rescale(ORIGIN, MEDIA_TIMESCALE, this.#lead.timescale),
      duration: end - first.dts,
    };
  }

  /** Every segment begins with PAT and PMT, which the muxer puts before key pictures by itself. */
  #packets(units: readonly Unit[], isSegmentStart: boolean): Uint8Array<ArrayBuffer> {
    const [first] = units;
    const isAnnounced = first?.track.kind === "video" && first.isKey;
    if (!isSegmentStart || isAnnounced) return this.#muxer.write(units);
    const tables = this.#muxer.tables();
    const packets = this.#muxer.write(units);
    const bytes = new Uint8Array(tables.length + packets.length);
    bytes.set(tables);
    bytes.set(packets, tables.length);
    return bytes;
  }
}
