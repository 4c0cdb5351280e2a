/** Which of the two formats was being read or written. */
export type AmfFormat = "AMF0" | "AMF3";

/** Bytes that are not valid AMF, or that pass one of the limits in `budget.ts`. */
export class AmfError extends Error {
  override readonly name = "AmfError";

  constructor(
    readonly format: AmfFormat,
    /** Position of the byte that could not be used, from the start of the message. */
    readonly offset: number,
    readonly reason: string,
  ) {
    super(`Cannot parse ${format} value: ${reason} at byte ${offset}`);
  }
}
