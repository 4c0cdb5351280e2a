/**
 * RTSP 1.0 with RTP over the connection, over UDP and through HTTP: RFC 2326, RFC 7826 where clients
 * use it.
 *
 * @module
 */

import type { Protocol } from "../protocol.ts";
import { parseOptions, type RtspOptions } from "./options.ts";
import { pullRtsp, pushRtsp } from "./client/relay.ts";
import { serveRtsp } from "./server.ts";

export type { MulticastOptions, RtspOptions } from "./options.ts";

/** The RTSP module: server, pull and push. */
export const rtsp: Protocol<RtspOptions> = {
  name: "rtsp",
  schemes: ["rtsp", "rtsps"],
  parseOptions,
  serve: serveRtsp,
  pull: pullRtsp,
  push: pushRtsp,
};
