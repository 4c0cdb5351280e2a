/**
 * NAL units of an access unit into payloads: what H.264 and H.265 packetize alike.
 *
 * @module
 */

import type { RtpFragment } from "./format.ts";
import { AGGREGATE_LENGTH } from "./nal_frames.ts";

/** What of a payload depends on the codec. */
export interface NalPacking {
  /** Bytes of the header of a NAL unit, which is also that of an aggregation packet. */
  readonly headerSize: number;
  /** Bytes before the body of a fragment. */
  readonly fragmentHeadSize: number;
  /** Writes the header of the packet that holds these NAL units. */
  writeAggregateHead(target: Uint8Array, nals: readonly Uint8Array[]): void;
  /** Writes what stands before the body of a fragment of `nal`. */
  writeFragmentHead(target: Uint8Array, nal: Uint8Array, isStart: boolean, isEnd: boolean): void;
}

/**
 * The payloads of one access unit: NAL units that fit together in one packet go together, those that
 * do not fit in one are divided. The marker is on the last.
 */
export function packetizeNals(
  nals: readonly Uint8Array[],
  maxPayloadSize: number,
  packing: NalPacking,
): readonly RtpFragment[] {
  const payloads: (readonly Uint8Array[])[] = [];
  let group: Uint8Array[] = [];
  let size = packing.headerSize;
  const closeGroup = () => {
    if (group.length > 0) payloads.push(groupParts(group, size, packing));
    group = [];
    size = packing.headerSize;
  };
  for (const nal of nals) {
    // Without a whole header there is nothing that a receiver could tell a type from.
    if (nal.length < packing.headerSize) continue;
    const added = AGGREGATE_LENGTH + nal.length;
    if (size + added > maxPayloadSize) closeGroup();
    if (nal.length > maxPayloadSize) {
      payloads.push(...fragmentParts(nal, maxPayloadSize, packing));
    } else {
      group.push(nal);
      size += added;
    }
  }
  closeGroup();
  return payloads.map((parts, index) => ({ parts, marker: index === payloads.length - 1 }));
}

/** One NAL unit as it is, or an aggregation packet of `size` bytes. */
function groupParts(
  nals: readonly Uint8Array[],
  size: number,
  packing: NalPacking,
): readonly Uint8Array[] {
  if (nals.length === 1) return nals;
  const media = nals.reduce((total, nal) => total + nal.length, 0);
  const heads = new Uint8Array(size - media);
  packing.writeAggregateHead(heads, nals);
  const parts: Uint8Array[] = [];
  let start = 0;
  let end = packing.headerSize;
  for (const nal of nals) {
    heads[end] = nal.length >> 8;
    heads[end + 1] = nal.length;
    end += AGGREGATE_LENGTH;
    parts.push(heads.subarray(start, end), nal);
    start = end;
  }
  return parts;
}

function fragmentParts(
  nal: Uint8Array,
  maxPayloadSize: number,
  packing: NalPacking,
): (readonly Uint8Array[])[] {
  const { headerSize, fragmentHeadSize } = packing;
  const bodySize = maxPayloadSize - fragmentHeadSize;
  const count = Math.ceil((nal.length - headerSize) / bodySize);
  const heads = new Uint8Array(count * fragmentHeadSize);
  return Array.from({ length: count }, (_, index) => {
    const head = heads.subarray(index * fragmentHeadSize, (index + 1) * fragmentHeadSize);
    packing.writeFragmentHead(head, nal, index === 0, index === count - 1);
    const start = headerSize + index * bodySize;
    return [head, nal.subarray(start, start + bodySize)];
  });
}
