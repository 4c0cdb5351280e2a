/**
 * Readers of media for the validator: as little of each container as tells times and key pictures, and
 * apart from the gateway's own.
 *
 * @module
 */
import type { Probed } from "../../../hls_validator.ts";
import { must } from "../../../must.ts";

interface BoxView {
  readonly type: string;
  readonly body: DataView;
}

function boxes(view: DataView): readonly BoxView[] {
  const found: BoxView[] = [];
  for (let at = 0; at < view.byteLength;) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > view.byteLength) throw new TypeError(`box of ${size} bytes`);
    const type = String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at + 4, 4));
    found.push({ type, body: new DataView(view.buffer, view.byteOffset + at + 8, size - 8) });
    at += size;
  }
  return found;
}

function inside(view: DataView, ...path: readonly string[]): DataView {
  return path.reduce((body, type) => {
    return must(boxes(body).find((box) => box.type === type)?.body);
  }, view);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** `sample_is_non_sync_sample` */
const NON_SYNC = 0x10000;

/** Fragmented MP4 of one track: `tfdt`, and the durations of every `trun`. */
export function probeMp4(bytes: Uint8Array, init: Uint8Array | undefined): Probed {
  const mdhd = inside(viewOf(must(init)), "moov", "trak", "mdia", "mdhd");
  const timescale = mdhd.getUint32(mdhd.getUint8(0) === 1 ? 20 : 12);
  const fragments = boxes(viewOf(bytes)).filter(({ type }) => type === "moof");
  let start: number | undefined;
  let end = 0;
  let startsWithKey = false;
  for (const { body } of fragments) {
    for (const traf of boxes(body).filter(({ type }) => type === "traf")) {
      const time = Number(inside(traf.body, "tfdt").getBigUint64(4));
      if (start !== undefined && time !== end) {
        throw new TypeError(`fragment at ${time}, not ${end}`);
      }
      const run = readRun(inside(traf.body, "trun"));
      if (start === undefined) startsWithKey = (run.flags & NON_SYNC) === 0;
      start ??= time;
      end = time + run.duration;
    }
  }
  return { start: must(start), end, timescale, startsWithKey };
}

/** Sum of durations, and the flags of the first sample. */
function readRun(trun: DataView): { readonly duration: number; readonly flags: number } {
  const flags = trun.getUint32(0);
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag);
  let at = 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
  let duration = 0;
  let first = 0;
  const count = trun.getUint32(4);
  for (let index = 0; index < count; index++) {
    for (const field of fields) {
      if (field === 0x100) duration += trun.getUint32(at);
      if (field === 0x400 && index === 0) first = trun.getUint32(at);
      at += 4;
    }
  }
  return { duration, flags: first };
}

/** MPEG-TS that begins with PAT and PMT: the decoding time of its first picture. */
export function probeTs(bytes: Uint8Array): Probed {
  if (bytes.length % 188 !== 0) throw new TypeError("no whole packets");
  const pids: number[] = [];
  for (let at = 0; at < bytes.length; at += 188) {
    const packet = viewOf(bytes.subarray(at, at + 188));
    if (packet.getUint8(0) !== 0x47) throw new TypeError(`no packet at ${at}`);
    pids.push(packet.getUint16(1) & 0x1fff);
    if ((packet.getUint8(1) & 0x40) === 0) continue;
    const probed = readPes(packet);
    if (probed !== undefined) {
      const startsWithTables = pids[0] === 0 && pids[1] === 0x1000;
      return { ...probed, startsWithKey: probed.startsWithKey && startsWithTables };
    }
  }
  throw new TypeError("no picture");
}

/** The time of a PES packet that begins here, when it is one of video. */
function readPes(packet: DataView): Probed | undefined {
  const hasAdaptation = (packet.getUint8(3) & 0x20) !== 0;
  const at = 4 + (hasAdaptation ? 1 + packet.getUint8(4) : 0);
  if (packet.getUint32(at) >>> 4 !== 0x1e) return undefined;
  const startsWithKey = hasAdaptation && (packet.getUint8(5) & 0x40) !== 0;
  const stamp = at + 9 + ((packet.getUint8(at + 7) & 0x40) === 0 ? 0 : 5);
  const high = (packet.getUint8(stamp) & 0x0e) * 2 ** 29;
  const middle = (packet.getUint16(stamp + 1) >>> 1) * 2 ** 15;
  const start = high + middle + (packet.getUint16(stamp + 3) >>> 1);
  return { start, end: undefined, timescale: 90_000, startsWithKey };
}
