/**
 * A moving picture with sound, so that a newcomer has something to play before there is an encoder.
 *
 * @module
 */

import type { Protocol } from "../protocol.ts";
import { type DemoOptions, parseOptions } from "./options.ts";
import { serveDemo } from "./server.ts";

export type { DemoOptions } from "./options.ts";

/** The demo module: publishes a looped sample of H.264 and AAC from memory, in real time. */
export const demo: Protocol<DemoOptions> = {
  name: "demo",
  schemes: [],
  parseOptions,
  serve: serveDemo,
};
