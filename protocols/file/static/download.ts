import { HttpError } from "../../_transport/http_error.ts";
import type { Entry, OpenFile } from "../media_directory.ts";
import {
  evaluate,
  isRangeWanted,
  validatorHeaders,
  type Validators,
  validatorsOf,
} from "./conditional.ts";
import { attachment } from "./disposition.ts";
import { fileBody } from "./file_body.ts";
import { isActive, mediaTypeOf } from "./mime.ts";
import { type BodyPiece, multipartOf, pieceLength } from "./multipart.ts";
import { contentRange, parseRange, type RangeRequest, unsatisfiedRange } from "./range.ts";
import { type FileContext, type Site, takePlace } from "./site.ts";

type Headers = Readonly<Record<string, string>>;

/** The answer to a GET or HEAD, all but what is read from the file. */
interface Plan {
  readonly status: 200 | 206;
  readonly headers: Headers;
  readonly pieces: readonly BodyPiece[];
}

/**
 * Answers a GET or HEAD with a file, or with the parts of it that are asked for.
 *
 * @param name that the client knows it by.
 * @throws {HttpError} 404, 412, 416, 503.
 */
export async function sendFile(
  c: FileContext,
  site: Site,
  entry: Entry,
  name: string,
): Promise<Response> {
  const isKnown = checkConditions(c, entry.info);
  if (isKnown !== undefined) return isKnown;
  // The method of the context: to Hono, a HEAD is a GET.
  if (c.req.raw.method === "HEAD") {
    const { status, headers } = planOf(c, entry.info, name);
    return new Response(null, { status, headers });
  }
  return await sendBody(c, site, entry, name);
}

/** The answer where the conditions of the request end it. @throws {HttpError} 412 */
function checkConditions(c: FileContext, info: Deno.FileInfo): Response | undefined {
  const validators = validatorsOf(info);
  const verdict = evaluate((header) => c.req.header(header), validators, true);
  if (verdict === "go-on") return undefined;
  if (verdict === "not-modified") {
    const headers = { ...validatorHeaders(validators), "cache-control": "no-cache" };
    return new Response(null, { status: 304, headers });
  }
  throw preconditionFailed(c);
}

/** The file is not as the request supposes. */
export function preconditionFailed(c: FileContext): HttpError {
  const reason = `Cannot ${c.req.method} ${c.req.path}: the file is another one than expected`;
  return new HttpError(412, "precondition-failed", reason);
}

async function sendBody(
  c: FileContext,
  site: Site,
  entry: Entry,
  name: string,
): Promise<Response> {
  const leave = takePlace(c, site);
  let open: OpenFile | undefined;
  try {
    open = await site.directory.openFile(entry);
    if (open === undefined) throw notFound(c);
    // What is told is told of the open file, whatever has become of its name by now.
    const { status, headers, pieces } = planOf(c, open.info, name);
    const body = bodyOf(c, site, open.file, pieces, leave);
    return new Response(body, { status, headers });
  } catch (error) {
    open?.file.close();
    leave();
    throw error;
  }
}

function bodyOf(
  c: FileContext,
  { registry, log }: Site,
  file: Deno.FsFile,
  pieces: readonly BodyPiece[],
  leave: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> | null {
  if (pieces.length === 0) {
    file.close();
    leave();
    return null;
  }
  const onEnd = (error?: unknown) => {
    leave();
    if (error !== undefined) {
      log.info("a download was cut", { path: c.req.path, reason: `${error}` });
    }
  };
  return fileBody({ file, pieces, clock: registry.clock, onEnd });
}

/** There is no such file. */
export function notFound(c: FileContext): HttpError {
  return new HttpError(
    404,
    "not-found",
    `Cannot ${c.req.method} ${c.req.path}: there is no such file`,
  );
}

/** Ranges are defined for GET alone (RFC 9110, section 14.2). */
function rangeOf(c: FileContext, validators: Validators, size: number): RangeRequest {
  const header = (field: string) => c.req.header(field);
  const isPart = c.req.raw.method === "GET" && isRangeWanted(header, validators);
  return parseRange(isPart ? header("range") : undefined, size);
}

/** @throws {HttpError} 416 */
function planOf(c: FileContext, info: Deno.FileInfo, name: string): Plan {
  const { size } = info;
  const validators = validatorsOf(info);
  const mediaType = mediaTypeOf(name);
  const common = { ...fileHeaders(c, name, mediaType), ...validatorHeaders(validators) };
  const range = rangeOf(c, validators, size);
  if (range.type === "unsatisfiable") throw unsatisfiable(c, size);
  if (range.type === "whole") {
    const pieces = size === 0 ? [] : [{ offset: 0, length: size }];
    return { status: 200, pieces, headers: { ...common, ...contentHeaders(mediaType, size) } };
  }
  return { status: 206, ...partsOf(range.ranges, size, mediaType, common) };
}

function partsOf(
  ranges: Extract<RangeRequest, { type: "parts" }>["ranges"],
  size: number,
  mediaType: string,
  common: Headers,
): Pick<Plan, "headers" | "pieces"> {
  const [first] = ranges;
  if (first !== undefined && ranges.length === 1) {
    const headers = {
      ...common,
      ...contentHeaders(mediaType, pieceLength(first)),
      "content-range": contentRange(first, size),
    };
    return { headers, pieces: ranges };
  }
  const { contentType, pieces, length } = multipartOf(ranges, size, mediaType, newBoundary());
  return { headers: { ...common, ...contentHeaders(contentType, length) }, pieces };
}

function newBoundary(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

function contentHeaders(contentType: string, length: number): Headers {
  return { "content-type": contentType, "content-length": `${length}` };
}

function fileHeaders(c: FileContext, name: string, mediaType: string): Headers {
  return {
    "accept-ranges": "bytes",
    // Kept, but asked about every time: the file may change, and so may who is allowed to read it.
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    // A page that somebody has put there must not act in the name of the gateway's own.
    ...(isActive(mediaType) && { "content-security-policy": "sandbox allow-scripts" }),
    ...(c.req.query("download") !== undefined && { "content-disposition": attachment(name) }),
  };
}

function unsatisfiable(c: FileContext, size: number): HttpError {
  const reason = `Cannot GET ${c.req.path}: the file of ${size} bytes has no such range`;
  return new HttpError(416, "range-not-satisfiable", reason, {
    "content-range": unsatisfiedRange(size),
    "accept-ranges": "bytes",
  });
}
