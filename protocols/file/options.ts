import { z } from "zod";
import { parseSection } from "../protocol.ts";

/** Room for an hour of high-definition video. */
const DEFAULT_MAX_UPLOAD_MIB = 4096;
const MEBIBYTE = 1024 * 1024;
/** A tebibyte: where a size in bytes is still far from the end of the integers. */
const MAX_UPLOAD_MIB = 1024 * 1024;
const UPLOAD_RANGE = `expected 1 to ${MAX_UPLOAD_MIB} MiB`;

export const fileOptionsSchema = z.strictObject({
  dir: z.string("expected a directory").min(1, "expected a directory").optional(),
  listing: z.boolean("expected true or false").default(true),
  upload: z.boolean("expected true or false").default(false),
  maxUploadMiB: z.int("expected MiB").min(1, UPLOAD_RANGE).max(MAX_UPLOAD_MIB, UPLOAD_RANGE)
    .default(DEFAULT_MAX_UPLOAD_MIB),
});

/** The `file:` section. */
export interface FileOptions {
  /** The media directory; without one, there are no files. */
  readonly dir?: string | undefined;
  /** Whether directories can be listed. */
  readonly listing: boolean;
  /** Whether files can be uploaded, by those whom the access policy lets publish. */
  readonly upload: boolean;
  /** Largest file that can be uploaded, in MiB. */
  readonly maxUploadMiB: number;
}

/** @throws {ConfigError} */
export function parseOptions(raw: unknown): FileOptions {
  return parseSection(fileOptionsSchema, raw);
}

/** Largest file that can be uploaded, in bytes. */
export function maxUploadBytes({ maxUploadMiB }: FileOptions): number {
  return maxUploadMiB * MEBIBYTE;
}
