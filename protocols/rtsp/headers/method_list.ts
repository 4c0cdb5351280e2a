/**
 * The Public and Allow headers: RFC 2326 sections 12.4 and 12.28.
 *
 * @module
 */

const TOKEN = /^[A-Z][A-Z0-9_.-]*$/;

/**
 * Reads a list of methods; those of several fields are joined. Some cameras separate by spaces, and
 * some write lower case.
 */
export function parseMethods(...values: readonly string[]): ReadonlySet<string> {
  const methods = values.flatMap((value) => value.toUpperCase().split(/[\s,]+/));
  return new Set(methods.filter((method) => TOKEN.test(method)));
}

export function writeMethods(methods: Iterable<string>): string {
  return [...methods].join(", ");
}
