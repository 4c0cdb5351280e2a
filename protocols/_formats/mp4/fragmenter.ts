import type { Unit } from "../../../registry/media/unit.ts";
import type { Mp4Track } from "./carriage.ts";
import { fragment, type Mp4Run, type Mp4Sample } from "./fragment.ts";
import { SampleQueue } from "./sample_queue.ts";

/** How a {@linkcode Fragmenter} begins. */
export interface FragmenterOptions {
  /**
   * What becomes time 0, in ticks of 90 kHz; 0 by default. A caller whose units may have negative
   * times gives one that is not later than any of them; units before it are left out.
   */
  readonly origin?: number;
  /** Sequence number of the first fragment; 1 by default. */
  readonly sequence?: number;
}

/** What a fragment has of one track. */
export interface FragmentTrack {
  readonly track: Mp4Track;
  /** Decoding time of its first sample, and the sum of its durations, in ticks of the track. */
  readonly start: number;
  readonly duration: number;
}

/** A fragment, and what playlists say of it. */
export interface Fragment {
  /** `moof` and `mdat`, shared by all who are sent them. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /**
   * Whether players can start with it: it begins with a key picture of the first video track. Where
   * there is no video they always can.
   */
  readonly isIndependent: boolean;
  readonly tracks: readonly FragmentTrack[];
}

/** A track under way. */
interface Lane {
  readonly track: Mp4Track;
  readonly queue: SampleQueue;
  /** Divided at gaps; the last one is open. */
  runs: Mp4Sample[][];
}

/**
 * Cuts units into fragments where the caller wants it. Each fragment of a track begins where the one
 * before it ended, to the tick, gaps aside (see `sample_queue.ts`).
 *
 * The newest unit of every track waits for the next one. So, to end a segment before a key picture,
 * one adds that picture and then takes the fragment: it ends with the picture before.
 *
 * Where tracks change so that they need another header (`sameInit`), one flushes, and begins again.
 */
export class Fragmenter {
  readonly #lanes: ReadonlyMap<number, Lane>;
  /** The first video track. */
  readonly #lead: Lane | undefined;
  #sequence: number;

  constructor(
    tracks: readonly Mp4Track[],
    { origin = 0, sequence = 1 }: FragmenterOptions = {},
  ) {
    this.#sequence = sequence;
    this.#lanes = new Map(tracks.map((track) => {
      return [track.id, { track, queue: new SampleQueue(track, origin), runs: [] }];
    }));
    this.#lead = this.#lanes.values().find(({ track }) => track.kind === "video");
  }

  /** Takes a unit; those of tracks that were not given are passed over. */
  add(unit: Unit): void {
    const lane = this.#lanes.get(unit.track.id);
    const sample = lane?.queue.add(unit);
    if (lane !== undefined && sample !== undefined) append(lane, sample);
  }

  /** Ticks of a track that the next fragment would have, gaps left out. */
  durationOf(trackId: number): number {
    const lane = this.#lanes.get(trackId);
    return lane === undefined ? 0 : durationOf(lane);
  }

  /** All samples that have ended, or undefined when there are none. */
  take({ isSegmentStart = false } = {}): Fragment | undefined {
    const lanes = [...this.#lanes.values()].filter(({ runs }) => runs.length > 0);
    if (lanes.length === 0) return undefined;
    const runs = lanes.flatMap((lane) => runsOf(lane));
    const bytes = fragment({ sequence: this.#sequence, runs, isSegmentStart });
    this.#sequence++;
    const isIndependent = this.#lead === undefined || startsWithKey(this.#lead);
    const tracks = lanes.map((lane) => ({
      track: lane.track,
      start: lane.runs[0]?.[0]?.dts ?? 0,
      duration: durationOf(lane),
    }));
    for (const lane of lanes) lane.runs = [];
    return { bytes, isIndependent, tracks };
  }

  /** As {@linkcode take}, with the units that waited: the tracks end here. */
  flush(options?: { readonly isSegmentStart?: boolean }): Fragment | undefined {
    for (const lane of this.#lanes.values()) {
      const sample = lane.queue.flush();
      if (sample !== undefined) append(lane, sample);
    }
    return this.take(options);
  }
}

function append(lane: Lane, sample: Mp4Sample): void {
  const open = lane.runs.at(-1);
  const last = open?.at(-1);
  const isNext = last !== undefined && last.dts + last.duration === sample.dts;
  if (open !== undefined && isNext) open.push(sample);
  else lane.runs.push([sample]);
}

function runsOf({ track, runs }: Lane): Mp4Run[] {
  return runs.map((samples) => ({ track, samples }));
}

function durationOf({ runs }: Lane): number {
  return runs.reduce((sum, run) => sum + spanOf(run), 0);
}

/** Of samples without a gap between them. */
function spanOf(run: readonly Mp4Sample[]): number {
  const [first, last] = [run.at(0), run.at(-1)];
  return first === undefined || last === undefined ? 0 : last.dts + last.duration - first.dts;
}

function startsWithKey({ runs }: Lane): boolean {
  return runs[0]?.[0]?.unit.isKey === true;
}
