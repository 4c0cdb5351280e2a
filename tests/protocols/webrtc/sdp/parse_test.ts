import { assertEquals, assertThrows } from "@std/assert";
import { RtcError } from "../../../../protocols/webrtc/errors.ts";
import type { RemoteDescription } from "../../../../protocols/webrtc/sdp/description.ts";
import {
  MAX_CANDIDATES,
  MAX_EXTENSIONS,
  MAX_SDP_LENGTH,
  MAX_SECTIONS,
  MAX_SOURCES,
} from "../../../../protocols/webrtc/sdp/limits.ts";
import { parseRemote } from "../../../../protocols/webrtc/sdp/parse.ts";
import * as offers from "./offers.ts";

/** A section in a line: name, kind, direction, codecs with their retransmissions. */
function summary({ medias }: RemoteDescription): readonly string[] {
  return medias.map((media) => {
    const codecs = media.codecs.map(({ payloadType, rtxPayloadType, encoding }) =>
      `${payloadType}${rtxPayloadType === undefined ? "" : `+${rtxPayloadType}`}=${encoding}`
    );
    const rejected = media.rejected ? " rejected" : "";
    return `${media.mid} ${media.kind} ${media.direction}${rejected}: ${codecs.join(" ")}`;
  });
}

const SUMMARIES: readonly (readonly [string, string, readonly string[]])[] = [
  ["Chrome", offers.CHROME_READ, [
    "0 video recvonly: 96+97=VP8 98+99=VP9 100+101=VP9 102+103=H264 104+107=H264 108+109=H264 " +
    "116+117=H264 45+46=AV1 118=red 120=ulpfec",
    "1 audio recvonly: 111=opus 63=red 9=G722 0=PCMU 8=PCMA 13=CN 126=telephone-event",
  ]],
  ["Firefox", offers.FIREFOX_PUBLISH, [
    "0 audio sendonly: 109=opus 9=G722 0=PCMU 8=PCMA 101=telephone-event",
    "1 video sendonly: 120+124=VP8 126+127=H264 97+98=H264 123=ulpfec 122=red",
  ]],
  ["OBS", offers.OBS_PUBLISH, ["0 audio sendonly: 111=opus", "1 video sendonly: 96=H264"]],
  ["FFmpeg", offers.FFMPEG_PUBLISH, ["1 video sendonly: 106=H264"]],
  ["GStreamer", offers.GSTREAMER_PUBLISH, [
    "video0 video sendrecv: 96=H264",
    "audio1 audio sendrecv: 97=OPUS",
  ]],
  ["aiortc", offers.AIORTC_READ, [
    "0 video recvonly: 97+98=VP8 99+100=H264",
    "1 audio recvonly: 96=opus 0=PCMU 8=PCMA",
  ]],
  ["Safari", offers.SAFARI_READ, [
    "0 audio sendrecv: 111=opus 0=PCMU",
    "1 video recvonly: 96+97=H264 98=H264 104=H265",
    "2 application sendrecv: ",
  ]],
];

for (const [client, sdp, expected] of SUMMARIES) {
  Deno.test(`the sections of ${client}`, () => {
    assertEquals(summary(parseRemote(sdp)), expected);
  });
}

for (const [client, sdp] of Object.entries(offers.OFFERS)) {
  Deno.test(`the transport of ${client}, also with bare line feeds`, () => {
    for (const text of [sdp, sdp.replaceAll("\r\n", "\n")]) {
      const { ice, fingerprints } = parseRemote(text);
      assertEquals([ice, fingerprints[0]], [offers.ICE, offers.FINGERPRINT]);
    }
  });
}

Deno.test("candidates are those of the first bundled section, without those for RTCP", () => {
  const { candidates, endOfCandidates } = parseRemote(offers.AIORTC_READ);
  assertEquals(candidates.map(({ address, port }) => [address, port]), [
    ["192.0.2.2", 33815],
    ["fd00::2", 59973],
  ]);
  assertEquals(endOfCandidates, true);
  assertEquals(parseRemote(offers.CHROME_READ).endOfCandidates, false);
});

Deno.test("each fingerprint of the certificate is kept, by whatever hash", () => {
  const { fingerprints } = parseRemote(offers.AIORTC_READ);
  assertEquals(fingerprints.map(({ algorithm }) => algorithm), ["sha-256", "sha-512"]);
});

Deno.test("roles, groups and sources", () => {
  const ffmpeg = parseRemote(offers.FFMPEG_PUBLISH);
  assertEquals([ffmpeg.setup, ffmpeg.bundle], ["passive", ["1"]]);
  const firefox = parseRemote(offers.FIREFOX_PUBLISH);
  assertEquals([firefox.setup, firefox.bundle], ["actpass", ["0", "1"]]);
  assertEquals(firefox.medias.map(({ sources }) => sources), [
    [{ ssrc: 1531004752 }],
    [{ ssrc: 2000000001, rtxSsrc: 2000000002 }],
  ]);
  assertEquals(firefox.medias[0]?.extensions[1], {
    id: 2,
    uri: "urn:ietf:params:rtp-hdrext:csrc-audio-level",
    direction: "recvonly",
  });
});

Deno.test("parameters and feedback of a codec; a star stands for each payload type", () => {
  const sdp = offers.OBS_PUBLISH.replace("a=rtcp-fb:96 goog-remb", "a=rtcp-fb:* ccm fir");
  assertEquals(parseRemote(sdp).medias[1]?.codecs, [{
    payloadType: 96,
    encoding: "H264",
    clockRate: 90_000,
    fmtp: "profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1",
    feedback: ["nack", "nack pli", "ccm fir"],
  }]);
});

Deno.test("a static payload type needs no rtpmap, others do", () => {
  const sdp = offers.FFMPEG_PUBLISH.replace("m=video 9 UDP/TLS/RTP/SAVPF 106", "$& 8 99 400 x")
    .replace("video", "audio");
  const codecs = parseRemote(sdp).medias[0]?.codecs ?? [];
  assertEquals(codecs.map(({ payloadType, encoding }) => [payloadType, encoding]), [
    [106, "H264"],
    [8, "PCMA"],
  ]);
});

Deno.test("credentials of digits alone keep their zeros", () => {
  const sdp = offers.FFMPEG_PUBLISH.replace(offers.ICE.ufrag, "00001234")
    .replace(offers.ICE.pwd, "0".repeat(32));
  assertEquals(parseRemote(sdp).ice, { ufrag: "00001234", pwd: "0".repeat(32) });
});

Deno.test("what is outside of the bundle, or at port 0, is rejected", () => {
  const outside = offers.CHROME_READ.replace("BUNDLE 0 1", "BUNDLE 1");
  assertEquals(parseRemote(outside).medias.map(({ rejected }) => rejected), [true, false]);
  const port = offers.CHROME_READ.replace("m=audio 9", "m=audio 0");
  const { medias, bundle } = parseRemote(port);
  assertEquals([medias[1]?.rejected, bundle], [true, ["0"]]);
});

Deno.test("one section needs neither a name nor a group", () => {
  const sdp = offers.FFMPEG_PUBLISH.replace("a=group:BUNDLE 0 1\r\n", "").replace(
    "a=mid:1\r\n",
    "",
  );
  const { medias, bundle } = parseRemote(sdp);
  assertEquals([medias[0]?.mid, medias[0]?.rejected, bundle], ["0", false, []]);
});

const obs = offers.OBS_PUBLISH;

const REFUSED: readonly (readonly [string, string, string])[] = [
  ["nothing", "", "it has no section"],
  ["text", "hello\nworld", "it has no section"],
  ["too much", " ".repeat(MAX_SDP_LENGTH + 1), `it is longer than ${MAX_SDP_LENGTH} characters`],
  [
    "many sections",
    "m=video 9 RTP/SAVPF 96\n".repeat(MAX_SECTIONS + 1),
    `it has more than ${MAX_SECTIONS} sections`,
  ],
  ["a broken m= line", obs.replace("m=audio 4557", "m=audio  4557"), "the m= line of section 0"],
  ["a broken name", obs.replace("a=mid:1", "a=mid:("), "the name of section 1 is no token"],
  ["two of a name", obs.replace("a=mid:1", "a=mid:0"), 'two sections have the name "0"'],
  ["no group", obs.replace("a=group:BUNDLE 0 1\r\n", ""), "more than one section but no BUNDLE"],
  ["no rtcp-mux", obs.replaceAll("a=rtcp-mux\r\n", ""), "a=rtcp-mux is missing"],
  ["no user", obs.replace("a=ice-ufrag", "a=x"), "ice-ufrag or ice-pwd is missing"],
  ["a short password", obs.replace(offers.ICE.pwd, "short"), "ice-ufrag or ice-pwd is missing"],
  ["a weak hash", obs.replace("sha-256", "sha-1"), "it has no fingerprint"],
  ["a broken hash", obs.replace("A0:A1", "A0:ZZ"), "it has no fingerprint"],
  ["a held connection", obs.replace("actpass", "holdconn"), 'setup is "holdconn"'],
];

for (const [name, sdp, reason] of REFUSED) {
  Deno.test(`refused: ${name}`, () => {
    const error = assertThrows(() => parseRemote(sdp), RtcError, `Cannot parse SDP: `);
    assertEquals(
      [error.code, error.message.includes(reason)],
      ["invalid-sdp", true],
      error.message,
    );
  });
}

Deno.test("a description that rejects everything has nothing in common with us", () => {
  const error = assertThrows(
    () => parseRemote(obs.replaceAll(/^m=(\w+) \d+/gm, "m=$1 0")),
    RtcError,
  );
  assertEquals(error.code, "no-common-media");
});

Deno.test("of what a peer has too much, the first is kept", () => {
  const many = (line: (index: number) => string): string =>
    Array.from({ length: 100 }, (_, index) => `${line(index + 1)}\r\n`).join("");
  const sdp = offers.FFMPEG_PUBLISH +
    many((index) => `a=candidate:${index} 1 udp ${index} 192.0.2.1 9 typ host`) +
    many((index) => `a=extmap:${index} urn:x:${index}`) +
    many((index) => `a=ssrc:${index} cname:x`);
  const { candidates, medias: [media] } = parseRemote(sdp);
  assertEquals(
    [candidates.length, media?.extensions.length, media?.sources.length],
    [MAX_CANDIDATES, MAX_EXTENSIONS, MAX_SOURCES],
  );
});
