/**
 * Transport packets, ISO/IEC 13818-1 2.4.3.2 to 2.4.3.5.
 *
 * @module
 */

/** Bytes of a transport packet. */
export const PACKET_SIZE = 188;

/** Bytes before the adaptation field or the payload. */
export const PACKET_HEADER_SIZE = 4;

/** First byte of a transport packet. */
export const SYNC_BYTE = 0x47;

/** Packets of this PID fill up a constant bit rate. */
export const NULL_PID = 0x1fff;

/** `adaptation_field_control`. */
export const HAS_PAYLOAD = 0x10;
export const HAS_ADAPTATION = 0x20;

/** Flags of the adaptation field. */
export const DISCONTINUITY = 0x80;
export const RANDOM_ACCESS = 0x40;
export const HAS_PCR = 0x10;

/** A transport packet, read. */
export interface TsPacket {
  readonly pid: number;
  /** `transport_error_indicator`: a demodulator could not correct it. */
  readonly hasError: boolean;
  /** `payload_unit_start_indicator`. */
  readonly isStart: boolean;
  readonly isScrambled: boolean;
  /** `continuity_counter`, which counts packets with payload. */
  readonly counter: number;
  /** Whether the counter and the clock may jump here. */
  readonly isDiscontinuity: boolean;
  /** A view; empty where there is none. */
  readonly payload: Uint8Array;
}

/**
 * Reads the packet at `offset` of `data`, whose 188 bytes must be there, the first a sync byte. One
 * whose adaptation field runs past its end has no payload.
 */
export function readPacket(data: Uint8Array, offset = 0): TsPacket {
  const at = (i: number) => data[offset + i] ?? 0;
  const hasAdaptation = (at(3) & HAS_ADAPTATION) !== 0;
  const adaptationSize = hasAdaptation ? 1 + at(4) : 0;
  const start = Math.min(PACKET_SIZE, PACKET_HEADER_SIZE + adaptationSize);
  const end = (at(3) & HAS_PAYLOAD) !== 0 ? PACKET_SIZE : start;
  return {
    pid: (at(1) & 0x1f) << 8 | at(2),
    hasError: (at(1) & 0x80) !== 0,
    isStart: (at(1) & 0x40) !== 0,
    isScrambled: at(3) >> 6 !== 0,
    counter: at(3) & 0x0f,
    isDiscontinuity: adaptationSize > 1 && (at(5) & DISCONTINUITY) !== 0,
    payload: data.subarray(offset + start, offset + end),
  };
}
