import { RecordingError } from "../../../registry/errors.ts";
import { payloadBytes, type Unit } from "../../../registry/media/unit.ts";
import type { Recording } from "../../../registry/recording.ts";
import type { RenditionTracks, SegmentFormat } from "../hls/format.ts";
import type { PlannedSegment } from "./plan.ts";

/** Largest segment, in bytes of payload: half a minute without key picture at 70 Mbit/s. */
export const MAX_SEGMENT_BYTES = 256 << 20;

/**
 * Milliseconds by which tracks of a file may lie apart: a track of which nothing has come when others
 * are that far past the end of the segment has ended.
 */
const MAX_INTERLEAVE_MS = 10_000;

/** Positions that were computed from the same ticks differ by less than any tick, in milliseconds. */
const ROUNDING_MS = 0.005;

/** A segment that was made. */
export interface VodSegment {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What a player reads before it. */
  readonly init: Uint8Array<ArrayBuffer> | undefined;
}

/** What is made of which recording. */
export interface SegmentOrder {
  /** Name of the recording. */
  readonly name: string;
  readonly recording: Recording;
  readonly rendition: RenditionTracks;
  readonly format: SegmentFormat;
}

/**
 * Makes one segment of a recording: the pictures that are decoded from its key picture up to the next
 * one's, and the sound that is heard in that time.
 *
 * @throws {RecordingError} it cannot be read, or is too large.
 */
export async function makeSegment(
  { name, recording, rendition, format }: SegmentOrder,
  segment: PlannedSegment,
): Promise<VodSegment> {
  const writer = format.open(rendition);
  const selection = new Selection(rendition, segment, recording.startMs);
  let bytes = 0;
  for await (const units of recording.read(segment.startMs)) {
    for (const unit of selection.of(units)) {
      bytes += payloadBytes(unit);
      if (bytes > MAX_SEGMENT_BYTES) {
        throw new RecordingError(name, `a segment has more than ${MAX_SEGMENT_BYTES >> 20} MiB`);
      }
      writer.add(unit);
    }
    if (selection.isOver) break;
  }
  const place = { isSegmentStart: true };
  if (selection.follower !== undefined) writer.add(selection.follower);
  const piece = selection.follower === undefined ? writer.flush(place) : writer.take(place);
  return { bytes: piece?.bytes ?? new Uint8Array(), init: writer.init };
}

/** Which units belong to a segment. */
class Selection {
  readonly #leadId: number;
  readonly #trackIds: ReadonlySet<number>;
  readonly #segment: PlannedSegment;
  readonly #zeroMs: number;
  /** The first unit behind the segment, by track. */
  readonly #followers = new Map<number, Unit>();
  #isFarBeyond = false;

  /** @param zeroMs where position 0 lies in the times of units. */
  constructor({ tracks }: RenditionTracks, segment: PlannedSegment, zeroMs: number) {
    const [lead] = tracks;
    this.#leadId = lead.id;
    this.#trackIds = new Set(tracks.map(({ id }) => id));
    this.#segment = segment;
    this.#zeroMs = zeroMs;
  }

  /** Whether nothing more of it will come. */
  get isOver(): boolean {
    return this.#isFarBeyond || this.#followers.size === this.#trackIds.size;
  }

  /** The first unit of the leading track behind it, which tells how long its last one is. */
  get follower(): Unit | undefined {
    return this.#followers.get(this.#leadId);
  }

  /** Those of `units` that belong to it. */
  of(units: readonly Unit[]): readonly Unit[] {
    return units.filter((unit) => this.#takes(unit));
  }

  #takes(unit: Unit): boolean {
    const { id, kind } = unit.track;
    const ms = unit.pts * 1000 / unit.track.timescale - this.#zeroMs + ROUNDING_MS;
    const { startMs, endMs } = this.#segment;
    if (ms > endMs + MAX_INTERLEAVE_MS) this.#isFarBeyond = true;
    if (!this.#trackIds.has(id) || this.#followers.has(id)) return false;
    // The first segment has all that lies before it: sound begins before the first picture, and
    // decoders of sound want a frame more than is heard.
    const isFirst = startMs === 0;
    // Pictures go by the order of decoding: some behind a key picture may be shown before it.
    const isLead = id === this.#leadId && kind === "video";
    if (ms >= endMs && (!isLead || unit.isKey)) {
      this.#followers.set(id, unit);
      return false;
    }
    return isLead || isFirst || ms >= startMs;
  }
}
