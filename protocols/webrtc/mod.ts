/**
 * WebRTC: WHIP (RFC 9725), WHEP, and peer signaling, with ICE (RFC 8445), DTLS-SRTP (RFC 5764) and RTP
 * below.
 *
 * @module
 */
import type { Protocol } from "../protocol.ts";
import { pullWhep } from "./client/pull.ts";
import { pushWhip } from "./client/push.ts";
import { parseOptions, type WebRtcOptions } from "./options.ts";
import { serveWebRtc } from "./server.ts";

export type { IceServer, SignalingSection, WebRtcOptions } from "./options.ts";

/** The WebRTC module. */
export const webrtc: Protocol<WebRtcOptions> = {
  name: "webrtc",
  schemes: ["whep", "wheps", "whip", "whips"],
  parseOptions,
  serve: serveWebRtc,
  pull: pullWhep,
  push: pushWhip,
};
