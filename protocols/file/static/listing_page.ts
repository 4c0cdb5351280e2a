import type { MediaPath } from "../media_path.ts";
import type { ListedEntry, Listing } from "./listing.ts";

/** Nothing but the page itself: it has no script, and its style is its own. */
export const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'";

const STYLE = "body{font:16px/1.5 sans-serif;margin:2em}td{padding:0 1em 0 0}" +
  "td:nth-child(2){text-align:right}";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** A directory as a page, with links relative to it. */
export function listingPage(path: MediaPath, { entries, isTruncated }: Listing): string {
  const title = escapeHtml(["media", ...path].join("/"));
  const parent = path.length === 0 ? [] : ['<tr><td><a href="../">../</a></td></tr>'];
  return [
    "<!doctype html>",
    `<html lang="en"><head><meta charset="utf-8"><title>${title}</title>`,
    `<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head>`,
    `<body><h1>${title}</h1><table>`,
    ...parent,
    ...entries.map(row),
    "</table>",
    ...(isTruncated ? ["<p>There is more, which is not listed.</p>"] : []),
    "</body></html>",
    "",
  ].join("\n");
}

function row({ name, type, size, modified }: ListedEntry): string {
  const slash = type === "directory" ? "/" : "";
  // With the dot, a name that has a colon is not taken for a URL of its own.
  const link = `<a href="./${encodeURIComponent(name)}${slash}">${escapeHtml(name)}${slash}</a>`;
  const bytes = size === undefined ? "" : formatSize(size);
  const time = modified.slice(0, 16).replace("T", " ");
  return `<tr><td>${link}</td><td>${bytes}</td><td>${time}</td></tr>`;
}

/** `1536` as `1.5 KiB`. */
export function formatSize(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
