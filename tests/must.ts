/** A value that the test cannot go on without. */
export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new TypeError("Cannot test: a value is missing");
  return value;
}
