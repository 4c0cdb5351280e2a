import { demo } from "./demo/mod.ts";
import { file } from "./file/mod.ts";
import { http } from "./http/mod.ts";
import type { Protocol } from "./protocol.ts";
import { rtmp } from "./rtmp/mod.ts";
import { rtsp } from "./rtsp/mod.ts";
import { webrtc } from "./webrtc/mod.ts";

/** The built-in modules, in the order in which they start: http serves what the others mount. */
export const builtinProtocols: readonly Protocol[] = [
  rtmp,
  rtsp,
  demo,
  file,
  webrtc,
  http,
];
