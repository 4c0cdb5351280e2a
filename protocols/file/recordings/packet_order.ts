import type { EncodedPacket, EncodedPacketSink, PacketRetrievalOptions } from "mediabunny";
import type { CodecConfig } from "../../../registry/media/codec.ts";
import { describeConfig } from "../../../registry/media/describe.ts";
import { DtsDeriver, MAX_REORDER_DEPTH } from "../../_formats/demux/dts.ts";
import { MediaFileError } from "./errors.ts";

/** Asks for the times of packets without their bytes. */
export const TIMES_ONLY = { metadataOnly: true } as const;

/** Packets at the start of a track from which its order is measured: several groups of B-frames. */
const MEASURED_PACKETS = 64;

/**
 * Depth that is assumed where parameter sets allow it and pictures are reordered at all: encoders put
 * pyramids of B-frames only where they pay, which need not be at the start.
 */
const PYRAMID_DEPTH = 2;

/** Stands in for the rate of a track of one picture. */
const DEFAULT_FPS = 25;

/** How the decoding order of a video track differs from the order in which it is shown. */
export interface PacketOrder {
  /** Pictures. */
  readonly reorderDepth: number;
  readonly fps: number;
}

/**
 * The packet that follows one, or the key packet that does; `null` behind the last.
 *
 * @throws {MediaFileError} damage leads back to what was read before: it would never end.
 */
export async function packetAfter(
  sink: EncodedPacketSink,
  packet: EncodedPacket,
  which: "any" | "key" = "any",
  options: PacketRetrievalOptions = {},
): Promise<EncodedPacket | null> {
  const next = which === "key"
    ? await sink.getNextKeyPacket(packet, options)
    : await sink.getNextPacket(packet, options);
  if (next === null || next.sequenceNumber > packet.sequenceNumber) return next;
  throw new MediaFileError("its packets lead in a circle");
}

/** The packets at and after `first`, without their bytes, up to the end or to what cannot be read. */
async function* readablePackets(
  sink: EncodedPacketSink,
  first: EncodedPacket,
): AsyncIterableIterator<EncodedPacket> {
  for (let packet: EncodedPacket | null = first; packet !== null;) {
    yield packet;
    packet = await packetAfter(sink, packet, "any", TIMES_ONLY).catch(() => null);
  }
}

/** Seconds at which the last packet ends that can be read. Reads all of the file that it has to. */
export async function readableEnd(
  sink: EncodedPacketSink,
  first: EncodedPacket,
): Promise<number> {
  let end = first.timestamp + first.duration;
  for await (const { timestamp, duration } of readablePackets(sink, first)) {
    end = Math.max(end, timestamp + duration);
  }
  return end;
}

/** Measures the order of a track from its packets at and after `first`. */
export async function measureOrder(
  sink: EncodedPacketSink,
  first: EncodedPacket,
  config: CodecConfig,
): Promise<PacketOrder> {
  const times: number[] = [];
  for await (const { timestamp } of readablePackets(sink, first)) {
    times.push(timestamp);
    if (times.length === MEASURED_PACKETS) break;
  }
  const allowed = describeConfig(config).reorderDepth ?? MAX_REORDER_DEPTH;
  return { reorderDepth: depthOf(times, allowed), fps: fpsOf(times) };
}

/** At most what parameter sets allow, which of many encoders is more than they ever use. */
function depthOf(times: readonly number[], allowed: number): number {
  const measured = times.map((time, index) =>
    times.slice(Math.max(0, index - MAX_REORDER_DEPTH), index).filter((other) => other > time)
      .length
  );
  const depth = Math.max(0, ...measured);
  return depth === 0 ? 0 : Math.max(depth, Math.min(allowed, PYRAMID_DEPTH));
}

function fpsOf(times: readonly number[]): number {
  const shown = times.toSorted((a, b) => a - b);
  const gaps = shown.slice(1).map((time, index) => time - (shown[index] ?? 0)).filter((gap) =>
    gap > 0
  );
  return gaps.length === 0 ? DEFAULT_FPS : 1 / Math.min(...gaps);
}

/**
 * What derives decoding times from `key` on, as if it had read the track from its start: it is told of
 * the packets before it, as many as matter.
 *
 * @param toTicks presentation time of a packet in ticks of the track.
 */
export async function deriverAt(
  sink: EncodedPacketSink,
  key: EncodedPacket,
  timescale: number,
  order: PacketOrder,
  toTicks: (packet: EncodedPacket) => number,
): Promise<DtsDeriver> {
  const deriver = new DtsDeriver({ timescale, isMeasured: true, ...order });
  for (const packet of await packetsBefore(sink, key, order.reorderDepth)) {
    deriver.next(toTicks(packet), packet.type === "key");
  }
  return deriver;
}

/** Packets of the groups of pictures before `key`, in decoding order, more than `depth` if there are. */
async function packetsBefore(
  sink: EncodedPacketSink,
  key: EncodedPacket,
  depth: number,
): Promise<readonly EncodedPacket[]> {
  let packets: EncodedPacket[] = [];
  let end = key;
  while (depth > 0 && packets.length <= depth) {
    const start = await keyBefore(sink, end);
    if (start === null) break;
    const group: EncodedPacket[] = [];
    for (
      let packet: EncodedPacket | null = start;
      packet !== null && packet.sequenceNumber < end.sequenceNumber;
      packet = await packetAfter(sink, packet, "any", TIMES_ONLY)
    ) {
      group.push(packet);
    }
    packets = [...group, ...packets];
    end = start;
  }
  return packets;
}

/** Less than any two packets of a track are apart, and more than floating-point seconds are off by. */
const BARELY_SECONDS = 1e-6;

/** The key packet before one, without its bytes; `null` where there is none. */
export async function keyBefore(
  sink: EncodedPacketSink,
  { timestamp, sequenceNumber }: EncodedPacket,
): Promise<EncodedPacket | null> {
  const key = await sink.getKeyPacket(timestamp - BARELY_SECONDS, TIMES_ONLY);
  return key !== null && key.sequenceNumber < sequenceNumber ? key : null;
}

/** A key packet that was found without its bytes, with them. */
export function withBytes(
  sink: EncodedPacketSink,
  { timestamp }: EncodedPacket,
): Promise<EncodedPacket | null> {
  return sink.getKeyPacket(timestamp + BARELY_SECONDS);
}
