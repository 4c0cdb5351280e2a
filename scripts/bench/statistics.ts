/** The value below which `share` (0 to 1) of `values` lie; `undefined` when there are none. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Median, and the value that one in a hundred passes. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
}

export function spreadOf(values: readonly number[]): Spread | undefined {
  const p50 = percentile(values, 0.5);
  const p99 = percentile(values, 0.99);
  return p50 === undefined || p99 === undefined ? undefined : { p50, p99 };
}
