/** A stretch of a recording that is fetched as one. Positions in milliseconds. */
export interface PlannedSegment {
  /** Of a key picture; where decoding begins. */
  readonly startMs: number;
  readonly endMs: number;
}

/** A segment ends at the first key picture after this long, in milliseconds: Apple's advice for VOD. */
const SEGMENT_MS = 6_000;

/**
 * Divides a recording at key pictures. The segments follow from the recording alone, so that each can
 * be made when it is asked for, and again.
 *
 * @param keys positions at which reading can begin, ascending.
 */
export function planSegments(
  keys: readonly number[],
  durationMs: number,
): readonly PlannedSegment[] {
  const starts: number[] = [];
  for (const key of keys) {
    const last = starts.at(-1);
    if (key < durationMs && (last === undefined || key - last >= SEGMENT_MS)) starts.push(key);
  }
  // Sound may begin before the first picture.
  return starts.map((startMs, index) => ({
    startMs: index === 0 ? 0 : startMs,
    endMs: starts[index + 1] ?? durationMs,
  }));
}
