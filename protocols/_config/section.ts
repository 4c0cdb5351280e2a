import type { z } from "zod";

/** A mistake in the configuration. `path` leads to the field from where the section begins. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(readonly path: readonly (string | number)[], readonly reason: string) {
    super(path.length === 0 ? reason : `${path.join(".")}: ${reason}`);
  }
}

/**
 * Checks a section against its schema.
 *
 * @throws {ConfigError} for the first mistake, with what was expected and what was found.
 */
export function parseSection<Schema extends z.ZodType>(
  schema: Schema,
  raw: unknown,
): z.output<Schema> {
  const result = schema.safeParse(raw ?? {}, { reportInput: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue === undefined) throw new ConfigError([], "invalid");
  throw new ConfigError(pathOf(issue), reasonOf(issue));
}

function pathOf(issue: z.core.$ZodIssue): readonly (string | number)[] {
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0]] : issue.path;
  return path.filter((part) => typeof part === "string" || typeof part === "number");
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return "there is no such setting";
  return `${issue.message}, found ${JSON.stringify(issue.input) ?? "nothing"}`;
}
