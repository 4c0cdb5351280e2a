import { Client } from "./client.ts";
import { PYTHON } from "./gst_rtsp_server.ts";

const program = new URL("gst_webrtc.py", import.meta.url).pathname;

const H264 = "application/x-rtp,media=video,encoding-name=H264,payload=96";
const OPUS = "application/x-rtp,media=audio,encoding-name=OPUS,payload=97";

/** What a receiver has to add for want of a sender. */
const ANY_H264 = `${H264},clock-rate=90000,packetization-mode=(string)1,` +
  "profile-level-id=(string)42e01f";
const ANY_OPUS = `${OPUS},clock-rate=48000,encoding-params=(string)2`;

/** Plays H.264 and Opus by WHEP into a Matroska file, until nothing has come for a while. */
export function gstWhep(url: string, file: string): Client {
  const launch = "queue name=in0 ! rtph264depay ! h264parse ! mux. " +
    "queue name=in1 ! rtpopusdepay ! opusparse ! mux. " +
    `matroskamux name=mux ! filesink name=out location=${file}`;
  return Client.start(PYTHON, [program, "play", url, launch, ANY_H264, ANY_OPUS]);
}

/** Publishes an MPEG-TS file with H.264 and Opus by WHIP, at its own speed. */
export function gstWhip(path: string, url: string): Client {
  const launch = `filesrc location=${path} ! tsdemux name=in ` +
    "in. ! queue ! h264parse ! clocksync ! " +
    `rtph264pay config-interval=-1 aggregate-mode=zero-latency ! ${H264} ! rtc. ` +
    `in. ! queue ! opusparse ! clocksync ! rtpopuspay ! ${OPUS} ! rtc. ` +
    "webrtcbin name=rtc bundle-policy=max-bundle";
  return Client.start(PYTHON, [program, "publish", url, launch]);
}
