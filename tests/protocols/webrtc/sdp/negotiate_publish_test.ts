import { assertEquals, assertThrows } from "@std/assert";
import { RtcError } from "../../../../protocols/webrtc/errors.ts";
import { negotiatePublish } from "../../../../protocols/webrtc/sdp/negotiate_publish.ts";
import { parseRemote } from "../../../../protocols/webrtc/sdp/parse.ts";
import * as offers from "./offers.ts";

/** A media in a line: name, payload types with their retransmissions, sources. */
function taken(sdp: string): readonly string[] {
  return negotiatePublish(parseRemote(sdp)).medias.map((media) => {
    const codecs = media.codecs.map(({ payloadType, rtxPayloadType, encoding }) =>
      `${payloadType}${rtxPayloadType === undefined ? "" : `+${rtxPayloadType}`}=${encoding}`
    );
    return `${media.mid} ${media.kind} ${codecs.join(" ")} from ${media.ssrc}+${media.rtxSsrc}`;
  });
}

const TAKEN: readonly (readonly [string, string, readonly string[]])[] = [
  ["Firefox", offers.FIREFOX_PUBLISH, [
    "0 audio 109=opus 9=G722 0=PCMU 8=PCMA from 1531004752+undefined",
    // 97 has no nack, so nothing would ask for its retransmissions.
    "1 video 120+124=VP8 126+127=H264 97=H264 from 2000000001+2000000002",
  ]],
  ["OBS", offers.OBS_PUBLISH, [
    "0 audio 111=opus from 1349455989+undefined",
    "1 video 96=H264 from 1349455990+undefined",
  ]],
  ["FFmpeg", offers.FFMPEG_PUBLISH, ["1 video 106=H264 from 3001+undefined"]],
  ["GStreamer", offers.GSTREAMER_PUBLISH, [
    "video0 video 96=H264 from 3542043503+undefined",
    "audio1 audio 97=OPUS from 2774551217+undefined",
  ]],
  ["Chrome with simulcast", offers.CHROME_SIMULCAST, [
    "0 video 96+97=VP8 108=H264 from undefined+undefined",
  ]],
];

for (const [client, sdp, expected] of TAKEN) {
  Deno.test(`taken from ${client}`, () => assertEquals(taken(sdp), expected));
}

Deno.test("feedback and extensions as offered, but what the peer only receives", () => {
  const [audio, video] = negotiatePublish(parseRemote(offers.FIREFOX_PUBLISH)).medias;
  assertEquals(audio?.extensions, new Map([["urn:ietf:params:rtp-hdrext:sdes:mid", 3]]));
  assertEquals([...video?.extensions.values() ?? []].toSorted(), [3, 7]);
  assertEquals(video?.direction, "receive");
  assertEquals(video?.codecs.map(({ feedback }) => feedback.transportWide), [true, false, false]);
});

Deno.test("transport-cc needs its extension: without it, nothing could be reported", () => {
  const sdp = offers.FIREFOX_PUBLISH.replace(/a=extmap:7 .*\r\n/, "");
  const video = negotiatePublish(parseRemote(sdp)).medias[1];
  assertEquals(video?.codecs[0]?.feedback.transportWide, false);
});

// RFC 7587 section 6.1: without it, Chrome sends one channel.
Deno.test("stereo is asked for, unless the peer has said something of it", () => {
  const fmtps = (fmtp: string): readonly (string | undefined)[] => {
    const sdp = offers.OBS_PUBLISH.replace(/a=fmtp:111 .*/, fmtp);
    const [audio] = negotiatePublish(parseRemote(sdp)).medias;
    return audio?.codecs.map((codec) => codec.fmtp) ?? [];
  };
  assertEquals(fmtps("a=fmtp:111 minptime=10;useinbandfec=1"), [
    "minptime=10;useinbandfec=1;stereo=1",
  ]);
  assertEquals(fmtps("a=fmtp:111 useinbandfec=1; stereo=0"), ["useinbandfec=1; stereo=0"]);
  assertEquals(fmtps("a=fmtp:111 sprop-stereo=0"), ["sprop-stereo=0;stereo=1"]);
  assertEquals(fmtps("a=x"), ["stereo=1"]);
});

Deno.test("a second camera is told to be still", () => {
  const second = offers.CHROME_SIMULCAST.replace(/[^]*(?=m=video)/, "").replace(
    "a=mid:0",
    "a=mid:2",
  );
  const sdp = offers.FIREFOX_PUBLISH.replace("BUNDLE 0 1", "BUNDLE 0 1 2") + second;
  const { sections } = negotiatePublish(parseRemote(sdp));
  assertEquals(sections.map(({ type }) => type), ["media", "media", "inactive"]);
});

const REFUSED: readonly (readonly [string, string, string])[] = [
  ["a viewer", offers.GSTREAMER_READ, "section video0 (video): it is recvonly"],
  [
    "codecs that are not known",
    offers.FFMPEG_PUBLISH.replace("H264", "H263-1998"),
    "section 1 (video): no codec of it can be taken: H263-1998",
  ],
  [
    "a data channel alone",
    offers.SAFARI_READ.replaceAll(/m=(audio|video) 9/g, "m=$1 0"),
    "section 0 (audio): it is rejected; section 1 (video): it is rejected; " +
    "section 2 (application): it is neither audio nor video",
  ],
];

for (const [name, sdp, reason] of REFUSED) {
  Deno.test(`not taken: ${name}`, () => {
    const error = assertThrows(() => negotiatePublish(parseRemote(sdp)), RtcError);
    assertEquals([error.code, error.message], [
      "no-common-media",
      `Cannot take any media: ${reason}`,
    ]);
  });
}
