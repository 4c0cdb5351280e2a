import type { Context as HttpContext, Hono, Next } from "hono";
import { parseWait } from "../../_http/query.ts";
import { formatAddress } from "../../_transport/transport.ts";
import type { HttpEnv } from "../../protocol.ts";
import type { MultivariantPlaylist } from "../../_formats/m3u8/playlist.ts";
import { writeMultivariantPlaylist } from "../../_formats/m3u8/writer.ts";
import { HttpError } from "../errors.ts";
import { FMP4_FORMAT } from "./fmp4_format.ts";
import { newSecret } from "./guarded_format.ts";
import type { MediaResource } from "./programme.ts";
import { forSession } from "./entry_playlist.ts";
import { type HlsRequest, parseRequest } from "./request.ts";
import { MANIFEST_TYPE, PLAYLIST_TYPE, sendListing, sendMedia } from "./responses.ts";
import type { Session } from "./session.ts";
import type { Channel, Sessions, Visitor } from "./sessions.ts";
import { SharedText } from "./text.ts";
import { TS_FORMAT, TS_RENDITION } from "./ts_format.ts";

/** What the routes of one server share. */
export interface Hls {
  readonly sessions: Sessions;
  /** Most seconds that a viewer may ask to wait. */
  readonly waitLimit: number;
}

type HlsContext = HttpContext<HttpEnv>;

/** Names of ours, roughly: `parseRequest` knows them exactly. */
const PATH = "/:path{.+/(?:index\\.m3u8|manifest\\.mpd|[a-z]+[0-9]*(?:\\.m3u8|_[0-9.a-z]+))}";

/** Longer names of programs are all one. */
const MAX_AGENT_LENGTH = 256;

/** Mounts the playlists, manifests and segments of all streams: `/NAME/index.m3u8` and so on. */
export function mountHls(app: Hono<HttpEnv>, hls: Hls): void {
  app.get(PATH, async (c, next) => {
    const request = parseRequest(c.req.url);
    if (request === undefined) return await next();
    const { resource } = request;
    if (resource.type === "entry") return await serveEntry(c, hls, request, undefined);
    if (resource.type === "manifest") return await serveManifest(c, hls, request);
    if (resource.type !== "playlist") return await serveMedia(c, next, hls, request, resource);
    const { rendition } = resource;
    // Which session it is has to be in the URL that a player goes on with.
    if (request.session === undefined) return await serveEntry(c, hls, request, rendition);
    return await servePlaylist(c, hls, request, rendition);
  });
}

/** What is asked for: MPEG-TS where the rendition is its only one. */
function channelOf({ name }: HlsRequest, rendition: string | undefined): Channel {
  return { name, format: rendition === TS_RENDITION ? TS_FORMAT : FMP4_FORMAT };
}

/** A multivariant playlist in which a session begins. */
async function serveEntry(
  c: HlsContext,
  hls: Hls,
  request: HlsRequest,
  rendition: string | undefined,
): Promise<Response> {
  const id = newSecret();
  const channel = channelOf(request, rendition);
  const session = await hls.sessions.enter(channel, visitorOf(c, hls, request, id));
  const playlist = await entryOf(session, rendition, c);
  const text = new SharedText(writeMultivariantPlaylist(forSession(playlist, id, request.query)));
  return await sendListing(c, PLAYLIST_TYPE, { text, maxAgeSeconds: 0 });
}

/** Whom the first request disappoints has not come at all. */
async function entryOf(
  session: Session,
  rendition: string | undefined,
  c: HlsContext,
): Promise<MultivariantPlaylist> {
  const { signal, method } = c.req.raw;
  let isWelcome = false;
  try {
    const playlist = await session.serve((programme) => programme.multivariant(rendition, signal));
    if (playlist === undefined) throw notFound(c);
    // Whoever only looks whether there is anything has seen it.
    isWelcome = method !== "HEAD" && !signal.aborted;
    return playlist;
  } finally {
    if (!isWelcome) session.end();
  }
}

async function servePlaylist(
  c: HlsContext,
  hls: Hls,
  request: HlsRequest,
  rendition: string,
): Promise<Response> {
  const { session: id = "", reload, isDelta } = request;
  const channel = channelOf(request, rendition);
  const session = await hls.sessions.enter(channel, visitorOf(c, hls, request, id));
  const listing = await session.serve((programme) =>
    programme.playlist({ rendition, reload, isDelta }, c.req.raw.signal)
  );
  if (listing === undefined) throw notFound(c);
  return await sendListing(c, PLAYLIST_TYPE, listing);
}

/** Players fetch a manifest again from where it was: there is no URL to name a session in. */
async function serveManifest(c: HlsContext, hls: Hls, request: HlsRequest): Promise<Response> {
  const channel = channelOf(request, undefined);
  const session = await hls.sessions.enter(
    channel,
    visitorOf(c, hls, request, agentOf(c, request)),
  );
  const listing = await session.serve((programme) => programme.manifest(c.req.raw.signal));
  if (listing === undefined) throw notFound(c);
  return await sendListing(c, MANIFEST_TYPE, listing);
}

/** What is none of ours may be a stream of such a name. */
async function serveMedia(
  c: HlsContext,
  next: Next,
  hls: Hls,
  request: HlsRequest,
  resource: MediaResource,
): Promise<Response | void> {
  const { key } = request;
  const channel = channelOf(request, resource.rendition);
  const session = key === undefined ? undefined : hls.sessions.find(channel, key, hostOf(c)) ??
    await hls.sessions.comeBack(channel, key, visitorOf(c, hls, request, agentOf(c, request)));
  const bytes = await session?.media(resource, c.req.raw.signal);
  if (bytes === undefined) return await next();
  if (c.req.method !== "HEAD") session?.sent(bytes);
  return sendMedia(channel.format.mediaType, bytes);
}

function hostOf(c: HlsContext): string {
  return c.env.remote.host;
}

/**
 * Stands for the session of who has none in its URL: viewers are told apart by their programs, and by
 * the query that lets them in, so that nobody comes in behind a neighbour.
 */
function agentOf(c: HlsContext, { query }: HlsRequest): string {
  return `agent ${c.req.header("user-agent")?.slice(0, MAX_AGENT_LENGTH) ?? ""} ${query}`;
}

/** @param id of the session. */
function visitorOf(
  c: HlsContext,
  { waitLimit }: Hls,
  { name, query, wait }: HlsRequest,
  id: string,
): Visitor {
  const remote = formatAddress(c.env.remote);
  const options = { patienceMs: parseWait(wait, waitLimit) * 1000 };
  const request = { name, protocol: "http", remote, query };
  return { id, guest: { host: hostOf(c), request, options } };
}

function notFound(c: HlsContext): HttpError {
  const reason = `Cannot ${c.req.method} ${c.req.path}: there is no such playlist`;
  return new HttpError(404, "not-found", reason);
}
