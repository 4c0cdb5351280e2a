/**
 * A directory of media: its files over HTTP as they are.
 *
 * @module
 */

import type { Protocol } from "../protocol.ts";
import { type FileOptions, parseOptions } from "./options.ts";
import { serveFiles } from "./server.ts";

export type { FileOptions } from "./options.ts";

/** The file module: what lies in the media directory. */
export const file: Protocol<FileOptions> = {
  name: "file",
  schemes: [],
  parseOptions,
  serve: serveFiles,
};
