import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { avBare } from "./av.ts";
import type { Frame, Frames } from "./frames.ts";
import { readFrames } from "./frames.ts";

/**
 * How far sound and picture may be apart from where they are in the source, in milliseconds: less than
 * anybody sees.
 */
export const SYNC_LIMIT_MS = 20;

/** The frames of a file without what each protocol carries in its own way; decoding times are none. */
export async function bareFramesOf(path: string): Promise<Frames> {
  const listing = `${path}.bare`;
  await using list = avBare(path, listing);
  await list.succeed();
  try {
    return await readFrames(listing);
  } finally {
    await Deno.remove(listing);
  }
}

/** What a client may do to a stream. */
export interface Allowance {
  /** Frames of a track that the publisher does not send, or the player does not hand on, at its end. */
  readonly mayLose?: Readonly<Partial<Record<"video" | "audio", number>>>;
  /** Pictures from one key frame to the next, where it may begin with a later one than the first. */
  readonly keyInterval?: number;
  /** Frames at the start of each track that the player hands on before it has put them in sync. */
  readonly settles?: number;
  /** What the ways that it took carry of a clip, given what was played; absent where that is all. */
  readonly carries?: (frames: Frames, played: Frames) => Frames;
}

/**
 * Asserts that `actual` is what is carried of `source`, from some key frame on to its end: the same bytes in
 * each track, nothing missing between, and sound and picture as far apart as they were.
 */
export function assertCarried(actual: Frames, source: Frames, allowance: Allowance = {}): void {
  const { carries = (frames) => frames, keyInterval = 1 } = allowance;
  const expected = carries(source, actual);
  assertEquals([...actual.keys()].sort(), [...expected.keys()].sort());
  for (const [track, frames] of expected) {
    const own = actual.get(track) ?? [];
    const start = source.get(track)?.findIndex(({ hash }) => hash === own[0]?.hash) ?? -1;
    assert(start >= 0, `${track}: begins with a frame of the source`);
    const isKey = !track.startsWith("video") || start % keyInterval === 0;
    assert(isKey, `${track}: begins with a key frame`);
    assertRun(track, own, frames, allowance);
  }
  assertInSync(actual, expected, allowance);
}

function assertRun(
  track: string,
  actual: readonly Frame[],
  expected: readonly Frame[],
  { mayLose = {} }: Allowance,
): void {
  const kind = track.startsWith("video") ? "video" : "audio";
  const hashes = actual.map(({ hash }) => hash);
  const runs = expected.flatMap(({ hash }, start) =>
    hash === hashes[0]
      ? [{ start, run: expected.slice(start, start + actual.length).map(({ hash }) => hash) }]
      : []
  );
  // A tone repeats itself: the run may begin with a later one of frames that are the same.
  const { start, run } = runs.find(({ run }) => `${run}` === `${hashes}`) ?? runs[0] ??
    { start: 0, run: [] };
  assertEquals(hashes, run, `${track}: payloads`);
  const lost = expected.length - start - actual.length;
  assertLessOrEqual(lost, mayLose[kind] ?? 0, `${track}: frames lost at the end`);
}

/** Asserts that times differ from those of the source by one offset, the same in all tracks. */
export function assertInSync(
  actual: Frames,
  expected: Frames,
  { settles = 0 }: Pick<Allowance, "settles"> = {},
): void {
  const offsets = [...expected].flatMap(([track, frames]) => {
    const times = new Map(frames.map(({ hash, pts }) => [hash, pts]));
    // FFmpeg does not know the time of the first picture over RTSP, nor do frames of silence differ.
    return times.size < frames.length
      ? []
      : (actual.get(track) ?? []).slice(settles).flatMap(({ hash, pts }) => {
        const offset = pts - (times.get(hash) ?? NaN);
        return Number.isFinite(offset) && pts > UNKNOWN_TIME ? [offset] : [];
      });
  });
  const spread = Math.max(...offsets) - Math.min(...offsets);
  assertLessOrEqual(spread, SYNC_LIMIT_MS, "sound and picture, in milliseconds");
}

/** FFmpeg's unknown time is the least of 64 bits, of whichever time base. */
const UNKNOWN_TIME = -1e12;
