/**
 * Rescales integer ticks from one timescale to another, to the nearest tick (halves away from zero).
 * Exact while the result is a safe integer; the quotient and the remainder are scaled apart so that
 * the product cannot pass 2^53 for any timescale below 2^26.
 */
export function rescale(ticks: number, from: number, to: number): number {
  if (from === to) return ticks;
  const whole = Math.trunc(ticks / from);
  const rest = ticks - whole * from;
  const scaled = rest * to / from;
  return whole * to + (scaled < 0 ? -Math.round(-scaled) : Math.round(scaled));
}

/**
 * Continues a counter of `bits` bits past its wrap: the value congruent to `raw` that is nearest to
 * `previous`.
 */
export function unwrap(raw: number, previous: number, bits: number): number {
  const span = 2 ** bits;
  const base = previous - ((previous % span) + span) % span;
  const value = base + raw;
  if (value - previous > span / 2) return value - span;
  if (previous - value > span / 2) return value + span;
  return value;
}
