/**
 * What the grammars of RTSP header values share: lists, parameters and quoted strings (RFC 2326
 * section 15.1, from HTTP/1.1 section 2.2).
 *
 * @module
 */

/** A name, in lower case, and its value, unquoted; the value is absent where there is no `=`. */
export interface Parameter {
  readonly name: string;
  readonly value: string | undefined;
}

/**
 * Splits at a separator, except inside quoted strings, and trims what lies between; empty pieces are
 * left out. A quote that is not closed lasts to the end.
 */
export function splitList(text: string, separator: "," | ";"): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '"') at = endOfQuote(text, at);
    if (at < text.length && text[at] !== separator) continue;
    const piece = text.slice(start, at).trim();
    if (piece !== "") pieces.push(piece);
    start = at + 1;
  }
  return pieces;
}

/** Index of the closing quote, or the length of the text. */
function endOfQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

/** Reads `name=value` or `name="value"`; spaces around either are tolerated. */
export function parseParameter(text: string): Parameter {
  const equals = text.indexOf("=");
  if (equals === -1) return { name: text.trim().toLowerCase(), value: undefined };
  return {
    name: text.slice(0, equals).trim().toLowerCase(),
    value: unquote(text.slice(equals + 1).trim()),
  };
}

/** The content of a quoted string; what is not one, or more than one, as it is. */
export function unquote(text: string): string {
  const end = endOfQuote(text, 0);
  if (!text.startsWith('"') || end < text.length - 1) return text;
  return text.slice(1, end).replace(/\\(.)/g, "$1");
}

/** Writes a quoted string. */
export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** Reads a decimal number of digits only, up to `max`; `undefined` when it is none. */
export function parseDecimal(text: string | undefined, max: number): number | undefined {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}

/** Removes parts that are absent, for types whose optional fields are left out. */
export function present<T extends object>(parts: T): Present<T> {
  const entries = Object.entries(parts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Present<T>;
}

/** `T` with fields that may be `undefined` made optional instead. */
export type Present<T> =
  & { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] }
  & { readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };
