import type { Context as HttpContext, Hono } from "hono";
import mpegtsScript from "mpegts.js/dist/mpegts.js" with { type: "text" };
import type { HttpEnv } from "../protocol.ts";
import commandsScript from "./pages/commands.js" with { type: "text" };
import dashboardPage from "./pages/dashboard.html" with { type: "text" };
import dashboardScript from "./pages/dashboard.js" with { type: "text" };
import domScript from "./pages/dom.js" with { type: "text" };
import formatScript from "./pages/format.js" with { type: "text" };
import icon from "./pages/icon.svg" with { type: "text" };
import playPage from "./pages/play.html" with { type: "text" };
import playScript from "./pages/play.js" with { type: "text" };
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

/** The two pages, and everything that they load by its name under `/assets/`. */
export interface Assets {
  readonly dashboard: Asset;
  readonly player: Asset;
  readonly files: ReadonlyMap<string, Asset>;
}

const TYPES = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
} as const;

const FILES = [
  ["commands.js", commandsScript, TYPES.js],
  ["dashboard.js", dashboardScript, TYPES.js],
  ["dom.js", domScript, TYPES.js],
  ["format.js", formatScript, TYPES.js],
  ["icon.svg", icon, TYPES.svg],
  ["mpegts.js", mpegtsScript, TYPES.js],
  ["play.js", playScript, TYPES.js],
  ["style.css", style, TYPES.css],
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
    files: new Map(await Promise.all(files)),
  };
}

async function makeAsset(body: string, type: string): Promise<Asset> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
  return { body, type, etag: `"${new Uint8Array(digest, 0, 12).toHex()}"` };
}

/** Mounts `/`, `/play/NAME` and what they load. */
export function mountPages(app: Hono<HttpEnv>, assets: Assets): void {
  mountReadable(app, "/", (c) => sendAsset(c, assets.dashboard));
  mountReadable(app, "/play/:name{.+}", (c) => {
    // The page takes the name from its own URL; a name that cannot be one is refused here.
    streamNameOf(c.req.url, "/play/", "");
    return sendAsset(c, assets.player);
  });
  mountReadable(app, "/assets/:file", (c) => {
    const asset = assets.files.get(c.req.param("file") ?? "");
    if (asset !== undefined) return sendAsset(c, asset);
    throw new HttpError(404, "not-found", `Cannot GET ${c.req.path}: there is no such file`);
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
