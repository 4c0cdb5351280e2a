import type { Clock } from "../../../registry/clock.ts";
import { HttpError } from "../../_transport/http_error.ts";
import { type MediaPath, urlPathOf } from "../media_path.ts";
import { evaluate, validatorHeaders, validatorsOf } from "./conditional.ts";
import { preconditionFailed } from "./download.ts";
import { authorize, type FileContext, type Site, takePlace } from "./site.ts";
import { UploadedFile } from "./uploaded_file.ts";

/** How long a client may send nothing before its upload is given up. */
export const IDLE_MS = 30_000;

/** What the system says when a disk or a quota is full. */
const FULL_CODES: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/** A refusal ends the connection: what the client goes on sending is no next request. */
const CLOSE = { connection: "close" } as const;

/**
 * Answers a PUT: what is sent becomes the file, all at once when it has arrived whole. 201 for a new
 * file, 204 for one that was there.
 *
 * @throws {HttpError} 400, 405, 408, 409, 412, 413, 503, 507.
 * @throws {RegistryError} access denied.
 */
export async function receiveFile(
  c: FileContext,
  site: Site,
  path: MediaPath,
): Promise<Response> {
  const limit = site.maxUploadBytes;
  if (limit === undefined) throw refusal(c, 405, "uploads-off", "uploads are not enabled");
  const target = await targetOf(c, site, path);
  checkHead(c, limit);
  const isNew = await checkTarget(c, site, target);
  const leave = takePlace(c, site);
  try {
    const info = await store(c, site, target, limit);
    site.log.info("a file was uploaded", { path: c.req.path, bytes: info.size });
    const headers = { ...validatorHeaders(validatorsOf(info)), location: urlPathOf(path) };
    return new Response(null, { status: isNew ? 201 : 204, headers });
  } catch (error) {
    site.log.info("an upload was cut", { path: c.req.path, reason: `${error}` });
    throw isFull(error) ? refusal(c, 507, "no-room", "there is no room left for it") : error;
  } finally {
    leave();
  }
}

/** Where the file will really lie. @throws {HttpError} 409 @throws {RegistryError} access denied */
async function targetOf(c: FileContext, site: Site, path: MediaPath): Promise<MediaPath> {
  await authorize(c, site, "publish", path);
  const parent = await site.directory.find(path.slice(0, -1));
  if (!parent?.info.isDirectory) {
    throw refusal(c, 409, "conflict", "the directory that it is to lie in does not exist");
  }
  const target = [...parent.path, ...path.slice(-1)];
  if (target.join("/") !== path.join("/")) await authorize(c, site, "publish", target);
  return target;
}

/** What can be said before anything is read. @throws {HttpError} 400, 413 */
function checkHead(c: FileContext, limit: number): void {
  // Parts of files are not put together: RFC 9110, section 14.5.
  if (c.req.header("content-range") !== undefined) {
    throw refusal(c, 400, "partial-put", "Content-Range is not taken: send the whole file");
  }
  if (Number(c.req.header("content-length") ?? 0) > limit) throw tooLarge(c, limit);
}

/** Whether the file is a new one. @throws {HttpError} 409, 412 */
async function checkTarget(
  c: FileContext,
  { directory }: Site,
  target: MediaPath,
): Promise<boolean> {
  const info = (await directory.find(target))?.info;
  if (info?.isDirectory) throw refusal(c, 409, "conflict", "it is a directory");
  const verdict = evaluate((header) => c.req.header(header), info && validatorsOf(info), false);
  if (verdict !== "go-on") throw preconditionFailed(c);
  return info === undefined;
}

async function store(
  c: FileContext,
  { directory, registry }: Site,
  target: MediaPath,
  limit: number,
): Promise<Deno.FileInfo> {
  await using upload = await UploadedFile.create(directory, target);
  const body = c.req.raw.body?.getReader();
  for (;;) {
    const bytes = body && await nextChunk(c, body, registry.clock);
    if (bytes === undefined) return await upload.publish();
    if (upload.size + bytes.byteLength > limit) throw tooLarge(c, limit);
    await upload.write(bytes);
  }
}

/** @throws {HttpError} 400: the client broke off; 408: it sends nothing. */
async function nextChunk(
  c: FileContext,
  body: ReadableStreamDefaultReader<Uint8Array>,
  clock: Clock,
): Promise<Uint8Array | undefined> {
  const silence = Promise.withResolvers<never>();
  const cancel = clock.schedule(IDLE_MS, () => {
    silence.reject(refusal(c, 408, "silent", `nothing came for ${IDLE_MS / 1000} s`));
  });
  try {
    return (await Promise.race([body.read(), silence.promise])).value;
  } catch (error) {
    throw error instanceof HttpError
      ? error
      : refusal(c, 400, "cut-short", "it did not come whole");
  } finally {
    cancel();
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && FULL_CODES.includes(error.code);
}

function tooLarge(c: FileContext, limit: number): HttpError {
  return refusal(c, 413, "too-large", `it is larger than ${limit} bytes`);
}

function refusal(
  c: FileContext,
  status: HttpError["status"],
  code: string,
  reason: string,
): HttpError {
  const allow = status === 405 ? { allow: "GET, HEAD, OPTIONS" } : {};
  return new HttpError(status, code, `Cannot PUT ${c.req.path}: ${reason}`, { ...CLOSE, ...allow });
}
