import type { Hono } from "hono";
import { HttpError } from "../../_transport/http_error.ts";
import type { HttpEnv } from "../../protocol.ts";
import type { Entry } from "../media_directory.ts";
import {
  MEDIA_SEGMENT,
  type MediaPath,
  parseRequestedPath,
  type RequestedPath,
  urlPathOf,
} from "../media_path.ts";
import { sendFile } from "./download.ts";
import { listDirectory } from "./listing.ts";
import { listingPage, PAGE_POLICY } from "./listing_page.ts";
import { authorize, authorizeBoth, type FileContext, type Site } from "./site.ts";
import { receiveFile } from "./upload.ts";

const PREFIX = `/${MEDIA_SEGMENT}`;

/**
 * Mounts GET, HEAD and PUT under `/media`. What is no file or directory goes on to the routes of
 * others, which may make something of a file's name with an ending: `/media/clip.mp4.flv`.
 */
export function mountFiles(http: Hono<HttpEnv>, site: Site): void {
  http.get(`${PREFIX}/*`, async (c, next) => {
    const requested = requestedPath(c);
    const entry = requested && await lookUp(site, requested);
    if (requested !== undefined && entry !== undefined) {
      return await answerGet(c, site, requested, entry);
    }
    await next();
    // Whoever may not read must not learn from the status which names there are.
    if (requested !== undefined && c.res.status === 404) {
      await authorize(c, site, "read", requested.path);
    }
  });
  http.put(`${PREFIX}/*`, async (c) => {
    const requested = requestedPath(c);
    if (requested === undefined || requested.isDirectory || requested.path.length === 0) {
      throw invalidPath(c, "it is no name that a file can have");
    }
    return await receiveFile(c, site, requested.path);
  });
}

/** @throws {HttpError} 400: the path is not UTF-8 in percent-encoding. */
function requestedPath(c: FileContext): RequestedPath | undefined {
  const { pathname } = new URL(c.req.url);
  // The router decodes: what it takes for our prefix may have been written in another way.
  if (!pathname.startsWith(PREFIX)) return undefined;
  try {
    return parseRequestedPath(pathname.slice(PREFIX.length));
  } catch (error) {
    if (error instanceof URIError) throw invalidPath(c, "its percent-encoding is not valid UTF-8");
    throw error;
  }
}

function invalidPath(c: FileContext, reason: string): HttpError {
  return new HttpError(400, "invalid-path", `Cannot ${c.req.method} this path: ${reason}`);
}

/** What is there under the path as it was written: a file has no slash behind it. */
async function lookUp(
  { directory, hasListing }: Site,
  { path, isDirectory }: RequestedPath,
): Promise<Entry | undefined> {
  const entry = await directory.find(path);
  if (entry?.info.isFile) return isDirectory ? undefined : entry;
  return hasListing ? entry : undefined;
}

async function answerGet(
  c: FileContext,
  site: Site,
  { path, isDirectory }: RequestedPath,
  entry: Entry,
): Promise<Response> {
  await authorizeBoth(c, site, "read", path, entry.path);
  if (entry.info.isFile) return await sendFile(c, site, entry, path.at(-1) ?? "");
  if (!isDirectory) return c.redirect(`${urlPathOf(path)}/${new URL(c.req.url).search}`, 301);
  return await sendListing(c, site, path, entry);
}

async function sendListing(
  c: FileContext,
  { directory }: Site,
  path: MediaPath,
  entry: Entry,
): Promise<Response> {
  const listing = await listDirectory(directory, entry);
  const headers = { "cache-control": "no-cache", vary: "accept" };
  if (wantsJson(c)) {
    const { entries, isTruncated } = listing;
    return c.json({ path: path.join("/"), entries, truncated: isTruncated }, 200, headers);
  }
  const policy = { "content-security-policy": PAGE_POLICY, "x-content-type-options": "nosniff" };
  return c.html(listingPage(path, listing), 200, { ...headers, ...policy });
}

function wantsJson(c: FileContext): boolean {
  return c.req.query("format") === "json" ||
    c.req.header("accept")?.includes("application/json") === true;
}
