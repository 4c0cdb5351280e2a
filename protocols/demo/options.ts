import { z } from "zod";
import { InvalidStreamNameError } from "../../registry/errors.ts";
import { parseStreamName } from "../../registry/names.ts";
import { parseSection } from "../protocol.ts";

const DEFAULT_DEMO_NAME = "demo/clock";

const streamName = z.string("expected a stream name").check((context) => {
  try {
    parseStreamName(context.value);
  } catch (error) {
    if (!(error instanceof InvalidStreamNameError)) throw error;
    const message = `expected a stream name: ${error.reason}`;
    context.issues.push({ code: "custom", message, input: context.value });
  }
});

export const demoOptionsSchema = z.strictObject({
  enabled: z.boolean("expected true or false").default(false),
  name: streamName.default(DEFAULT_DEMO_NAME),
});

/** The `demo:` section. */
export interface DemoOptions {
  /** Whether to publish the sample. */
  readonly enabled: boolean;
  /** Stream that it is published as. */
  readonly name: string;
}

/** @throws {ConfigError} */
export function parseOptions(raw: unknown): DemoOptions {
  return parseSection(demoOptionsSchema, raw);
}
