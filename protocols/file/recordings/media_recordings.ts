import type { Recording, RecordingOpener } from "../../../registry/recording.ts";
import type { MediaDirectory } from "../media_directory.ts";
import { MEDIA_SEGMENT, type MediaPath, toMediaPath } from "../media_path.ts";
import type { FoundFile, Library } from "./library.ts";

/** Path of the file that a stream name means; `undefined` for a name that can mean none. */
export function mediaPathOf(name: string): MediaPath | undefined {
  const [first, ...segments] = name.split("/");
  return first === MEDIA_SEGMENT && segments.length > 0 ? toMediaPath(segments) : undefined;
}

/** The files of a directory as recordings, each by the name `media/PATH`. */
export function mediaRecordings(directory: MediaDirectory, library: Library): RecordingOpener {
  return async (name: string): Promise<Recording | undefined> => {
    const path = mediaPathOf(name);
    const found = path && await findFile(directory, path);
    return found && await library.open(name, found);
  };
}

/** A regular file of the media directory; `undefined` where there is none. */
export async function findFile(
  directory: MediaDirectory,
  path: MediaPath,
): Promise<FoundFile | undefined> {
  const entry = await directory.find(path);
  if (entry === undefined || !entry.info.isFile) return undefined;
  return {
    path: directory.pathOf(entry.path),
    info: entry.info,
    open: async () => (await directory.openFile(entry))?.file,
  };
}
