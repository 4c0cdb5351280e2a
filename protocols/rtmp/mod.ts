/**
 * RTMP and RTMPS: server, pull and push. Adobe RTMP 1.0 and Enhanced RTMP v2.
 *
 * @module
 */

import type { Protocol } from "../protocol.ts";
import { pullRtmp, pushRtmp } from "./relay.ts";
import { parseOptions, type RtmpOptions } from "./options.ts";
import { serveRtmp } from "./server.ts";

export type { RtmpOptions } from "./options.ts";

/** The RTMP module: server, pull and push. */
export const rtmp: Protocol<RtmpOptions> = {
  name: "rtmp",
  schemes: ["rtmp", "rtmps"],
  parseOptions,
  serve: serveRtmp,
  pull: pullRtmp,
  push: pushRtmp,
};
