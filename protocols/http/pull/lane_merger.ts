import type { Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import type { Demuxer, DemuxEvent } from "../../_formats/demux/events.ts";

/** Ids of tracks of one lane; those of MP4 and PIDs of streams that are read stay below. */
const IDS_PER_LANE = 1 << 16;

/** Units that wait for the tracks of other lanes: some seconds of pictures and sounds. */
const MAX_HELD = 4096;

/** Where one of several demuxers gives its events. */
export interface Lane {
  /** What reads the lane from now on: asked for what it holds back. */
  use(demuxer: Demuxer): void;
  /** What the demuxer gave, as events of the whole. */
  merge(events: readonly DemuxEvent[]): readonly DemuxEvent[];
}

/**
 * Video and audio that come apart, as one stream: its description has the tracks of every lane, with
 * ids of their own, and its first waits until each lane has told its tracks.
 */
export class LaneMerger implements Pick<Demuxer, "isHolding" | "flush"> {
  readonly #lanes: MergedLane[] = [];
  #held: DemuxEvent[] = [];
  #isWhole = false;

  open(): Lane {
    const lane = new MergedLane(this.#lanes.length * IDS_PER_LANE, (events) => this.#take(events));
    this.#lanes.push(lane);
    return lane;
  }

  get isHolding(): boolean {
    return this.#held.length > 0 || this.#lanes.some(({ demuxer }) => demuxer?.isHolding === true);
  }

  /** While tracks are awaited, ends only that; otherwise gives the last of every lane. */
  flush(): readonly DemuxEvent[] {
    const waiting = this.#lanes.filter(({ demuxer }) => demuxer?.isHolding === true);
    const lanes = this.isHolding ? waiting : this.#lanes;
    const flushed = lanes.flatMap((lane) => lane.flush());
    return this.#held.length > 0 ? [...flushed, ...this.#release()] : flushed;
  }

  #take(events: readonly DemuxEvent[]): readonly DemuxEvent[] {
    const merged = events.map((event) => event.type === "description" ? this.#describe() : event);
    if (this.#isWhole) return merged;
    this.#held.push(...merged.filter(({ type }) => type !== "description"));
    const isComplete = this.#lanes.every(({ tracks }) => tracks.length > 0);
    return isComplete || this.#held.length > MAX_HELD ? this.#release() : [];
  }

  #release(): readonly DemuxEvent[] {
    this.#isWhole = true;
    const held = this.#held;
    this.#held = [];
    return [this.#describe(), ...held];
  }

  #describe(): DemuxEvent {
    const tracks = this.#lanes.flatMap((lane) => lane.tracks);
    return { type: "description", description: { tracks, metadata: {} } };
  }
}

class MergedLane implements Lane {
  readonly #firstId: number;
  readonly #take: (events: readonly DemuxEvent[]) => readonly DemuxEvent[];
  /** By the track of the demuxer. */
  #byOwn = new Map<Track, Track>();
  demuxer: Demuxer | undefined;

  constructor(
    firstId: number,
    take: (events: readonly DemuxEvent[]) => readonly DemuxEvent[],
  ) {
    this.#firstId = firstId;
    this.#take = take;
  }

  get tracks(): readonly Track[] {
    return [...this.#byOwn.values()];
  }

  use(demuxer: Demuxer): void {
    this.demuxer = demuxer;
  }

  flush(): readonly DemuxEvent[] {
    return this.merge(this.demuxer?.flush() ?? []);
  }

  merge(events: readonly DemuxEvent[]): readonly DemuxEvent[] {
    return this.#take(events.map((event) => this.#translate(event)));
  }

  #translate(event: DemuxEvent): DemuxEvent {
    if (event.type === "unit") return { type: "unit", unit: this.#unit(event.unit) };
    if (event.type !== "description") return event;
    this.#byOwn = new Map(event.description.tracks.map((track) => [track, this.#track(track)]));
    return event;
  }

  #unit(unit: Unit): Unit {
    const track = this.#byOwn.get(unit.track) ?? this.#track(unit.track);
    return track === unit.track ? unit : { ...unit, track };
  }

  #track(track: Track): Track {
    return this.#firstId === 0 ? track : { ...track, id: this.#firstId + track.id };
  }
}
