/** Whether a request is about the ICE session that there is now. */
export type Precondition = "met" | "failed" | "missing";

/** Every ICE session; quoted as the examples of RFC 9725 have it, which is no entity-tag of ours. */
const ANY: ReadonlySet<string> = new Set(["*", '"*"']);

const ENTITY_TAG = /(W\/)?("[^"]*")/g;

/**
 * Evaluates `If-Match` (RFC 9110 section 13.1.1) against the entity-tag in force, by the strong
 * comparison. RFC 9725 section 4.3.1 makes the header a must.
 */
export function evaluateIfMatch(header: string | undefined, current: string): Precondition {
  if (header === undefined) return "missing";
  if (ANY.has(header.trim())) return "met";
  for (const [, weak, tag] of header.matchAll(ENTITY_TAG)) {
    if (weak === undefined && tag === current) return "met";
  }
  return "failed";
}
