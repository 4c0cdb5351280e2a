/** A value that the test cannot go on without. */
export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new TypeError("Cannot test: a value is missing");
  return value;
}

/** For what a test gives to something that must not use it. */
export function unused(): never {
  throw new TypeError("Cannot test: this was not to be used");
}
