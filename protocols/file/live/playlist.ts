import { ConfigError } from "../../protocol.ts";
import { MediaDirectory } from "../media_directory.ts";
import { isServable, toMediaPath } from "../media_path.ts";
import type { FoundFile } from "../recordings/library.ts";
import { findFile } from "../recordings/media_recordings.ts";

/** Files of one playlist: more than people put in a directory, few enough to sort at each round. */
export const MAX_PLAYLIST_FILES = 10_000;

/** Where files are looked for: a directory, the directories below it, and the pattern of names. */
interface Place {
  readonly root: string;
  readonly below: readonly string[];
  readonly pattern: string;
}

/**
 * The files that a `file:` URL means, by name. The last part of its path may have `*` for any characters.
 * They are looked for in the media directory first, and then by the path as it stands.
 *
 * @param dir the media directory, where there is one.
 */
export async function findPlaylist(url: URL, dir?: string): Promise<readonly FoundFile[]> {
  for (const place of placesOf(url, dir)) {
    const files = await findFiles(place);
    if (files.length > 0) return files;
  }
  return [];
}

function placesOf(url: URL, dir: string | undefined): readonly Place[] {
  const segments = url.pathname.split("/").slice(1).map(decodeURIComponent);
  const [pattern = ""] = segments.slice(-1);
  const folders = segments.slice(0, -1);
  const absolute = { root: `/${folders.join("/")}`, below: [], pattern };
  return dir === undefined ? [absolute] : [{ root: dir, below: folders, pattern }, absolute];
}

async function findFiles({ root, below, pattern }: Place): Promise<readonly FoundFile[]> {
  const directory = await openDirectory(root);
  const parent = toMediaPath(below);
  if (directory === undefined || parent === undefined) return [];
  const found: FoundFile[] = [];
  for (const name of await namesLike(pattern, directory.pathOf(parent))) {
    const file = await findFile(directory, [...parent, name]);
    if (file !== undefined) found.push(file);
  }
  return found;
}

/** `undefined` where there is none, and where it cannot be read. */
async function openDirectory(root: string): Promise<MediaDirectory | undefined> {
  try {
    return await MediaDirectory.open(root);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

async function namesLike(pattern: string, folder: string): Promise<readonly string[]> {
  const isLike = matcher(pattern);
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (isServable(name) && isLike(name)) names.push(name);
      if (names.length === MAX_PLAYLIST_FILES) break;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
      throw error;
    }
  }
  return names.sort();
}

/** Whether a name is like a pattern, in which `*` stands for any characters and all else for itself. */
export function matcher(pattern: string): (name: string) => boolean {
  const parts = pattern.split("*").map((part) => RegExp.escape(part));
  const expression = new RegExp(`^${parts.join(".*")}$`, "su");
  return (name) => expression.test(name);
}
