import { RecordingError } from "../../../registry/errors.ts";
import type { Context, Logger, PullEnd } from "../../protocol.ts";
import type { FileOptions } from "../options.ts";
import { type FoundFile, Library } from "../recordings/library.ts";
import { LivePlayer } from "./player.ts";
import { findPlaylist } from "./playlist.ts";

/** Name of the parameter of a URL that says that its files are played again and again. */
const LOOP = "loop";

/**
 * Plays the files of a `file:` URL as the stream `target`, in real time, in the order of their names. With
 * `?loop` it begins again after the last; which files there are is looked up each time.
 *
 * @throws {RecordingError} there is none, or none of them can be played.
 * @throws {RegistryError} the stream cannot be published, or was ended.
 */
export async function pullFiles(
  context: Context,
  url: URL,
  target: string,
  options: FileOptions,
): Promise<PullEnd> {
  const { registry, log } = context;
  const library = new Library(registry.clock, log);
  const player = new LivePlayer(context, target, library);
  try {
    do {
      const files = await findPlaylist(url, options.dir);
      if (!await playRound(player, files, target, log)) {
        throw new RecordingError(target, `no file that is like ${url.pathname} can be played`);
      }
    } while (url.searchParams.has(LOOP) && !player.isOver);
    await player.finish();
    return "over";
  } finally {
    player.close();
    library.close();
  }
}

/** Whether anything was played. */
async function playRound(
  player: LivePlayer,
  files: readonly FoundFile[],
  stream: string,
  log: Logger,
): Promise<boolean> {
  let hasPlayed = false;
  for (const file of files) {
    if (player.isOver) return true;
    try {
      hasPlayed = await player.play(file) || hasPlayed;
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      log.warn("a file is left out", { stream, path: file.path, reason: error.reason });
    }
  }
  return hasPlayed;
}
