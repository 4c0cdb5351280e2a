import { PCR_SIZE, writePcr } from "./clock.ts";
import {
  DISCONTINUITY,
  HAS_ADAPTATION,
  HAS_PAYLOAD,
  HAS_PCR,
  PACKET_HEADER_SIZE,
  PACKET_SIZE,
  RANDOM_ACCESS,
  SYNC_BYTE,
} from "./packet.ts";

/** Bytes of adaptation field and payload. */
export const PACKET_ROOM = PACKET_SIZE - PACKET_HEADER_SIZE;

/** Bytes of an adaptation field before its PCR: its length and its flags. */
const ADAPTATION_HEAD_SIZE = 2;

const STUFFING = 0xff;

/** What fills one or more packets of one PID: a PES packet, a section, or a PCR alone. */
export interface PacketRun {
  readonly pid: number;
  readonly parts: readonly Uint8Array[];
  /** Bytes of all parts; 0 for a PCR alone. */
  readonly size: number;
  /** Ticks of 90 kHz, any integer. */
  readonly pcr?: number;
  /** Whether the PCR does not go on from the one before. */
  readonly isDiscontinuity?: boolean;
  /** Whether decoding can start here. */
  readonly isKey?: boolean;
}

/** Writes packets, and counts them by their PID. */
export class PacketWriter {
  readonly #counters = new Map<number, number>();

  /** The packets of all runs in one buffer, which the caller owns. */
  write(runs: readonly PacketRun[]): Uint8Array<ArrayBuffer> {
    let packets = 0;
    for (const run of runs) packets += packetsOf(run);
    const target = new Uint8Array(packets * PACKET_SIZE);
    let offset = 0;
    for (const run of runs) offset = this.#writeRun(target, offset, run);
    return target;
  }

  #writeRun(target: Uint8Array, offset: number, run: PacketRun): number {
    const source = new PartReader(run.parts);
    let at = offset;
    let left = run.size;
    let needed = adaptationSize(run);
    do {
      const taken = Math.min(left, PACKET_ROOM - needed);
      const adaptation = PACKET_ROOM - taken;
      const isFirst = at === offset;
      target[at] = SYNC_BYTE;
      target[at + 1] = (isFirst && taken > 0 ? 0x40 : 0) | run.pid >> 8;
      target[at + 2] = run.pid;
      target[at + 3] = (taken > 0 ? HAS_PAYLOAD : 0) | (adaptation > 0 ? HAS_ADAPTATION : 0) |
        this.#count(run.pid, taken > 0);
      const field = target.subarray(at + PACKET_HEADER_SIZE, at + PACKET_HEADER_SIZE + adaptation);
      if (adaptation > 0) writeAdaptation(field, isFirst ? run : undefined);
      at += PACKET_SIZE;
      source.copyTo(target, at - taken, taken);
      left -= taken;
      needed = 0;
    } while (left > 0);
    return at;
  }

  /** A packet without payload repeats the count of the one before (2.4.3.3). */
  #count(pid: number, hasPayload: boolean): number {
    const last = this.#counters.get(pid) ?? 0x0f;
    const counter = hasPayload ? (last + 1) & 0x0f : last;
    this.#counters.set(pid, counter);
    return counter;
  }
}

function packetsOf(run: PacketRun): number {
  return Math.max(1, Math.ceil((adaptationSize(run) + run.size) / PACKET_ROOM));
}

/** Bytes that the adaptation field of the first packet must have. */
function adaptationSize({ pcr, isKey }: PacketRun): number {
  if (pcr !== undefined) return ADAPTATION_HEAD_SIZE + PCR_SIZE;
  return isKey ? ADAPTATION_HEAD_SIZE : 0;
}

/** Fills `field`; `run` gives the flags of its first packet, the others are stuffing. */
function writeAdaptation(field: Uint8Array, run: PacketRun | undefined): void {
  field[0] = field.length - 1;
  if (field.length === 1) return;
  field[1] = (run?.isDiscontinuity ? DISCONTINUITY : 0) | (run?.isKey ? RANDOM_ACCESS : 0) |
    (run?.pcr === undefined ? 0 : HAS_PCR);
  field.fill(STUFFING, ADAPTATION_HEAD_SIZE);
  if (run?.pcr !== undefined) writePcr(field, ADAPTATION_HEAD_SIZE, run.pcr);
}

/** Reads a list of views as if they were one. */
class PartReader {
  readonly #parts: readonly Uint8Array[];
  #index = 0;
  #offset = 0;

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts;
  }

  copyTo(target: Uint8Array, offset: number, count: number): void {
    let at = offset;
    const end = offset + count;
    while (at < end) {
      const part = this.#parts[this.#index];
      if (part === undefined) return;
      const stop = Math.min(part.length, this.#offset + end - at);
      const isWhole = this.#offset === 0 && stop === part.length;
      target.set(isWhole ? part : part.subarray(this.#offset, stop), at);
      at += stop - this.#offset;
      this.#offset = stop;
      if (stop < part.length) return;
      this.#index++;
      this.#offset = 0;
    }
  }
}
