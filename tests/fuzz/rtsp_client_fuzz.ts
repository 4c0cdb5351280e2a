// Property: whatever a server says of a stream, the client has a description whose URLs fit in requests, or
// an RtspAnswerError; RTP-Info names only tracks that are there; a Location gives a target that never
// takes the password to another host, or an RtspUrlError; and each frame is of one track or of none.
import { assert, assertLess, assertStrictEquals } from "@std/assert";
import { RtspAnswerError } from "../../protocols/rtsp/client/errors.ts";
import { RtspUrlError } from "../../protocols/rtsp/errors.ts";
import { HeaderFields } from "../../protocols/rtsp/fields.ts";
import { parseRtpInfo } from "../../protocols/rtsp/headers/rtp_info.ts";
import { InterleavedRouter } from "../../protocols/rtsp/client/interleaved_router.ts";
import { writeRequest } from "../../protocols/rtsp/message.ts";
import { parseRelayUrl, redirectedTarget } from "../../protocols/rtsp/client/relay_target.ts";
import { announcedTimes, readDescription } from "../../protocols/rtsp/client/remote_description.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";
import { randomText } from "./text.ts";

const SDP_SAMPLES = [
  "v=0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n" +
  "m=audio 0 RTP/AVP 8\r\na=control:rtsp://h/a/trackID=2?x=y\r\na=recvonly\r\n",
  "v=0\na=control:rtsp://h/b/\nm=audio 5004 RTP/AVP 0\nc=IN IP4 239.1.1.1/4\na=sendonly\n",
];
const SDP_ALPHABET = [
  "\r\n",
  "a=control:",
  "/",
  "?",
  "#",
  " ",
  "\u00e9",
  "\0",
  "m=audio 0 RTP/AVP 8\n",
];
const BASES = ["rtsp://h/a/", "/a", "rtsp://h", '"rtsp://h/a?x=y"', ""];
const INFOS = ["url=rtsp://h/a/trackID=1;seq=1;rtptime=2,url=trackID=2;rtptime=4294967295"];
const LOCATIONS = ["rtsp://u:p@[::1]:8554/live?x#tcp", "/other", "rtsps://127.0.0.1/", ""];
const URL_ALPHABET = [
  "/",
  ":",
  "@",
  "rtsp:",
  "rtsps:",
  "//",
  "127.0.0.1",
  "evil",
  "[",
  "]",
  "%",
  "#",
];

const BASE_URL = "rtsp://h/a";
const TARGET = parseRelayUrl(new URL("rtsp://user:secret@127.0.0.1:554/a"));

export const target: FuzzTarget = {
  name: "rtsp_client",
  run(random: Random): void {
    random.pick([checkDescription, checkRedirect, checkRoutes])(random);
  },
};

function checkDescription(random: Random): void {
  const response = {
    type: "response",
    status: 200,
    reason: "OK",
    version: "1.0",
    headers: new HeaderFields([["Content-Base", randomText(random, BASES, URL_ALPHABET)]]),
    body: new TextEncoder().encode(randomText(random, SDP_SAMPLES, SDP_ALPHABET)),
  } as const;
  try {
    const { tracks, url } = readDescription(response, BASE_URL);
    for (const track of tracks) writeRequest({ method: "SETUP", url: track.url });
    writeRequest({ method: "PLAY", url });
    const infos = parseRtpInfo(randomText(random, INFOS, URL_ALPHABET));
    for (const index of announcedTimes(infos, tracks).keys()) assertLess(index, tracks.length);
  } catch (error) {
    if (!(error instanceof RtspAnswerError)) throw error;
  }
}

function checkRedirect(random: Random): void {
  const location = randomText(random, LOCATIONS, URL_ALPHABET);
  try {
    const { endpoint } = redirectedTarget(TARGET, location);
    if (endpoint.credentials?.password !== "secret" || location.includes("secret")) return;
    assertStrictEquals(endpoint.host, TARGET.endpoint.host);
  } catch (error) {
    if (!(error instanceof RtspUrlError)) throw error;
  }
}

function checkRoutes(random: Random): void {
  const tracks = Array.from({ length: random.int(4) }, () => ({
    payloadType: 96 + random.int(3),
    ...(random.bool() && { channels: { rtp: random.int(6), rtcp: random.int(6) } }),
  }));
  const router = new InterleavedRouter(tracks);
  for (let count = random.int(20); count > 0; count--) {
    const packet = random.bytes(random.int(16));
    if (packet.length > 1 && random.bool()) packet[1] = random.pick([96, 97, 98, 224, 200, 203]);
    const route = router.route(random.int(8), packet);
    assert(route === undefined || tracks[route.index] !== undefined, "the route leads nowhere");
  }
}
