/** Runs whole streams through the payload formats under test. */

import { parseRtpPacket } from "../../../../../protocols/_formats/rtp/packet.ts";
import type {
  Depacketizer,
  Dropped,
  Frame,
  PayloadFormat,
  PayloadPacket,
} from "../../../../../protocols/_formats/rtp/payload/format.ts";
import { joinBytes } from "../../../../../protocols/_formats/join.ts";
import { TIMESTAMP_BITS, Unwrapper } from "../../../../../protocols/_formats/rtp/sequence.ts";
import type { CodecConfig } from "../../../../../registry/media/codec.ts";
import type { Track } from "../../../../../registry/media/track.ts";
import type { Unit } from "../../../../../registry/media/unit.ts";
import { hex } from "../../flv/bytes.ts";

/** A file beside these tests. */
export function vector(name: string): Uint8Array {
  return Deno.readFileSync(new URL(`./vectors/${name}`, import.meta.url));
}

/** The packets of a file in which each has its length before it (RFC 4571). */
export function packetsOf(file: Uint8Array): PayloadPacket[] {
  const packets: PayloadPacket[] = [];
  const timestamps = new Unwrapper(TIMESTAMP_BITS);
  for (let at = 0; at < file.length;) {
    const start = at + 2;
    const end = start + (file[at] ?? 0) * 256 + (file[at + 1] ?? 0);
    const { payload, marker, timestamp } = parseRtpPacket(file.subarray(start, end));
    packets.push({ payload, marker, timestamp: timestamps.next(timestamp), lost: false });
    at = end;
  }
  return packets;
}

/** One packet by hand: of timestamp 0, without marker, nothing lost. */
export function packet(payload: string, fields: Partial<PayloadPacket> = {}): PayloadPacket {
  return { payload: hex(payload), marker: false, timestamp: 0, lost: false, ...fields };
}

export interface Result {
  readonly frames: readonly Frame[];
  readonly dropped: readonly Dropped[];
}

/** Everything that packets give, with what a flush at the end gives. */
export function depacketize(
  depacketizer: Depacketizer,
  packets: readonly PayloadPacket[],
): Result {
  const events = [...packets.flatMap((each) => depacketizer.push(each)), ...depacketizer.flush()];
  return {
    frames: events.filter((event) => event.type === "frame"),
    dropped: events.filter((event) => event.type === "dropped"),
  };
}

/** A frame in short: its time, `K` for a key frame, the payload in hexadecimal. */
export function brief(frames: readonly Frame[]): string[] {
  return frames.map(({ timestamp, isKey, payload }) =>
    [timestamp, ...(isKey ? ["K"] : []), ...payload.map((part) => part.toHex())].join(" ")
  );
}

/** A unit by hand: a key unit of time 0 of a track with this configuration. */
export function unitOf(
  { codec, kind }: PayloadFormat,
  payload: readonly Uint8Array[],
  fields: { isKey?: boolean; pts?: number; config?: CodecConfig; timescale?: number } = {},
): Unit {
  const { isKey = true, pts = 0, config, timescale = 90_000 } = fields;
  const track: Track = { id: 1, kind, codec, timescale, ...(config && { config }) };
  return { track, pts, dts: pts, isKey, payload };
}

/** The packets that a sender makes of a unit whose track has the clock of the format. */
export function packetize(
  format: PayloadFormat,
  unit: Unit,
  maxPayloadSize: number,
): PayloadPacket[] {
  return format.packetize(unit, maxPayloadSize).map((fragment) => ({
    payload: joinBytes(fragment.parts),
    marker: fragment.marker,
    timestamp: unit.pts + (fragment.timestampOffset ?? 0),
    lost: false,
  }));
}
