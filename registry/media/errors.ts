/** Where a {@linkcode BitstreamError} counts its offset. */
export type OffsetUnit = "bit" | "byte";

/**
 * A bitstream structure that breaks the rules of its codec. The only error that the parsers of
 * `registry/media/` throw, whatever bytes they are given.
 */
export class BitstreamError extends Error {
  override readonly name = "BitstreamError";

  constructor(
    /** The structure that was being read, as in "H.264 SPS". */
    readonly what: string,
    readonly reason: string,
    /** Where the trouble was found, in `unit`s from the start of the structure. */
    readonly offset: number,
    readonly unit: OffsetUnit = "byte",
  ) {
    super(`Cannot parse ${what}: ${reason} at ${unit} ${offset}`);
  }
}

/** What `read` returns, or undefined when it throws a {@linkcode BitstreamError}. */
export function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof BitstreamError) return undefined;
    throw error;
  }
}
