/** Bytes of an IP address that is written as a literal; `undefined` for a name. */
export function parseIp(host: string): Uint8Array | undefined {
  return host.includes(":") ? parseIpv6(host) : parseIpv4(host);
}

function parseIpv4(host: string): Uint8Array | undefined {
  const parts = host.split(".");
  const isSound = parts.length === 4 &&
    parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
  return isSound ? Uint8Array.from(parts, Number) : undefined;
}

function parseIpv6(host: string): Uint8Array | undefined {
  const halves = host.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => half === "" ? [] : wordsOf(half));
  if (head === undefined) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const words = [...head, ...new Array<number>(missing).fill(0), ...tail ?? []];
  if (words.some((word) => !(word <= 0xffff))) return undefined;
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

/** Words between colons, the last two of which may be written as IPv4; NaN for what is no word. */
function wordsOf(text: string): number[] {
  return text.split(":").flatMap((part) => {
    if (!part.includes(".")) return /^[0-9a-f]{1,4}$/i.test(part) ? parseInt(part, 16) : NaN;
    const [a = NaN, b = 0, c = 0, d = 0] = parseIpv4(part) ?? [];
    return [a * 256 + b, c * 256 + d];
  });
}

/** As systems write it (RFC 5952), so that addresses can be compared as text. @param ip 4 or 16 bytes. */
export function formatIp(ip: Uint8Array): string {
  if (ip.byteLength === 4) return ip.join(".");
  const words = Array.from({ length: 8 }, (_, i) => ((ip[i * 2] ?? 0) << 8) | (ip[i * 2 + 1] ?? 0));
  const { start, length } = longestZeros(words);
  const text = (from: number, to: number) =>
    words.slice(from, to).map((word) => word.toString(16)).join(":");
  return length < 2 ? text(0, 8) : `${text(0, start)}::${text(start + length, 8)}`;
}

function longestZeros(words: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start++) {
    const end = words.findIndex((word, at) => at >= start && word !== 0);
    const length = (end === -1 ? words.length : end) - start;
    if (length > longest.length) longest = { start, length };
  }
  return longest;
}

const MAPPED = "::ffff:";

/** The address as both families write it: IPv4 that a socket of both has wrapped is unwrapped. */
export function plainHost(host: string): string {
  const isMapped = host.startsWith(MAPPED) && host.includes(".");
  return isMapped ? host.slice(MAPPED.length) : host;
}

export function isIpv6(host: string): boolean {
  return host.includes(":");
}

export function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1" || host === "localhost";
}
