import type { Context, Server } from "../protocol.ts";
import { MediaDirectory } from "./media_directory.ts";
import { MEDIA_SEGMENT } from "./media_path.ts";
import type { FileOptions } from "./options.ts";

/**
 * Makes the media directory reachable; nothing where none is configured.
 *
 * @throws {ConfigError} it is no directory that can be read.
 */
export async function serveFiles(context: Context, options: FileOptions): Promise<Server> {
  // Kept also without a directory, so that a name does not change its meaning with the settings.
  context.registry.reserve(MEDIA_SEGMENT, "file");
  if (options.dir !== undefined) await MediaDirectory.open(options.dir);
  return { endpoints: [], close: () => Promise.resolve() };
}
