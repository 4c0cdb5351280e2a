/** What {@linkcode partition} made of a list of NAL units or OBUs. */
export interface Partition {
  readonly payload: readonly Uint8Array[];
  readonly removed: readonly Uint8Array[];
}

const NOTHING: readonly Uint8Array[] = [];

/**
 * Divides NAL units or OBUs by their type, in order. Most units carry nothing to remove: then
 * `payload` is `parts` itself, and nothing is allocated but the result.
 */
export function partition(
  parts: readonly Uint8Array[],
  isRemoved: (part: Uint8Array) => boolean,
): Partition {
  if (!parts.some(isRemoved)) return { payload: parts, removed: NOTHING };
  const payload: Uint8Array[] = [];
  const removed: Uint8Array[] = [];
  for (const part of parts) (isRemoved(part) ? removed : payload).push(part);
  return { payload, removed };
}
