/**
 * Units into a transport stream (ISO/IEC 13818-1) of one program.
 *
 * @module
 */

import { rescale } from "../../../registry/media/timebase.ts";
import type { Description, Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { carriageOf, tsCarries } from "./carriage.ts";
import { TS_TIMESCALE } from "./clock.ts";
import { NULL_PID } from "./packet.ts";
import { PACKET_ROOM, type PacketRun, PacketWriter } from "./packet_writer.ts";
import { PcrClock } from "./pcr.ts";
import { groupUnits, type PesGroup, type TsRoute } from "./pes_groups.ts";
import { STREAM_ID, writePesHeader } from "./pes.ts";
import { PAT_PID, writePat, writePmt } from "./tables.ts";

/**
 * What is added to every time, in ticks of 90 kHz: one second. The PCR, which runs ahead of the
 * decoding times, and the first decoding times of pictures that are reordered, stay above zero.
 */
export const TS_TIME_OFFSET = TS_TIMESCALE;

/** Tracks in one stream: a PMT of one section has room for them all, with their descriptors. */
const MAX_TS_TRACKS = 32;

const PROGRAM_NUMBER = 1;
const PMT_PID = 0x1000;
const FIRST_PID = 0x100;

/** `version_number` has five bits. */
const VERSIONS = 32;

/** Ticks after which the tables are repeated where no key unit brings them: 0.5 s. */
const MAX_TABLES_INTERVAL = TS_TIMESCALE / 2;

/** Stream ids of a kind, from its first on; a further track shares the last. */
const STREAM_IDS: ReadonlyMap<number, number> = new Map([
  [STREAM_ID.video, 16],
  [STREAM_ID.audio, 32],
  [STREAM_ID.private1, 1],
]);

/**
 * A time of a unit, in `timescale` ticks, as an unwrapped time of the stream: to 90 kHz, and
 * {@linkcode TS_TIME_OFFSET} later. It follows from its arguments alone, so streams and segments of
 * the same units always agree.
 */
export function tsTime(ticks: number, timescale: number): number {
  return rescale(ticks, timescale, TS_TIMESCALE) + TS_TIME_OFFSET;
}

/**
 * Makes the packets of one transport stream, for one description.
 *
 * - Tracks that {@linkcode tsCarries} refuses are left out, and so is a unit that fits no packet.
 * - PIDs count from 0x100 in the order of the description. PTS and DTS are {@linkcode tsTime} modulo
 *   2^33; the PCR is 0.3 s before the DTS (`PCR_LEAD`), on the first video track, or the first audio
 *   track without one. Where pictures are more than 100 ms apart, units of other tracks bring it.
 * - PAT and PMT stand before each key picture, and after half a second without one. A segment or a
 *   viewer that begins at a key picture needs nothing else; one that begins elsewhere, as those of
 *   audio alone do, takes {@linkcode TsMuxer.tables} first, which are not repeated right behind.
 * - Configurations go in band, from `unit.track.config`, before key units: a change of parameter sets
 *   needs no new muxer. One of tracks or codecs does.
 */
export class TsMuxer {
  readonly #routes: ReadonlyMap<number, TsRoute>;
  readonly #tables: readonly PacketRun[];
  readonly #version: number;
  readonly #pcrPid: number;
  readonly #packets: PacketWriter;
  readonly #pcr: PcrClock;
  /** Time of the stream at the last tables; undefined before the first. */
  #tablesAt: number | undefined;
  /** Whether nothing came after the last tables. */
  #areTablesFresh = false;

  /**
   * @param previous the muxer that wrote the same stream so far, of other tracks: its counters,
   * versions and PCR go on here, so it must not be used any more.
   */
  constructor(description: Description, previous?: TsMuxer) {
    const tracks = description.tracks.filter(tsCarries).slice(0, MAX_TS_TRACKS);
    const routes = makeRoutes(tracks);
    this.#routes = new Map(routes.map((route) => [route.track.id, route]));
    this.#version = previous === undefined ? 0 : (previous.#version + 1) % VERSIONS;
    this.#pcrPid = pcrPidOf(routes);
    const streams = routes.map(({ track, pid, carriage }) => ({
      pid,
      streamType: carriage.streamType(track),
      descriptors: carriage.descriptors(track),
    }));
    this.#tables = [
      tableRun(PAT_PID, writePat({ number: PROGRAM_NUMBER, pmtPid: PMT_PID })),
      tableRun(PMT_PID, writePmt(PROGRAM_NUMBER, this.#version, { pcrPid: this.#pcrPid, streams })),
    ];
    this.#packets = previous === undefined ? new PacketWriter() : previous.#packets;
    this.#pcr = previous === undefined ? new PcrClock() : previous.#pcr;
  }

  /** The packets of PAT and PMT, in a buffer that the caller owns. */
  tables(): Uint8Array<ArrayBuffer> {
    this.#areTablesFresh = true;
    return this.#packets.write(this.#tables);
  }

  /**
   * The packets of units, which come in the order of decoding, in one buffer that the caller owns;
   * an empty one where no track of theirs is carried. Frames of audio that follow each other within
   * one call share PES packets (100 ms at most): their times follow from the first, within a tick of
   * their own.
   */
  write(units: readonly Unit[]): Uint8Array<ArrayBuffer> {
    const runs: PacketRun[] = [];
    for (const group of groupUnits(units, this.#routes)) this.#addRuns(runs, group);
    return this.#packets.write(runs);
  }

  #addRuns(runs: PacketRun[], group: PesGroup): void {
    const { route, unit, parts, size } = group;
    const { timescale } = unit.track;
    const dts = tsTime(unit.dts, timescale);
    const isKey = unit.isKey && route.track.kind === "video";
    this.#addTables(runs, dts, isKey);
    const isOwn = route.pid === this.#pcrPid;
    const pcr = isOwn ? this.#pcr.atOwnUnit(dts) : this.#pcr.atOtherUnit(dts, group.duration);
    if (pcr !== undefined && !isOwn) runs.push({ pid: this.#pcrPid, parts: [], size: 0, ...pcr });
    const header = writePesHeader(route.streamId, { pts: tsTime(unit.pts, timescale), dts }, size);
    runs.push({
      pid: route.pid,
      parts: [header, ...parts],
      size: header.length + size,
      isKey,
      ...(isOwn && pcr),
    });
  }

  #addTables(runs: PacketRun[], dts: number, isKey: boolean): void {
    if (this.#areTablesFresh) this.#tablesAt = dts;
    const age = this.#tablesAt === undefined ? Infinity : Math.abs(dts - this.#tablesAt);
    const isDue = !this.#areTablesFresh && (isKey || age >= MAX_TABLES_INTERVAL);
    this.#areTablesFresh = false;
    if (!isDue) return;
    this.#tablesAt = dts;
    runs.push(...this.#tables);
  }
}

function makeRoutes(tracks: readonly Track[]): readonly TsRoute[] {
  const routes: TsRoute[] = [];
  const used = new Map<number, number>();
  for (const track of tracks) {
    const carriage = carriageOf(track);
    if (carriage === undefined) continue;
    const index = used.get(carriage.streamId) ?? 0;
    used.set(carriage.streamId, index + 1);
    const last = (STREAM_IDS.get(carriage.streamId) ?? 1) - 1;
    const streamId = carriage.streamId + Math.min(index, last);
    routes.push({ track, pid: FIRST_PID + routes.length, streamId, carriage });
  }
  return routes;
}

function pcrPidOf(routes: readonly TsRoute[]): number {
  const ofKind = (kind: Track["kind"]) => routes.find(({ track }) => track.kind === kind);
  return (ofKind("video") ?? ofKind("audio"))?.pid ?? NULL_PID;
}

/** A section behind its pointer, filled up to whole packets. */
function tableRun(pid: number, section: Uint8Array): PacketRun {
  const packets = Math.ceil((1 + section.length) / PACKET_ROOM);
  const payload = new Uint8Array(packets * PACKET_ROOM).fill(0xff);
  payload[0] = 0; // pointer_field
  payload.set(section, 1);
  return { pid, parts: [payload], size: payload.length };
}
