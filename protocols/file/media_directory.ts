import { isAbsolute, join, relative, sep } from "node:path";
import { ConfigError } from "../protocol.ts";
import { type MediaPath, toMediaPath } from "./media_path.ts";

/** What a path leads to, links followed. Never anything outside of the media directory. */
export interface Entry {
  /** Where it really is, which is another path than the one that was asked for behind a link. */
  readonly path: MediaPath;
  readonly info: Deno.FileInfo;
}

/** An open file. Whoever has it closes it. */
export interface OpenFile extends Entry {
  readonly file: Deno.FsFile;
}

/**
 * The directory that `--media` names, and the only way to what lies in it. Symbolic links are followed
 * as long as they stay inside, and lead to nothing hidden.
 */
export class MediaDirectory {
  readonly #root: string;

  /** @param root a path without links. */
  private constructor(root: string) {
    this.#root = root;
  }

  /** @throws {ConfigError} there is no such directory, or it cannot be read. */
  static async open(dir: string): Promise<MediaDirectory> {
    try {
      const root = await Deno.realPath(dir);
      // Its entries are not read here, but that they can be is.
      for await (const _ of Deno.readDir(root)) break;
      return new MediaDirectory(root);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ConfigError(["file", "dir"], `expected a directory that can be read: ${reason}`);
    }
  }

  /** Path in the file system, of something that may not be there, or be a link. */
  pathOf(path: MediaPath): string {
    return join(this.#root, ...path);
  }

  /** What is there: a regular file or a directory. `undefined` for all else, and for nothing. */
  async find(path: MediaPath): Promise<Entry | undefined> {
    return await unlessMissing(async () => {
      const real = await this.#resolve(path);
      if (real === undefined) return undefined;
      // Asked for before anything is opened: to open a pipe is to wait for its other end.
      const info = await Deno.lstat(this.pathOf(real));
      return info.isFile || info.isDirectory ? { path: real, info } : undefined;
    });
  }

  /**
   * Opens a regular file, for reading. `undefined` when it is no longer the one that was found.
   *
   * @param entry of a file, as `find` gave it.
   */
  async openFile({ path, info }: Entry): Promise<OpenFile | undefined> {
    return await unlessMissing(async () => {
      const file = await Deno.open(this.pathOf(path));
      const opened = await this.#checkOpened(path, info, file).catch(() => undefined);
      if (opened === undefined) file.close();
      return opened && { path, info: opened, file };
    });
  }

  /** Somebody may have put a link in the way between the look and the opening. */
  async #checkOpened(
    path: MediaPath,
    found: Deno.FileInfo,
    file: Deno.FsFile,
  ): Promise<Deno.FileInfo | undefined> {
    const opened = await file.stat();
    const isSame = opened.isFile && opened.dev === found.dev && opened.ino === found.ino;
    const real = await this.#resolve(path);
    return isSame && real?.join("/") === path.join("/") ? opened : undefined;
  }

  /** The path with its links followed; `undefined` when they lead to what may not be served. */
  async #resolve(path: MediaPath): Promise<MediaPath | undefined> {
    const below = relative(this.#root, await Deno.realPath(this.pathOf(path)));
    if (isAbsolute(below)) return undefined;
    return toMediaPath(below === "" ? [] : below.split(sep));
  }
}

/** `undefined` for what is missing, unreadable, or a loop of links: to a client, all are nothing. */
async function unlessMissing<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.FilesystemLoop;
}
