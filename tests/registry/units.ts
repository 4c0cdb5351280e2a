import type { Description, Track } from "../../registry/media/track.ts";
import type { Unit } from "../../registry/media/unit.ts";
import type { PeerRequest } from "../../registry/registry.ts";

export const VIDEO: Track = { id: 1, kind: "video", codec: "h264", timescale: 90_000 };
export const AUDIO: Track = { id: 2, kind: "audio", codec: "aac", timescale: 48_000 };
export const DATA: Track = { id: 3, kind: "data", codec: "amf0", timescale: 1000 };

export const AV: Description = { tracks: [VIDEO, AUDIO], metadata: {} };

/** A unit of `track` that is decoded at `ms`. */
export function unit(track: Track, ms: number, isKey = true, size = 10): Unit {
  const dts = Math.round(ms * track.timescale / 1000);
  return { track, pts: dts, dts, isKey, payload: [new Uint8Array(size)] };
}

/** A key picture, or one that needs those before it. */
export function key(ms: number, size = 10): Unit {
  return unit(VIDEO, ms, true, size);
}

export function delta(ms: number, size = 10): Unit {
  return unit(VIDEO, ms, false, size);
}

export function sound(ms: number): Unit {
  return unit(AUDIO, ms);
}

/** Decoding times in milliseconds. */
export function times(units: readonly Unit[]): readonly number[] {
  return units.map(({ dts, track }) => dts * 1000 / track.timescale);
}

/** A peer that asks for `name`. */
export function peer(name = "live/cam1", remote = "192.0.2.1:5000"): PeerRequest {
  return { name, protocol: "test", remote };
}
