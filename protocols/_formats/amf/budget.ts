import { AmfError, type AmfFormat } from "./errors.ts";

/** Deepest nesting. Commands of real clients nest three deep; the reader recurses. */
export const MAX_AMF_DEPTH = 32;

/**
 * Values in one message, each property and element counted, and again wherever a reference repeats
 * it. `onMetaData` of a long file lists some thousand key frame positions and times; what a peer can
 * make a consumer walk through stays in proportion to what it sent.
 */
export const MAX_AMF_VALUES = 65_536;

/** Longest string in bytes. RTMP commands are below 64 KiB; script data may carry a caption page. */
export const MAX_AMF_STRING_BYTES = 1 << 20;

/** Counts what one message makes us build, across AMF0 and the AMF3 inside it. */
export class AmfBudget {
  #values = 0;
  #depth = 0;

  /** Values counted so far: the difference of two readings is the weight of what lies between. */
  get values(): number {
    return this.#values;
  }

  /** Counts `count` more values. Throws {@linkcode AmfError} past {@linkcode MAX_AMF_VALUES}. */
  charge(format: AmfFormat, offset: number, count = 1): void {
    this.#values += count;
    if (this.#values > MAX_AMF_VALUES) {
      throw new AmfError(format, offset, `more than ${MAX_AMF_VALUES} values`);
    }
  }

  /** Runs `read` one level deeper. Throws {@linkcode AmfError} past {@linkcode MAX_AMF_DEPTH}. */
  nested<T>(format: AmfFormat, offset: number, read: () => T): T {
    if (this.#depth >= MAX_AMF_DEPTH) {
      throw new AmfError(format, offset, `nested deeper than ${MAX_AMF_DEPTH} levels`);
    }
    this.#depth++;
    try {
      return read();
    } finally {
      this.#depth--;
    }
  }
}
