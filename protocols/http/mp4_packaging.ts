import { describeConfig } from "../../registry/media/describe.ts";
import { rescale } from "../../registry/media/timebase.ts";
import type { Description } from "../../registry/media/track.ts";
import { decodingMs, type Unit } from "../../registry/media/unit.ts";
import type { Packager, Packaging } from "../../registry/packaging.ts";
import type { MediaBatch } from "../../registry/reader.ts";
import { type Mp4Track, mp4Tracks } from "../_formats/mp4/carriage.ts";
import { type Fragment, Fragmenter } from "../_formats/mp4/fragmenter.ts";
import { initSegment, sameInit } from "../_formats/mp4/init_segment.ts";
import { emptyItem, type LiveItem, type LiveOpening } from "./packaged_viewer.ts";

/** Ticks per second of `FragmenterOptions.origin`. */
const ORIGIN_TIMESCALE = 90_000;

/** Where the first unit lies, in seconds: tracks that begin a little earlier than it are kept. */
const FIRST_UNIT_SECONDS = 1;

/** Audio that shares a fragment, in seconds: four frames, whose heads would else cost a quarter more. */
const AUDIO_SECONDS = 0.08;

/** Audio that waits for a picture to go out with, in seconds: pictures may stop. */
const RIDING_SECONDS = 0.5;

/** Streams as fragmented MP4: one fragment a picture, with the audio that came before its end. */
export class Mp4Packaging implements Packaging<LiveItem> {
  open(): Packager<LiveItem> {
    return new Mp4Packager();
  }
}

/** Tracks that go out together, from one header to the next. */
interface Movie {
  readonly tracks: readonly Mp4Track[];
  /** The track at whose key units a viewer can begin; none where there is only audio. */
  readonly lead: Mp4Track | undefined;
  readonly fragmenter: Fragmenter;
  /** The first key unit of each track, of which the header tells what configurations do not. */
  readonly firstUnits: Map<number, Unit>;
  /** Made with the first fragment. */
  opening: LiveOpening | undefined;
}

class Mp4Packager implements Packager<LiveItem> {
  #description: Description | undefined;
  #movie: Movie | undefined;
  #origin: number | undefined;
  #sequence = 1;
  /** Milliseconds of the newest unit. */
  #time = 0;

  package({ description, units }: MediaBatch): readonly LiveItem[] {
    const [first] = units;
    if (first === undefined) return [];
    this.#origin ??= originOf(first);
    const last = description === this.#description ? [] : this.#describe(description);
    const movie = this.#movie;
    if (movie === undefined) return [...last, emptyItem(description)];
    return [...last, ...units.flatMap((unit) => this.#add(unit, movie))];
  }

  finish(): readonly LiveItem[] {
    const fragment = this.#movie?.fragmenter.flush();
    return this.#movie && fragment ? [this.#item(fragment, this.#movie)] : [];
  }

  /** Gives what is left of the tracks before, where the new ones need another header. */
  #describe(description: Description): readonly LiveItem[] {
    this.#description = description;
    const tracks = mp4Tracks(description.tracks);
    if (this.#movie !== undefined && sameInit(this.#movie.tracks, tracks)) return [];
    const last = this.finish();
    this.#movie = tracks.length === 0 ? undefined : {
      tracks,
      lead: tracks.find(({ kind }) => kind === "video"),
      fragmenter: new Fragmenter(tracks, {
        origin: this.#origin ?? 0,
        sequence: this.#sequence,
      }),
      firstUnits: new Map(),
      opening: undefined,
    };
    return last;
  }

  #add(unit: Unit, movie: Movie): readonly LiveItem[] {
    const { fragmenter, firstUnits } = movie;
    if (unit.isKey && !firstUnits.has(unit.track.id)) firstUnits.set(unit.track.id, unit);
    fragmenter.add(unit);
    this.#time = decodingMs(unit);
    const fragment = isDue(unit, movie) ? fragmenter.take() : undefined;
    return fragment === undefined ? [] : [this.#item(fragment, movie)];
  }

  #item({ bytes: data, isIndependent, tracks }: Fragment, movie: Movie): LiveItem {
    this.#sequence++;
    const { lead } = movie;
    const hasLead = tracks.some(({ track }) => track.id === lead?.id);
    return {
      data,
      opening: movie.opening ??= openingOf(movie, this.#description),
      bytes: data.byteLength,
      time: this.#time,
      isKey: lead === undefined || (hasLead && isIndependent),
      rides: lead !== undefined && !hasLead,
    };
  }
}

function originOf({ dts, track }: Unit): number {
  return rescale(dts, track.timescale, ORIGIN_TIMESCALE) - FIRST_UNIT_SECONDS * ORIGIN_TIMESCALE;
}

function isDue({ track }: Unit, { lead, fragmenter }: Movie): boolean {
  if (track.id === lead?.id) return true;
  const seconds = lead === undefined ? AUDIO_SECONDS : RIDING_SECONDS;
  return fragmenter.durationOf(track.id) >= seconds * track.timescale;
}

function openingOf(
  { tracks, firstUnits, lead }: Movie,
  description: Description = { tracks, metadata: {} },
): LiveOpening {
  const codecs = tracks.map(({ config, codec }) => describeConfig(config).codecString ?? codec);
  const mime = `${lead === undefined ? "audio" : "video"}/mp4; codecs="${codecs.join(", ")}"`;
  const pieces = [{ type: "init", mime } as const, initSegment(tracks, firstUnits)];
  return { description, carries: true, pieces };
}
