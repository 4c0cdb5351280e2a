import type { Entry, MediaDirectory } from "../media_directory.ts";
import { isServable, type MediaPath } from "../media_path.ts";

/** Entries that a listing shows; the rest of a larger directory can be reached, but is not listed. */
export const MAX_ENTRIES = 10_000;

/** Entries that are looked at together. */
const BATCH = 64;

/** One line of a listing. */
export interface ListedEntry {
  readonly name: string;
  readonly type: "file" | "directory";
  /** Bytes; absent for directories. */
  readonly size?: number;
  /** Time of the last change, ISO 8601 in UTC. */
  readonly modified: string;
}

/** What a directory shows of itself. */
export interface Listing {
  /** Directories first, then by name. */
  readonly entries: readonly ListedEntry[];
  /** Whether there are more than `MAX_ENTRIES`. */
  readonly isTruncated: boolean;
}

/** Lists what can be served from a directory that `find` has found. */
export async function listDirectory(
  directory: MediaDirectory,
  { path }: Entry,
): Promise<Listing> {
  const names: string[] = [];
  let isTruncated = false;
  for await (const { name } of Deno.readDir(directory.pathOf(path))) {
    if (!isServable(name)) continue;
    isTruncated = names.length === MAX_ENTRIES;
    if (isTruncated) break;
    names.push(name);
  }
  const entries: ListedEntry[] = [];
  for (let at = 0; at < names.length; at += BATCH) {
    const batch = names.slice(at, at + BATCH);
    const found = await Promise.all(batch.map((name) => listedEntry(directory, path, name)));
    entries.push(...found.filter((entry) => entry !== undefined));
  }
  return { entries: entries.sort(compare), isTruncated };
}

async function listedEntry(
  directory: MediaDirectory,
  path: MediaPath,
  name: string,
): Promise<ListedEntry | undefined> {
  const { info } = await directory.find([...path, name]) ?? {};
  if (info === undefined) return undefined;
  const modified = (info.mtime ?? new Date(0)).toISOString();
  return info.isFile
    ? { name, type: "file", size: info.size, modified }
    : { name, type: "directory", modified };
}

const byName = new Intl.Collator("en", { numeric: true });

function compare(a: ListedEntry, b: ListedEntry): number {
  if (a.type !== b.type) return a.type === "directory" ? -1 : 1;
  return byName.compare(a.name, b.name);
}
