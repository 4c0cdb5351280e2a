/**
 * The Public and Allow headers: RFC 2326 sections 12.4 and 12.28.
 *
 * @module
 */
import { splitList } from "./syntax.ts";

/**
 * Reads a list of methods; those of several fields are joined. Some cameras separate by spaces, and
 * some write lower case.
 */
export function parseMethods(...values: readonly string[]): ReadonlySet<string> {
  const methods = values.flatMap((value) => splitList(value, ","))
    .flatMap((piece) => piece.split(/\s+/));
  return new Set(methods.map((method) => method.toUpperCase()));
}

export function writeMethods(methods: Iterable<string>): string {
  return [...methods].join(", ");
}
