import { ConfigError } from "./section.ts";

/**
 * Asks for nothing that was not given: settings that write to a directory say at the start what they
 * lack.
 *
 * @param field path of the setting that needs it.
 * @throws {ConfigError} Deno was started without the permission.
 */
export async function assertWritable(field: readonly string[], dir: string): Promise<void> {
  const { state } = await Deno.permissions.query({ name: "write", path: dir });
  if (state === "granted") return;
  const reason = `expected the permission to write to ${dir}: start with --allow-write=${dir}`;
  throw new ConfigError(field, reason);
}
