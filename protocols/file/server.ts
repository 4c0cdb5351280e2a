import { assertWritable } from "../_config/permissions.ts";
import { Admissions } from "../_transport/admission.ts";
import type { Context, Server } from "../protocol.ts";
import { MediaDirectory } from "./media_directory.ts";
import { MEDIA_SEGMENT } from "./media_path.ts";
import { mediaSources } from "./live/media_sources.ts";
import { Library } from "./recordings/library.ts";
import { mediaRecordings } from "./recordings/media_recordings.ts";
import { type FileOptions, maxUploadBytes } from "./options.ts";
import { mountFiles } from "./static/routes.ts";

/**
 * Downloads and uploads at a time. Each holds an open file and a buffer of 256 KiB, also when its
 * client is slow: this keeps both within what a process has.
 */
const TRANSFER_LIMITS = { total: 2000, perAddress: 1000 } as const;

/**
 * Makes the media directory reachable; nothing where none is configured.
 *
 * @throws {ConfigError} it is no directory that can be read, or must be written to and cannot.
 */
export async function serveFiles(context: Context, options: FileOptions): Promise<Server> {
  // Kept also without a directory, so that a name does not change its meaning with the settings.
  context.registry.reserve(MEDIA_SEGMENT, "file");
  if (options.dir === undefined) return serverOf([]);
  const directory = await MediaDirectory.open(options.dir);
  if (options.upload) await assertWritable(["file", "upload"], options.dir);
  const { http, registry, log } = context;
  const library = new Library(registry.clock, log);
  const removals = [
    registry.addRecordings(MEDIA_SEGMENT, mediaRecordings(directory, library)),
    registry.addSources(mediaSources(context, directory, library)),
  ];
  mountFiles(http, {
    directory,
    registry,
    log,
    transfers: new Admissions(TRANSFER_LIMITS),
    hasListing: options.listing,
    ...(options.upload && { maxUploadBytes: maxUploadBytes(options) }),
  });
  return serverOf([`${options.dir} is at /${MEDIA_SEGMENT}/ of HTTP`], () => {
    for (const remove of removals) remove();
    library.close();
  });
}

function serverOf(hints: readonly string[], end: () => void = () => {}): Server {
  return { endpoints: [], hints, close: () => Promise.resolve(end()) };
}
