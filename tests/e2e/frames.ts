import { assert, assertEquals } from "@std/assert";

/** One packet of an elementary stream. Times in milliseconds. */
export interface Frame {
  readonly dts: number;
  readonly pts: number;
  /** MD5 of the payload. */
  readonly hash: string;
}

/**
 * Frames in decoding order by track, in the order of the tracks: `video h264`, `audio aac`, with ` #2` for
 * a second such one.
 */
export type Frames = ReadonlyMap<string, readonly Frame[]>;

interface Header {
  readonly numerator: number;
  readonly denominator: number;
  readonly name: string;
}

/** Reads what FFmpeg's `framemd5` muxer writes. */
export function parseFrames(text: string): Frames {
  const headers = parseHeaders(text);
  const frames = new Map([...headers.values()].map(({ name }) => [name, [] as Frame[]]));
  for (const line of text.split("\n")) {
    if (line.startsWith("#") || line.trim() === "") continue;
    const [index = "", dts, pts, , size, hash = ""] = line.split(",").map((cell) => cell.trim());
    // FFmpeg 8 gives an empty packet for the MultichannelConfig that its own muxer writes.
    if (Number(size) === 0) continue;
    const header = headers.get(index);
    if (header === undefined) throw new Error(`Cannot parse framemd5: no header for ${line}`);
    const toMs = (ticks: string | undefined) =>
      Number(ticks) * 1000 * header.numerator / header.denominator;
    frames.get(header.name)?.push({ dts: toMs(dts), pts: toMs(pts), hash });
  }
  return new Map([...frames].filter(([, track]) => track.length > 0));
}

function parseHeaders(text: string): ReadonlyMap<string, Header> {
  const fields = new Map<string, string>();
  for (const [, field, index, value = ""] of text.matchAll(/^#(\w+) (\d+): (.*)$/gm)) {
    fields.set(`${field} ${index}`, value.trim());
  }
  const headers = new Map<string, Header>();
  const seen = new Map<string, number>();
  for (const [key, base] of fields) {
    const [, index] = /^tb (\d+)$/.exec(key) ?? [];
    if (index === undefined) continue;
    const kind = `${fields.get(`media_type ${index}`)} ${fields.get(`codec_id ${index}`)}`;
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    const [numerator = 0, denominator = 1] = base.split("/").map(Number);
    headers.set(index, { numerator, denominator, name: count === 1 ? kind : `${kind} #${count}` });
  }
  return headers;
}

/** The framemd5 file at `path`. */
export async function readFrames(path: string): Promise<Frames> {
  return parseFrames(await Deno.readTextFile(path));
}

/**
 * Asserts that `actual` is `expected`: the same tracks, frames, bytes and, but for one offset that is
 * common to all tracks, times to the millisecond.
 *
 * @param mayLose frames that may be missing at the end, over all tracks.
 */
export function assertSameFrames(actual: Frames, expected: Frames, mayLose = 0): void {
  assertEquals([...actual.keys()].sort(), [...expected.keys()].sort());
  const wanted = withoutLost(actual, expected, mayLose);
  for (const [track, frames] of wanted) {
    assertEquals(hashes(actual.get(track)), hashes(frames), `${track}: payloads`);
  }
  assertSameTimes(actual, wanted);
}

function withoutLost(actual: Frames, expected: Frames, mayLose: number): Frames {
  let left = mayLose;
  const wanted = new Map<string, readonly Frame[]>();
  for (const [track, frames] of expected) {
    const missing = frames.length - (actual.get(track)?.length ?? 0);
    const lost = missing > 0 && missing <= left ? missing : 0;
    left -= lost;
    wanted.set(track, frames.slice(0, frames.length - lost));
  }
  return wanted;
}

/** Asserts that times differ by one offset, the same in all tracks. */
export function assertSameTimes(actual: Frames, expected: Frames): void {
  const offset = offsetOf(actual, expected);
  for (const [track, frames] of expected) {
    assertEquals(times(actual.get(track), -offset), times(frames, 0), `${track}: times`);
  }
}

function offsetOf(actual: Frames, expected: Frames): number {
  const [name = ""] = expected.keys();
  const [first] = actual.get(name) ?? [];
  const [reference] = expected.get(name) ?? [];
  return (first?.dts ?? 0) - (reference?.dts ?? 0);
}

/**
 * Asserts that `actual` is what a player gets that joins in the middle: in each track an unbroken run
 * of `expected` up to its end, in video from a key frame on.
 *
 * @param keyInterval video frames from one key frame to the next in `expected`.
 * @param mayLose as of `assertSameFrames`.
 */
export function assertJoined(
  actual: Frames,
  expected: Frames,
  keyInterval: number,
  mayLose = 0,
): void {
  const run = new Map<string, readonly Frame[]>();
  for (const [track, frames] of expected) {
    const [first] = actual.get(track) ?? [];
    const start = frames.findIndex(({ hash }) => hash === first?.hash);
    assert(start >= 0, `${track}: begins with a frame of the source`);
    if (track.startsWith("video")) assertEquals(start % keyInterval, 0, "begins with a key frame");
    run.set(track, frames.slice(start));
  }
  assertSameFrames(actual, run, mayLose);
}

/** Asserts that decoding times never go back in a track. */
export function assertMonotonic(frames: Frames): void {
  for (const [track, list] of frames) {
    list.reduce((previous, { dts }) => {
      assert(dts >= previous, `${track}: dts ${dts} after ${previous}`);
      return dts;
    }, -Infinity);
  }
}

function hashes(frames: readonly Frame[] = []): string[] {
  return frames.map(({ hash }) => hash);
}

function times(frames: readonly Frame[] = [], shift: number): string[] {
  return frames.map(({ dts, pts }) => `${Math.round(dts + shift)} ${Math.round(pts + shift)}`);
}
