import type { CodecConfig } from "./codec.ts";

/** Whether two views hold the same bytes. */
export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}

/** Whether a decoder set up for one configuration need not be set up anew for the other. */
export function sameConfig(a: CodecConfig, b: CodecConfig): boolean {
  if (a === b) return true;
  const left = Object.entries(a);
  const right = new Map<string, unknown>(Object.entries(b));
  return left.length === right.size &&
    left.every(([field, value]) => sameValue(value, right.get(field)));
}

/** Fields of a configuration are bytes, lists of bytes, or primitives. */
function sameValue(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array) return b instanceof Uint8Array && bytesEqual(a, b);
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
  }
  return a === b;
}
