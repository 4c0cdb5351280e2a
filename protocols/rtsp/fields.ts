/**
 * Header fields of a message: RFC 2326 section 4.2 takes them from HTTP/1.1 and RFC 822.
 *
 * @module
 */

/** A name as it is written, and a value without line breaks. */
export type HeaderField = readonly [name: string, value: string];

/** The header fields of a message that was received, in order; names compare without case. */
export class HeaderFields implements Iterable<HeaderField> {
  readonly #fields: readonly HeaderField[];

  constructor(fields: readonly HeaderField[]) {
    this.#fields = fields;
  }

  /** The value of the first field of that name. */
  get(name: string): string | undefined {
    return this.getAll(name)[0];
  }

  /** The values of all fields of that name: some peers repeat what others join by commas. */
  getAll(name: string): readonly string[] {
    const wanted = name.toLowerCase();
    return this.#fields
      .filter(([known]) => known.toLowerCase() === wanted)
      .map(([, value]) => value);
  }

  [Symbol.iterator](): Iterator<HeaderField> {
    return this.#fields[Symbol.iterator]();
  }
}
