import type { Context as HttpContext, Hono } from "hono";
import hlsScript from "hls.js/dist/hls.min.js" with { type: "text" };
import mpegtsScript from "mpegts.js/dist/mpegts.js" with { type: "text" };
import type { HttpEnv } from "../protocol.ts";
import dashboardScript from "./pages/bundle/dashboard.js" with { type: "text" };
import playScript from "./pages/bundle/play.js" with { type: "text" };
import publishScript from "./pages/bundle/publish.js" with { type: "text" };
import tickerScript from "./pages/bundle/ticker.js" with { type: "text" };
import dashboardPage from "./pages/dashboard.html" with { type: "text" };
import icon from "./pages/icon.svg" with { type: "text" };
import playPage from "./pages/play.html" with { type: "text" };
import publishPage from "./pages/publish.html" with { type: "text" };
import style from "./pages/style.css" with { type: "text" };
import { HttpError } from "./errors.ts";
import { mountReadable, streamNameOf } from "../_http/routing.ts";

/** One file that browsers are sent as it is. */
interface Asset {
  readonly body: string;
  readonly type: string;
  /** Changes with the body. */
  readonly etag: string;
}

/** The pages, and everything that they load by its name under `/assets/`. */
export interface Assets {
  readonly dashboard: Asset;
  readonly player: Asset;
  readonly publisher: Asset;
  readonly files: ReadonlyMap<string, Asset>;
}

const TYPES = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
} as const;

const FILES = [
  ["dashboard.js", dashboardScript, TYPES.js],
  ["hls.js", hlsScript, TYPES.js],
  ["icon.svg", icon, TYPES.svg],
  ["mpegts.js", mpegtsScript, TYPES.js],
  ["play.js", playScript, TYPES.js],
  ["publish.js", publishScript, TYPES.js],
  ["style.css", style, TYPES.css],
  ["ticker.js", tickerScript, TYPES.js],
] as const;

/** Nothing from elsewhere and nothing inline; media comes through Media Source Extensions. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "media-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Hashes the files, once per server. */
export async function loadAssets(): Promise<Assets> {
  const files = FILES.map(async ([name, body, type]) =>
    [name, await makeAsset(body, type)] as const
  );
  return {
    dashboard: await makeAsset(dashboardPage, TYPES.html),
    player: await makeAsset(playPage, TYPES.html),
    publisher: await makeAsset(publishPage, TYPES.html),
    files: new Map(await Promise.all(files)),
  };
}

async function makeAsset(body: string, type: string): Promise<Asset> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
  return { body, type, etag: `"${new Uint8Array(digest, 0, 12).toHex()}"` };
}

/** Mounts `/`, `/play/NAME`, `/publish/NAME` and what they load. */
export function mountPages(app: Hono<HttpEnv>, assets: Assets): void {
  mountReadable(app, "/", (c) => sendAsset(c, assets.dashboard));
  mountNamed(app, "/play/", assets.player);
  mountNamed(app, "/publish/", assets.publisher);
  mountReadable(app, "/assets/:file", (c) => {
    const asset = assets.files.get(c.req.param("file") ?? "");
    if (asset !== undefined) return sendAsset(c, asset);
    throw new HttpError(404, "not-found", `Cannot GET ${c.req.path}: there is no such file`);
  });
}

/** A page takes the name from its own URL; a name that cannot be one is refused here. */
function mountNamed(app: Hono<HttpEnv>, prefix: string, page: Asset): void {
  mountReadable(app, `${prefix}:name{.+}`, (c) => {
    streamNameOf(c.req.url, prefix, "");
    return sendAsset(c, page);
  });
}

function sendAsset(c: HttpContext<HttpEnv>, { body, type, etag }: Asset): Response {
  const headers = {
    "content-type": type,
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    // Kept, but asked about every time: a new version of the gateway is seen at once.
    "cache-control": "no-cache",
    etag,
  };
  const isKnown = c.req.header("if-none-match")?.split(/,\s*/).includes(etag) === true;
  return isKnown ? c.body(null, 304, headers) : c.body(body, 200, headers);
}
