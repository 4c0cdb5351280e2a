/** Bytes from hex digits, with spaces anywhere. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.fromHex(digits.replaceAll(" ", ""));
}

/** The parts of a message body as one string of hex digits. */
export function joinedHex(parts: readonly Uint8Array[]): string {
  return parts.map((part) => part.toHex()).join("");
}

/** A named capture beside these tests. */
export function vector(name: string): Uint8Array {
  return Deno.readFileSync(new URL(`./vectors/${name}`, import.meta.url));
}
