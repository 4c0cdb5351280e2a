/**
 * What request URLs name, and where URLs of remote streams lead: RFC 2326 section 3.2.
 *
 * @module
 */
import { RtspUrlError } from "./errors.ts";

/** Port of `rtsp:` where a URL names none. */
const RTSP_PORT = 554;
/** Port of `rtsps:` where a URL names none (RFC 7826 section 4.2). */
const RTSPS_PORT = 322;

/** `rtspu` is RTSP over UDP in RFC 2326; players that write it mean RTP over UDP. */
const ABSOLUTE = /^(rtsp|rtsps|rtspu):\/\/([^/?#]*)([^#]*)/i;
const OTHER_SCHEME = /^([a-z][a-z0-9+.\-]*):\/\//i;

/**
 * How servers name a track at the end of a URL: `trackID=1` (ours, live555 derivatives, cameras),
 * `streamid=0` (FFmpeg), `stream=0` (GStreamer), `track1` (live555).
 */
const CONTROL = /^(?:trackid=|streamid=|stream=|track=|track)(\d{1,9})$/i;

/** What a request is about. */
export type RequestTarget =
  /** `*`, or a URL without a path: the server itself. */
  | { readonly type: "server" }
  | StreamTarget;

/** A stream name of the registry, and what came with it for access and hooks. */
export interface StreamTarget {
  readonly type: "stream";
  /** Not checked: the registry says whether it can be a name. */
  readonly name: string;
  /** Without `?`. */
  readonly query: string;
}

/** A track of a stream, as the end of a request URL names it. */
export interface TrackTarget extends StreamTarget {
  /** `trackID=1`, as written. */
  readonly control: string;
  /** The number in it. */
  readonly trackId: number;
}

/** Names hold no `%`, so that decoding what a player left encoded loses nothing. */
function decodeLeniently(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function splitQuery(text: string): readonly [path: string, query: string] {
  const mark = text.indexOf("?");
  return mark === -1 ? [text, ""] : [text.slice(0, mark), text.slice(mark + 1)];
}

function pathOf(url: string): string {
  const match = ABSOLUTE.exec(url);
  if (match !== null) return match[3] ?? "";
  const other = OTHER_SCHEME.exec(url);
  if (other !== null) throw new RtspUrlError(`the scheme is ${other[1]}, expected rtsp`, "scheme");
  return url.replace(/#.*$/, "");
}

/**
 * Reads the URL of a request: absolute, or a path as some clients and proxies send it. Host and
 * credentials do not count, nor do empty segments and a slash at the end.
 *
 * @throws {RtspUrlError} when it has another scheme.
 */
export function parseRequestUrl(url: string): RequestTarget {
  if (url === "*") return { type: "server" };
  const [path, query] = splitQuery(pathOf(url));
  const name = joinSegments(decodeLeniently(path));
  // Content-Base ends with a slash, which clients hand back behind the query.
  return name === ""
    ? { type: "server" }
    : { type: "stream", name, query: query.replace(/\/$/, "") };
}

/** As {@linkcode parseRequestUrl}, where a stream has to be named. @throws {RtspUrlError} */
export function streamOf(url: string): StreamTarget {
  const target = parseRequestUrl(url);
  if (target.type === "stream") return target;
  throw new RtspUrlError("it names no stream", "path");
}

function joinSegments(path: string): string {
  return path.split("/").filter((segment) => segment !== "").join("/");
}

/**
 * Takes the track off the end of a SETUP's URL. Clients put it behind the whole URL that they were
 * given, and so behind the query (`/live/cam1?token=x/trackID=1`), or behind the path.
 *
 * A stream may have a name like `live/track1`: ask only where a track is looked for.
 */
export function splitTrack(target: StreamTarget): TrackTarget | undefined {
  return splitLast(target.query, (query) => ({ ...target, query })) ??
    splitLast(target.name, (name) => ({ ...target, name }));
}

function splitLast(
  text: string,
  withRest: (rest: string) => StreamTarget,
): TrackTarget | undefined {
  const slash = text.lastIndexOf("/");
  const control = text.slice(slash + 1);
  const match = CONTROL.exec(control);
  if (slash === -1 || match === null) return undefined;
  return { ...withRest(text.slice(0, slash)), control, trackId: Number(match[1]) };
}

/** The control attribute of a track of ours, relative to the stream's URL. */
export function trackControl(trackId: number): string {
  return `trackID=${trackId}`;
}

/** Where a client connects to, and what it asks for there. */
export interface RtspEndpoint {
  readonly tls: boolean;
  /** IPv6 addresses without brackets. */
  readonly host: string;
  readonly port: number;
  /** For the request line: without credentials and fragment. */
  readonly url: string;
  readonly credentials?: Credentials;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * Parses the URL of a remote stream.
 *
 * @throws {RtspUrlError} when it is not `rtsp:` or `rtsps:`, or names no host.
 */
export function parseRtspUrl(url: URL): RtspEndpoint {
  const tls = url.protocol === "rtsps:";
  if (!tls && url.protocol !== "rtsp:") {
    throw new RtspUrlError(`the scheme is ${url.protocol}, expected rtsp: or rtsps:`, "scheme");
  }
  if (url.hostname === "") throw new RtspUrlError("the host is missing", "host");
  const port = url.port === "" ? tls ? RTSPS_PORT : RTSP_PORT : Number(url.port);
  if (port === 0) throw new RtspUrlError("the port is 0", "port");
  const credentials = {
    user: decodeLeniently(url.username),
    password: decodeLeniently(url.password),
  };
  return {
    tls,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    url: `${url.protocol}//${url.host}${url.pathname}${url.search}`,
    ...(url.username !== "" && { credentials }),
  };
}
