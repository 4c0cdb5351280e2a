import { assertEquals, assertThrows } from "@std/assert";
import { RtcError } from "../../../../protocols/webrtc/errors.ts";
import { negotiateRead } from "../../../../protocols/webrtc/sdp/negotiate_read.ts";
import { parseRemote } from "../../../../protocols/webrtc/sdp/parse.ts";
import type { Track } from "../../../../registry/media/track.ts";
import * as offers from "./offers.ts";
import { AAC, h264, OPUS, PCMA, ssrcs, videoTrack } from "./parts.ts";

const read = (sdp: string, tracks: readonly Track[]) =>
  negotiateRead(parseRemote(sdp), tracks, ssrcs());

const MID = "urn:ietf:params:rtp-hdrext:sdes:mid";
const PLAYOUT_DELAY = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";

const NO_FEEDBACK = {
  nack: false,
  pictureLoss: false,
  fullIntraRequest: false,
  transportWide: false,
  bitrateEstimate: false,
};

Deno.test("Chrome is sent video and audio, with retransmissions where it asks for them", () => {
  const { medias, leftOut } = read(offers.CHROME_READ, [h264("42e01f"), OPUS]);
  assertEquals(leftOut, []);
  assertEquals(medias, [
    {
      mid: "0",
      kind: "video",
      direction: "send",
      codecs: [{
        payloadType: 108,
        rtxPayloadType: 109,
        encoding: "H264",
        clockRate: 90_000,
        fmtp: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        feedback: {
          nack: true,
          pictureLoss: true,
          fullIntraRequest: true,
          transportWide: false, // the extension is not one that we send
          bitrateEstimate: true,
        },
      }],
      extensions: new Map([[MID, 9], [PLAYOUT_DELAY, 5]]),
      trackId: 1,
      ssrc: 1000,
      rtxSsrc: 1001,
    },
    {
      mid: "1",
      kind: "audio",
      direction: "send",
      codecs: [{
        payloadType: 111,
        encoding: "opus",
        clockRate: 48_000,
        channels: 2,
        fmtp: "minptime=10;useinbandfec=1",
        feedback: NO_FEEDBACK,
      }],
      extensions: new Map([[MID, 9]]),
      trackId: 2,
      ssrc: 1002,
    },
  ]);
});

/** Client, offer, tracks, payload types that are sent by track. */
const SENT: readonly (readonly [string, string, readonly Track[], readonly string[]])[] = [
  ["Chrome: Baseline", offers.CHROME_READ, [h264("42001f")], ["1 as 102"]],
  ["Chrome: High, as Main", offers.CHROME_READ, [h264("640028")], ["1 as 116"]],
  ["Chrome: AV1", offers.CHROME_READ, [videoTrack("av1")], ["1 as 45"]],
  ["Chrome: VP9", offers.CHROME_READ, [videoTrack("vp9")], ["1 as 98"]],
  ["Chrome: G.711", offers.CHROME_READ, [PCMA], ["4 as 8"]],
  ["GStreamer: no packetization mode", offers.GSTREAMER_READ, [h264("640028")], ["1 as 102"]],
  ["aiortc", offers.AIORTC_READ, [h264("640028"), PCMA], ["1 as 99", "4 as 8"]],
  ["Safari: High", offers.SAFARI_READ, [h264("64001f"), OPUS], ["2 as 111", "1 as 96"]],
  ["Safari: H.265", offers.SAFARI_READ, [videoTrack("h265")], ["1 as 104"]],
  ["the second audio track, where it fits", offers.CHROME_READ, [AAC, OPUS], ["2 as 111"]],
  ["the codec that is offered", offers.CHROME_READ, [videoTrack("h265"), h264("42e01f", 9)], [
    "9 as 108",
  ]],
];

for (const [name, sdp, tracks, expected] of SENT) {
  Deno.test(`sent to ${name}`, () => {
    const { medias } = read(sdp, tracks);
    assertEquals(medias.map((m) => `${m.trackId} as ${m.codecs[0]?.payloadType}`), expected);
  });
}

Deno.test("what is left out says why", () => {
  const tracks = [h264("42e01f"), videoTrack("vp8", 7), videoTrack("h265", 8), AAC, OPUS, PCMA];
  const { leftOut } = read(offers.CHROME_READ, tracks);
  assertEquals(leftOut.map(({ track, reason }) => [track.id, reason]), [
    [7, "the peer offered 1 video section only"],
    [8, "the peer did not offer H265"],
    [3, "WebRTC does not carry AAC"],
    [4, "the peer offered 1 audio section only"],
  ]);
});

const inactive = (type: string, sdp: string): string =>
  sdp.replace(`a=${type}\r\n`, "a=inactive\r\n");

/** What cannot be met, and what is said of it. */
const REFUSED: readonly (readonly [string, string, readonly Track[], string])[] = [
  ["no tracks", offers.CHROME_READ, [], "Cannot send the stream: it has no tracks"],
  [
    "codecs of others",
    offers.CHROME_READ,
    [videoTrack("h265"), AAC],
    "Cannot send the stream: video track 1 (H265): the peer did not offer H265; " +
    "audio track 3 (AAC): WebRTC does not carry AAC",
  ],
  [
    "a peer that only sends",
    offers.OBS_PUBLISH,
    [h264("42e01f")],
    "Cannot send the stream: video track 1 (H264): the peer offered no video section to send to",
  ],
  [
    "a peer that wants nothing",
    inactive("recvonly", offers.GSTREAMER_READ),
    [h264("42e01f")],
    "Cannot send the stream: video track 1 (H264): the peer offered no video section to send to",
  ],
  [
    "mode 0",
    offers.GSTREAMER_READ.replace("a=rtcp-fb", "a=fmtp:102 packetization-mode=0\r\na=rtcp-fb"),
    [h264("42e01f")],
    "Cannot send the stream: video track 1 (H264): the peer did not offer H264 with " +
    "packetization mode 1",
  ],
];

for (const [name, sdp, tracks, message] of REFUSED) {
  Deno.test(`not sent: ${name}`, () => {
    const error = assertThrows(() => read(sdp, tracks), RtcError);
    assertEquals([error.code, error.message], ["no-common-media", message]);
  });
}

// Chrome fails with "Failed to setup RTCP mux" when the first section of a bundle is rejected.
Deno.test("sections without media are inactive; those that are no media are rejected", () => {
  const types = (sdp: string, tracks: readonly Track[]): readonly string[] =>
    read(sdp, tracks).sections.map(({ type }) => type);
  assertEquals(types(offers.CHROME_READ, [OPUS]), ["inactive", "media"]);
  assertEquals(types(offers.CHROME_READ, [h264("42e01f")]), ["media", "inactive"]);
  assertEquals(types(offers.SAFARI_READ, [OPUS]), ["media", "inactive", "rejected"]);
  const odd = offers.CHROME_READ.replaceAll(
    /a=rtpmap:(\d+) (?:VP8|VP9|H264|AV1)/g,
    "a=rtpmap:$1 odd",
  );
  assertEquals(types(odd, [OPUS]), ["inactive", "media"]);
  const rejected = offers.CHROME_READ.replace("m=audio 9", "m=audio 0");
  assertEquals(types(rejected, [h264("42e01f")]), ["media", "rejected"]);
});
