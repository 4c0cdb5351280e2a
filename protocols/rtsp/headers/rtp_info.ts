/**
 * The RTP-Info header: RFC 2326 section 12.33, and its other form of RFC 7826 section 18.45.
 *
 * @module
 */
import { parseDecimal, unquote } from "./syntax.ts";

const MAX_SEQUENCE = 0xffff;
const MAX_TIMESTAMP = 0xffff_ffff;

/** More tracks than a description may have. */
const MAX_ENTRIES = 64;

/** Where the packets of one track begin. What a server leaves out or writes wrongly is absent. */
export interface RtpInfo {
  /** Of the track: absolute, or relative to the request. */
  readonly url: string;
  /** Sequence number of the first packet. */
  readonly seq?: number;
  /** RTP timestamp of the start of the range. */
  readonly rtptime?: number;
}

// A URL may have commas and semicolons of its own, so that entries are found by their `url=`, and
// the end of a URL by the parameter behind it.
const ENTRY = /(?:^|,)\s*url\s*=/i;
const URL_END = /;\s*(?:seq|rtptime|ssrc)\s*=|\sssrc\s*=|;\s*$/i;
const PARAMETER = /(?:^|[;:\s])(seq|rtptime)\s*=\s*([^;:,\s]*)/gi;

/** Reads what can be read; servers write this header in many ways, and a player can do without it. */
export function parseRtpInfo(value: string): readonly RtpInfo[] {
  return value.split(ENTRY).slice(1, MAX_ENTRIES + 1).map(parseEntry)
    .filter((entry) => entry !== undefined);
}

function parseEntry(text: string): RtpInfo | undefined {
  const trimmed = text.trim();
  const found = trimmed.search(URL_END);
  const end = found === -1 ? trimmed.length : found;
  const url = parseUrl(trimmed.slice(0, end));
  if (url === undefined) return undefined;
  const parameters = new Map<string, string>();
  for (const [, name = "", number = ""] of trimmed.slice(end).matchAll(PARAMETER)) {
    parameters.set(name.toLowerCase(), number);
  }
  const seq = parseDecimal(parameters.get("seq"), MAX_SEQUENCE);
  const rtptime = parseDecimal(parameters.get("rtptime"), MAX_TIMESTAMP);
  return {
    url,
    ...(seq !== undefined && { seq }),
    ...(rtptime !== undefined && { rtptime }),
  };
}

/** `undefined` for what is no URL because it has quotes or parameters in it. */
function parseUrl(text: string): string | undefined {
  const url = unquote(text.trim()).replace(/[;,\s]+$/, "").trim();
  return url === "" || /"/.test(url) || URL_END.test(url) || ENTRY.test(url) ? undefined : url;
}

/** In the form of RFC 2326. */
export function writeRtpInfo(entries: readonly RtpInfo[]): string {
  return entries.map(({ url, seq, rtptime }) =>
    `url=${url}` + (seq === undefined ? "" : `;seq=${seq}`) +
    (rtptime === undefined ? "" : `;rtptime=${rtptime}`)
  ).join(",");
}
