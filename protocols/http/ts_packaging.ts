import type { Description, Track } from "../../registry/media/track.ts";
import { decodingMs, type Unit } from "../../registry/media/unit.ts";
import type { Packager, Packaging } from "../../registry/packaging.ts";
import type { MediaBatch } from "../../registry/reader.ts";
import { tsCarries } from "../_formats/mpegts/carriage.ts";
import { TsMuxer } from "../_formats/mpegts/muxer.ts";
import { emptyItem, type LiveItem, type LiveOpening } from "./packaged_viewer.ts";

/**
 * Audio that waits for the next picture, or for more, to share PES packets with, in milliseconds: a
 * frame alone fills its last packet of 188 bytes up with nothing.
 */
const RIDING_MS = 80;

/** Streams as MPEG-TS: one transport stream, with its counters and its clock, for all viewers. */
export class TsPackaging implements Packaging<LiveItem> {
  open(): Packager<LiveItem> {
    return new TsPackager();
  }
}

/** What goes out under one description. */
interface Program {
  readonly muxer: TsMuxer;
  /** The track at whose key units a viewer can begin; none where there is only audio. */
  readonly lead: Track | undefined;
  readonly opening: LiveOpening;
}

class TsPackager implements Packager<LiveItem> {
  #description: Description | undefined;
  #program: Program | undefined;
  #waiting: Unit[] = [];

  package({ description, units }: MediaBatch): readonly LiveItem[] {
    const last = description === this.#description ? [] : this.#describe(description);
    const program = this.#program;
    if (program === undefined) return [...last, emptyItem(description)];
    return [...last, ...units.flatMap((unit) => this.#add(unit, program))];
  }

  finish(): readonly LiveItem[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return this.#program === undefined ? [] : itemsOf(waiting, this.#program);
  }

  /** A change goes on in the same transport stream, with other tables. */
  #describe(description: Description): readonly LiveItem[] {
    const last = this.finish();
    const tracks = description.tracks.filter(tsCarries);
    this.#description = description;
    this.#program = tracks.length === 0
      ? undefined
      : programOf(description, tracks, this.#program?.muxer);
    return last;
  }

  #add(unit: Unit, program: Program): readonly LiveItem[] {
    if (unit.track.id === program.lead?.id) return [...this.finish(), ...itemsOf([unit], program)];
    const [first = unit] = this.#waiting;
    this.#waiting.push(unit);
    return decodingMs(unit) - decodingMs(first) >= RIDING_MS ? this.finish() : [];
  }
}

function programOf(
  description: Description,
  tracks: readonly Track[],
  previous: TsMuxer | undefined,
): Program {
  const lead = tracks.find(({ kind }) => kind === "video");
  const muxer = new TsMuxer(description, previous);
  // Before key pictures the muxer itself puts them.
  const pieces = lead === undefined ? [muxer.tables()] : [];
  return { muxer, lead, opening: { description, carries: true, pieces } };
}

/** The packets of units that go out together: one item, or none of what is not carried. */
function itemsOf(units: readonly Unit[], { muxer, lead, opening }: Program): readonly LiveItem[] {
  const [first] = units;
  const data = muxer.write(units);
  if (first === undefined || data.byteLength === 0) return [];
  const isLead = first.track.id === lead?.id;
  return [{
    data,
    opening,
    bytes: data.byteLength,
    time: decodingMs(first),
    isKey: lead === undefined || (isLead && first.isKey),
    rides: lead !== undefined && !isLead,
  }];
}
