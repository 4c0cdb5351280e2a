import { M3u8Error } from "./errors.ts";
import type { TagLine } from "./lines.ts";
import type { ByteRange } from "./playlist.ts";
import { parseByteRange, parseDecimal, parseInteger, parseSeconds, unexpected } from "./values.ts";

/** One `NAME=value` of a list; spaces around it, which the grammar has not, are passed over. */
const ATTRIBUTE = /\s*([A-Z0-9-]+)=(?:"([^"]*)"\s*|([^",]*))(?:,|$)/y;

/**
 * The attribute list of a tag, RFC 8216bis section 4.2. A value is the same quoted or not, for
 * packagers that mix the two up; of an attribute that is there twice the first counts.
 */
export class AttributeList {
  readonly #tag: TagLine;
  readonly #values = new Map<string, string>();

  /** @throws {M3u8Error} it is no list of attributes. */
  constructor(tag: TagLine) {
    this.#tag = tag;
    const { value: text } = tag;
    for (let at = 0; at < text.length; at = ATTRIBUTE.lastIndex) {
      ATTRIBUTE.lastIndex = at;
      const match = ATTRIBUTE.exec(text);
      if (match === null) throw new M3u8Error(`${tag.name} is not a list of attributes`, tag.line);
      const [, name = "", quoted, bare = ""] = match;
      if (!this.#values.has(name)) this.#values.set(name, quoted ?? bare.trim());
    }
  }

  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** @throws {M3u8Error} it is missing or empty. */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === "") {
      throw new M3u8Error(`${this.#tag.name} has no ${name}`, this.#tag.line);
    }
    return value;
  }

  /** Whether the attribute is YES. */
  isYes(name: string): boolean {
    return this.text(name) === "YES";
  }

  integer(name: string): number | undefined {
    return this.#read(name, parseInteger);
  }

  decimal(name: string): number | undefined {
    return this.#read(name, parseDecimal);
  }

  /** Decimal seconds as microseconds. */
  seconds(name: string): number | undefined {
    return this.#read(name, parseSeconds);
  }

  /** @param next where the range begins when the list does not say it. */
  byteRange(name: string, next: number | undefined): ByteRange | undefined {
    return this.#read(name, (text, what, line) => parseByteRange(text, next, what, line));
  }

  /** `WIDTHxHEIGHT` */
  resolution(name: string): { readonly width: number; readonly height: number } | undefined {
    return this.#read(name, (text, what, line) => {
      const match = /^(\d{1,9})x(\d{1,9})$/.exec(text);
      if (match === null) throw unexpected("a resolution", text, what, line);
      return { width: Number(match[1]), height: Number(match[2]) };
    });
  }

  #read<T>(
    name: string,
    parse: (text: string, what: string, line: number) => T,
  ): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    return parse(text, `${name} of ${this.#tag.name}`, this.#tag.line);
  }
}
