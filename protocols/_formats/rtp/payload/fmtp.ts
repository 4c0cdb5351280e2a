/**
 * The value of `a=fmtp`: parameters as `name=value` between semicolons, as nearly every payload
 * format has them.
 *
 * @module
 */

/** Parameters by name in lower case: names do not tell cases apart (RFC 4855 section 3). */
export type FormatParameters = ReadonlyMap<string, string>;

/** Reads the parameters. A name without a value has an empty one; the first of a name counts. */
export function parseFmtp(fmtp = ""): FormatParameters {
  const parameters = new Map<string, string>();
  for (const parameter of fmtp.split(";")) {
    const equals = parameter.indexOf("=");
    const end = equals < 0 ? parameter.length : equals;
    const name = parameter.slice(0, end).trim().toLowerCase();
    if (name !== "" && !parameters.has(name)) parameters.set(name, parameter.slice(end + 1).trim());
  }
  return parameters;
}

/** Joins the parameters that have a value. */
export function writeFmtp(
  parameters: Readonly<Record<string, string | number | undefined>>,
): string | undefined {
  const written = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`);
  return written.length === 0 ? undefined : written.join("; ");
}

/** A parameter that is a whole number of at most `max`; `fallback` when absent or anything else. */
export function integerParameter(
  parameters: FormatParameters,
  name: string,
  fallback: number,
  max: number,
): number {
  const text = parameters.get(name) ?? "";
  const value = Number(text);
  return /^\d+$/.test(text) && value <= max ? value : fallback;
}

/** A parameter that is bytes in hexadecimal; undefined when absent, empty or broken. */
export function hexParameter(
  parameters: FormatParameters,
  name: string,
): Uint8Array | undefined {
  // Some servers put quotes around the value.
  const text = parameters.get(name)?.replaceAll('"', "") ?? "";
  const isHex = text !== "" && text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text);
  return isHex ? Uint8Array.fromHex(text) : undefined;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** A parameter that is a list of base64 between commas; what is broken in it is left out. */
export function base64Parameter(
  parameters: FormatParameters,
  name: string,
): readonly Uint8Array[] {
  const items = parameters.get(name)?.split(",") ?? [];
  return items.map((item) => decodeBase64(item.trim())).filter((bytes) => bytes !== undefined);
}

/** Padding may be missing, as some cameras leave it out. */
function decodeBase64(text: string): Uint8Array | undefined {
  if (!BASE64.test(text)) return undefined;
  const digits = text.replaceAll("=", "");
  // One digit alone makes no byte.
  if (digits.length % 4 === 1) return undefined;
  return Uint8Array.fromBase64(digits);
}

/** The list that {@linkcode base64Parameter} reads; undefined when there is nothing in it. */
export function base64List(items: readonly Uint8Array[]): string | undefined {
  return items.length === 0 ? undefined : items.map((item) => item.toBase64()).join(",");
}
