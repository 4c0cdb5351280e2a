import type { Context as HttpContext } from "hono";
import type { HttpEnv } from "../../protocol.ts";
import type { Listing } from "./programme.ts";

export const PLAYLIST_TYPE = "application/vnd.apple.mpegurl";
export const MANIFEST_TYPE = "application/dash+xml";

/** Names of segments never come to mean something else: see `Muxer`. A day is enough for any cache. */
const MEDIA_CACHE = "public, max-age=86400, immutable";

/** Sends a playlist or manifest, compressed for whoever takes that. */
export async function sendListing(
  c: HttpContext<HttpEnv>,
  type: string,
  { text, maxAgeSeconds }: Listing,
): Promise<Response> {
  const isZipped = acceptsGzip(c.req.header("accept-encoding"));
  const bytes = isZipped ? await text.gzip() : text.bytes;
  return new Response(sharedBody(bytes), {
    headers: {
      "content-type": type,
      "content-length": `${bytes.byteLength}`,
      ...(isZipped && { "content-encoding": "gzip" }),
      "cache-control": maxAgeSeconds === 0 ? "no-store" : `max-age=${maxAgeSeconds}`,
      vary: "accept-encoding",
    },
  });
}

/** RFC 9110 section 12.5.3, as far as there is only one encoding to choose. */
function acceptsGzip(header = ""): boolean {
  return header.split(",").some((item) => {
    const [coding = "", ...parameters] = item.toLowerCase().split(";").map((part) => part.trim());
    return (coding === "gzip" || coding === "*") && !parameters.some((q) => /^q=0(\.0*)?$/.test(q));
  });
}

/** Sends a segment, a part or a header. */
export function sendMedia(
  mediaType: string,
  bytes: Uint8Array<ArrayBuffer>,
): Response {
  return new Response(sharedBody(bytes), {
    headers: {
      "content-type": mediaType,
      "content-length": `${bytes.byteLength}`,
      "cache-control": MEDIA_CACHE,
    },
  });
}

/** As a stream: a `Response` of bytes would begin with a copy of them. */
function sharedBody(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
