/**
 * The tables that say what is in a stream: PAT and PMT (ISO/IEC 13818-1 2.4.4.3 and 2.4.4.8).
 *
 * @module
 */

import { type Descriptor, readDescriptors, writeDescriptors } from "./descriptor.ts";
import { MpegTsError } from "./errors.ts";
import { writeSection } from "./section.ts";

/** Where every stream begins to be read (2.4.3.3, table 2-3). */
export const PAT_PID = 0;

/** `table_id` (2.4.4.4, table 2-31). */
export const PAT_TABLE_ID = 0;
export const PMT_TABLE_ID = 2;

/** One program of a PAT. */
export interface Program {
  /** Not 0, which would be the network table. */
  readonly number: number;
  readonly pmtPid: number;
}

/** One elementary stream of a PMT. */
export interface StreamEntry {
  readonly streamType: number;
  readonly pid: number;
  readonly descriptors: readonly Descriptor[];
}

/** A program map. */
export interface ProgramMap {
  readonly pcrPid: number;
  readonly streams: readonly StreamEntry[];
}

/** Bytes of a stream in a PMT before its descriptors, and of a program in a PAT. */
const STREAM_HEAD_SIZE = 5;
const PROGRAM_SIZE = 4;

/** PIDs that ISO/IEC 13818-1 table 2-3 leaves to streams and maps. */
const FIRST_FREE_PID = 0x10;

/** Reads the body of a PAT section; the network table is left out. */
export function parsePat(body: Uint8Array): readonly Program[] {
  const programs: Program[] = [];
  for (let at = 0; at + PROGRAM_SIZE <= body.length; at += PROGRAM_SIZE) {
    const number = readU16(body, at);
    if (number !== 0) programs.push({ number, pmtPid: readPid(body, at + 2) });
  }
  return programs;
}

/** Reads the body of a PMT section. Throws {@linkcode MpegTsError}. */
export function parsePmt(body: Uint8Array): ProgramMap {
  const streams: StreamEntry[] = [];
  let at = 4 + readLength(body, 2);
  while (at < body.length) {
    const start = at + STREAM_HEAD_SIZE;
    const end = start + readLength(body, at + 3);
    if (end > body.length) throw new MpegTsError("PMT section", "a stream is cut short", at);
    const pid = readPid(body, at + 1);
    if (pid >= FIRST_FREE_PID) {
      const descriptors = readDescriptors(body.subarray(start, end));
      streams.push({ streamType: body[at] ?? 0, pid, descriptors });
    }
    at = end;
  }
  return { pcrPid: readPid(body, 0), streams };
}

/** The section of a PAT of one program; the caller owns it. */
export function writePat({ number, pmtPid }: Program): Uint8Array<ArrayBuffer> {
  const body = [number >> 8, number & 0xff, ...pidBytes(pmtPid)];
  return writeSection({ tableId: PAT_TABLE_ID, extension: 1, version: 0, body });
}

/** The section of a PMT; the caller owns it. Throws `RangeError` when there are too many streams. */
export function writePmt(
  program: number,
  version: number,
  { pcrPid, streams }: ProgramMap,
): Uint8Array<ArrayBuffer> {
  const body = [...pidBytes(pcrPid), 0xf0, 0];
  for (const { streamType, pid, descriptors } of streams) {
    const info = writeDescriptors(descriptors);
    body.push(streamType, ...pidBytes(pid), 0xf0 | info.length >> 8, info.length & 0xff, ...info);
  }
  return writeSection({ tableId: PMT_TABLE_ID, extension: program, version, body });
}

/** Three reserved bits, which are ones, and the PID. */
function pidBytes(pid: number): readonly [number, number] {
  return [0xe0 | pid >> 8, pid & 0xff];
}

function readU16(data: Uint8Array, at: number): number {
  return (data[at] ?? 0) << 8 | (data[at + 1] ?? 0);
}

function readPid(data: Uint8Array, at: number): number {
  return readU16(data, at) & 0x1fff;
}

/** Twelve bits of which the first two are zero. */
function readLength(data: Uint8Array, at: number): number {
  return readU16(data, at) & 0xfff;
}
