/**
 * How RTMP splits a stream's name over application and stream key, in both directions.
 *
 * @module
 */
import { RtmpUrlError } from "./errors.ts";

const RTMP_PORT = 1935;
/** RTMPS goes over the port of HTTPS where the URL names none, as in FFmpeg. */
const RTMPS_PORT = 443;

/** FMS and Wowza call the one instance of an application so when a URL leaves it out. */
const DEFAULT_INSTANCE = "_definst_";

/** Players say by a prefix of what kind a file is; FFmpeg adds `mp4:` by itself. */
const FILE_KIND = /^(mp4|mp3|flv):/;

/** Where a client connects to, and what it then asks for. */
export interface RtmpTarget {
  readonly tls: boolean;
  /** IPv6 addresses without brackets. */
  readonly host: string;
  readonly port: number;
  readonly app: string;
  /** As `publish` and `play` carry it, query included; empty where the URL has one segment. */
  readonly streamKey: string;
  /** The URL up to the application, without credentials. */
  readonly tcUrl: string;
}

/** A stream name of the registry, and what came with it for access and hooks. */
export interface RequestedStream {
  /** Not checked: the registry says whether it can be a name. */
  readonly name: string;
  /** The name of the file, where the player said its kind and left out what it ends with. */
  readonly fileName?: string;
  /** Without `?`; that of the application before that of the stream key. */
  readonly query: string;
}

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw new RtmpUrlError(`the path has a malformed escape: ${pathname}`, "pathname");
  }
}

/**
 * Segments of the application: one of two, two of three or more, as in FFmpeg, from which people
 * bring their URLs.
 */
function splitPath(pathname: string): { readonly app: string; readonly key: string } {
  const segments = decodePath(pathname).split("/").filter((segment) => segment !== "");
  if (segments.length === 0) throw new RtmpUrlError("the path names no stream", "pathname");
  const appSegments = segments.length > 2 ? 2 : 1;
  return {
    app: segments.slice(0, appSegments).join("/"),
    key: segments.slice(appSegments).join("/"),
  };
}

/**
 * Parses the URL of a remote stream. A query goes with the stream key, or with the application
 * where there is no key.
 *
 * @throws {RtmpUrlError} when it is not `rtmp:` or `rtmps:`, or lacks host or path.
 */
export function parseRtmpUrl(url: URL): RtmpTarget {
  if (url.protocol !== "rtmp:" && url.protocol !== "rtmps:") {
    throw new RtmpUrlError(`the scheme is ${url.protocol}, expected rtmp: or rtmps:`, "protocol");
  }
  if (url.hostname === "") throw new RtmpUrlError("the host is missing", "hostname");
  const tls = url.protocol === "rtmps:";
  const defaultPort = tls ? RTMPS_PORT : RTMP_PORT;
  const port = url.port === "" ? defaultPort : Number(url.port);
  const { app, key } = splitPath(url.pathname);
  const authority = port === defaultPort ? url.hostname : `${url.hostname}:${port}`;
  const wireApp = key === "" ? app + url.search : app;
  return {
    tls,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    app: wireApp,
    streamKey: key === "" ? "" : key + url.search,
    tcUrl: `${url.protocol}//${authority}/${wireApp}`,
  };
}

function splitQuery(text: string): readonly [path: string, query: string] {
  const mark = text.indexOf("?");
  return mark === -1 ? [text, ""] : [text.slice(0, mark), text.slice(mark + 1)];
}

/** Names hold no `%`, so that decoding what a player left encoded loses nothing. */
function decodeLeniently(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * Names the stream that a client asked for. Application and key are joined, so that any split at a
 * slash gives the same name: encoders and players each split in their own way. Empty segments and
 * the default instance (`live/_definst_/cam1`) are left out, and so is the prefix `mp4:` of a key.
 *
 * @param tcUrl of `connect`; its query counts where the application has none.
 */
export function streamName(app: string, streamKey: string, tcUrl = ""): RequestedStream {
  const [appPath, appQuery] = splitQuery(app);
  const [keyPath, keyQuery] = splitQuery(streamKey);
  const connectQuery = appQuery === "" ? splitQuery(tcUrl)[1] : appQuery;
  const path = decodeLeniently(`${appPath}/${keyPath.replace(FILE_KIND, "")}`);
  const segments = path.split("/").filter((segment) => segment !== "");
  if (segments[1] === DEFAULT_INSTANCE) segments.splice(1, 1);
  const name = segments.join("/");
  const [, kind] = FILE_KIND.exec(keyPath) ?? [];
  // As rtmpdump and Flash do: `mp4:clip` is clip.mp4.
  const isShort = kind !== undefined && !segments.at(-1)?.includes(".");
  return {
    name,
    ...(isShort && { fileName: `${name}.${kind}` }),
    query: [connectQuery, keyQuery].filter((query) => query !== "").join("&"),
  };
}
