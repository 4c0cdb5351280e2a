import { rescale } from "../../../registry/media/timebase.ts";
import type { Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import type { Carriage } from "./carriage.ts";
import { TS_TIMESCALE } from "./clock.ts";
import { MAX_PES_LENGTH } from "./pes.ts";

/** Where the units of a track go. */
export interface TsRoute {
  readonly track: Track;
  readonly pid: number;
  readonly streamId: number;
  readonly carriage: Carriage;
}

/** What one PES packet holds: one unit of video, or some of audio. */
export interface PesGroup {
  readonly route: TsRoute;
  /** The first unit. */
  readonly unit: Unit;
  readonly parts: readonly Uint8Array[];
  /** Bytes of all parts. */
  readonly size: number;
  /** Ticks of 90 kHz that the frames last; 0 where they do not tell. */
  readonly duration: number;
}

/** Media in one PES packet of audio: no more, so that one comes at least every 100 ms. */
const MAX_GROUP_TICKS = TS_TIMESCALE / 10;

/** Bytes of frames that share a PES packet. Above, sharing saves nothing worth waiting for. */
const MAX_GROUP_BYTES = 8192;

/**
 * Ticks by which a frame may be off from where the frames before it end, to share their packet. One is
 * what rounding makes of a sampling rate that does not divide 90 kHz; anything more is a time that
 * the sender meant.
 */
const MAX_GROUP_ERROR = 1;

/** Bytes of a PES header behind its length, with both times. */
const PES_HEADER_REST = 13;

/** A packet of audio under way. */
interface OpenGroup extends PesGroup {
  readonly parts: Uint8Array[];
  size: number;
  duration: number;
  /** 90 kHz ticks. */
  readonly start: number;
  readonly sampleRate: number;
  samples: number;
}

/**
 * Divides units into PES packets. Frames of audio that come in one call and follow each other without
 * a gap share one, at the place of the first. Units that no packet can hold are left out.
 */
export function groupUnits(
  units: readonly Unit[],
  routes: ReadonlyMap<number, TsRoute>,
): readonly PesGroup[] {
  const groups: PesGroup[] = [];
  const open = new Map<TsRoute, OpenGroup>();
  for (const unit of units) {
    const route = routes.get(unit.track.id);
    const parts = route?.carriage.write(unit) ?? [];
    const size = bytesOf(parts);
    if (route === undefined || size === 0 || !fits(route, size)) continue;
    if (extend(open.get(route), unit, parts, size)) continue;
    const group = begin(route, unit, parts, size);
    if (isOpen(group)) open.set(route, group);
    else open.delete(route);
    groups.push(group);
  }
  return groups;
}

function fits({ track }: TsRoute, size: number): boolean {
  return track.kind === "video" || size + PES_HEADER_REST <= MAX_PES_LENGTH;
}

function bytesOf(parts: readonly Uint8Array[]): number {
  let size = 0;
  for (const part of parts) size += part.length;
  return size;
}

function begin(
  route: TsRoute,
  unit: Unit,
  parts: readonly Uint8Array[],
  size: number,
): PesGroup | OpenGroup {
  const frame = route.carriage.duration?.(unit);
  if (frame === undefined) return { route, unit, parts, size, duration: 0 };
  const duration = rescale(frame.samples, frame.sampleRate, TS_TIMESCALE);
  return { route, unit, parts: [...parts], size, duration, start: ticksOf(unit), ...frame };
}

function isOpen(group: PesGroup | OpenGroup): group is OpenGroup {
  return "samples" in group;
}

/** Adds a unit to a packet under way, if it belongs there. */
function extend(
  group: OpenGroup | undefined,
  unit: Unit,
  parts: readonly Uint8Array[],
  size: number,
): boolean {
  const next = group?.route.carriage.duration?.(unit);
  if (group === undefined || next?.sampleRate !== group.sampleRate) return false;
  const end = rescale(group.samples + next.samples, group.sampleRate, TS_TIMESCALE);
  const error = Math.abs(ticksOf(unit) - group.start - group.duration);
  if (error > MAX_GROUP_ERROR || end > MAX_GROUP_TICKS) return false;
  if (group.size + size > MAX_GROUP_BYTES) return false;
  group.parts.push(...parts);
  group.size += size;
  group.samples += next.samples;
  group.duration = end;
  return true;
}

function ticksOf({ pts, track }: Unit): number {
  return rescale(pts, track.timescale, TS_TIMESCALE);
}
