/** Thrown by every assertion that does not hold. */
export class AssertionError extends Error {
  /** @param message what was expected and what was found; `options` are those of `Error` */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/** The caller's own words as the published messages end with them: `: words`, or `.` for none. */
export function suffix(msg: string | undefined): string {
  return msg ? `: ${msg}` : ".";
}
