import type { AmfBudget } from "./budget.ts";
import { AmfError, type AmfFormat } from "./errors.ts";
import type { AmfValue } from "./value.ts";

interface Entry {
  value: AmfValue;
  weight: number;
  isComplete: boolean;
}

/**
 * The table of complex values that later values of a message may refer to by index (AMF0 section
 * 2.9, AMF3 section 2.2). A reference to a value that is still being read would make a cycle, which
 * no consumer of ours could walk: it is refused. A reference is charged with the whole weight of its
 * target, or a few bytes could stand for an exponentially large tree.
 */
export class AmfReferences {
  readonly #entries: Entry[] = [];

  constructor(readonly format: AmfFormat, readonly budget: AmfBudget) {}

  /** Reads a complex value one level down and remembers it under the next index. */
  define<T extends AmfValue>(offset: number, read: () => T): T {
    const entry: Entry = { value: undefined, weight: 0, isComplete: false };
    this.#entries.push(entry);
    const before = this.budget.values;
    const value = this.budget.nested(this.format, offset, read);
    entry.value = value;
    entry.weight = this.budget.values - before;
    entry.isComplete = true;
    return value;
  }

  resolve(index: number, offset: number): AmfValue {
    const entry = this.#entries[index];
    if (entry === undefined) {
      throw new AmfError(this.format, offset, `reference ${index} names no earlier value`);
    }
    if (!entry.isComplete) {
      throw new AmfError(this.format, offset, `reference ${index} is circular`);
    }
    this.budget.charge(this.format, offset, entry.weight);
    return entry.value;
  }
}
