import { StreamNotFoundError } from "../../../registry/errors.ts";
import type { Source, SourceResolver } from "../../../registry/source.ts";
import type { Context } from "../../protocol.ts";
import type { MediaDirectory } from "../media_directory.ts";
import type { MediaPath } from "../media_path.ts";
import type { Library } from "../recordings/library.ts";
import { findFile, mediaPathOf } from "../recordings/media_recordings.ts";
import { LivePlayer } from "./player.ts";

/**
 * The files of a directory as live streams on demand, for readers that have no position of their own: the
 * first of them starts the file from its beginning, the others join in.
 */
export function mediaSources(
  context: Context,
  directory: MediaDirectory,
  library: Library,
): SourceResolver {
  return (name) => {
    const path = mediaPathOf(name);
    // Only asked whether it is there: what it is, and that it may be read, is found when it is opened.
    if (path === undefined || !isFile(directory.pathOf(path))) return undefined;
    return new MediaSource(context, directory, library, name, path);
  };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

class MediaSource implements Source {
  readonly label: string;
  readonly #context: Context;
  readonly #directory: MediaDirectory;
  readonly #library: Library;
  readonly #path: MediaPath;

  constructor(
    context: Context,
    directory: MediaDirectory,
    library: Library,
    name: string,
    path: MediaPath,
  ) {
    this.label = name;
    this.#context = context;
    this.#directory = directory;
    this.#library = library;
    this.#path = path;
  }

  /** Plays the file once: whoever wants it again reads again. */
  async run(stopped: AbortSignal): Promise<void> {
    const found = await findFile(this.#directory, this.#path);
    if (found === undefined) throw new StreamNotFoundError(this.label);
    const signal = AbortSignal.any([stopped, this.#context.signal]);
    const player = new LivePlayer({ ...this.#context, signal }, this.label, this.#library);
    try {
      await player.play(found);
      await player.finish();
    } finally {
      player.close();
    }
  }
}
