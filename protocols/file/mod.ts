/**
 * A directory of media: its files over HTTP as they are, as recordings, and as live streams.
 *
 * @module
 */

import type { Protocol } from "../protocol.ts";
import { pullFiles } from "./live/pull.ts";
import { type FileOptions, parseOptions } from "./options.ts";
import { serveFiles } from "./server.ts";

export type { FileOptions } from "./options.ts";

/** The file module: what lies in the media directory. */
export const file: Protocol<FileOptions> = {
  name: "file",
  schemes: ["file"],
  parseOptions,
  serve: serveFiles,
  pull: pullFiles,
};
