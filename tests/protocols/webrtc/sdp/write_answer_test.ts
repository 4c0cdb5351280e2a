import { assertEquals } from "@std/assert";
import { negotiatePublish } from "../../../../protocols/webrtc/sdp/negotiate_publish.ts";
import { negotiateRead } from "../../../../protocols/webrtc/sdp/negotiate_read.ts";
import { parseRemote } from "../../../../protocols/webrtc/sdp/parse.ts";
import { writeAnswer } from "../../../../protocols/webrtc/sdp/write_answer.ts";
import type { Track } from "../../../../registry/media/track.ts";
import * as offers from "./offers.ts";
import { h264, LOCAL, OPUS, ORIGIN, ssrcs } from "./parts.ts";

function answerRead(sdp: string, tracks: readonly Track[], streamName = "live/cam1"): string {
  const remote = parseRemote(sdp);
  const { sections } = negotiateRead(remote, tracks, ssrcs());
  return writeAnswer({ remote, sections, local: LOCAL, origin: ORIGIN, streamName });
}

function answerPublish(sdp: string): string {
  const remote = parseRemote(sdp);
  const { sections } = negotiatePublish(remote);
  return writeAnswer({ remote, sections, local: LOCAL, origin: ORIGIN, streamName: "x" });
}

const SECURITY = `a=ice-ufrag:ours
a=ice-pwd:oursoursoursoursoursours
a=fingerprint:sha-256 ${offers.FINGERPRINT.value}`;

Deno.test("the answer to a viewer, line by line", () => {
  const expected = `v=0
o=- 1234567890123456789 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
m=video 9 UDP/TLS/RTP/SAVPF 108 109
c=IN IP4 0.0.0.0
a=rtpmap:108 H264/90000
a=rtpmap:109 rtx/90000
a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=fmtp:109 apt=108
a=rtcp-fb:108 nack
a=rtcp-fb:108 nack pli
a=rtcp-fb:108 ccm fir
a=rtcp-fb:108 goog-remb
a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
a=setup:passive
a=mid:0
a=msid:live-cam1 video1
a=sendonly
${SECURITY}
a=candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host
a=end-of-candidates
a=ice-options:trickle
a=ssrc:1000 cname:sluice
a=ssrc:1001 cname:sluice
a=ssrc-group:FID 1000 1001
a=rtcp-mux
a=rtcp-rsize
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid
a=setup:passive
a=mid:1
a=msid:live-cam1 audio2
a=sendonly
${SECURITY}
a=ice-options:trickle
a=ssrc:1002 cname:sluice
a=rtcp-mux
a=rtcp-rsize
`;
  const lines = (text: string): readonly string[] => text.split(/\r?\n/).toSorted();
  const answer = answerRead(offers.CHROME_READ, [h264("42e01f"), OPUS]);
  assertEquals(lines(answer), lines(expected));
  assertEquals(answer.split("\r\n").length, expected.split("\n").length);
});

Deno.test("the answer to OBS: everything in it is of the offer", () => {
  const answer = parseRemote(answerPublish(offers.OBS_PUBLISH));
  assertEquals(answer.medias.map(({ mid, direction }) => [mid, direction]), [
    ["0", "recvonly"],
    ["1", "recvonly"],
  ]);
  assertEquals(answer.medias[1]?.codecs[0]?.feedback, ["nack", "nack pli", "goog-remb"]);
  assertEquals([answer.ice, answer.setup, answer.candidates], [
    LOCAL.ice,
    LOCAL.setup,
    LOCAL.candidates,
  ]);
});

// W3C WebRTC, on answers: a sender whose layers are not named keeps the first of them.
Deno.test("simulcast is not agreed to", () => {
  assertEquals(
    /a=(?:simulcast|rid)|rtp-stream-id/.test(answerPublish(offers.CHROME_SIMULCAST)),
    false,
  );
});

Deno.test("bundle-only sections are answered with a port", () => {
  const answer = answerPublish(offers.GSTREAMER_PUBLISH);
  assertEquals(answer.match(/^m=\w+ \d+/gm), ["m=video 9", "m=audio 9"]);
});

// RFC 9143 section 7.3.3: what is rejected leaves the group.
Deno.test("a rejected section keeps its formats, and is in no bundle", () => {
  const answer = answerRead(offers.SAFARI_READ, [OPUS]);
  assertEquals(answer.match(/^(?:m=|a=group).*/gm), [
    "a=group:BUNDLE 0 1",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "m=video 9 UDP/TLS/RTP/SAVPF 96 98 104",
    "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
  ]);
  const [, , video = "", application = ""] = answer.split(/^(?=m=)/m);
  assertEquals(video.includes("a=inactive\r\n"), true);
  assertEquals(application.includes("a=fingerprint"), false);
});

// RFC 9143 section 7.3.1: the first of the group that is left.
Deno.test("the section that the group names first has the candidates", () => {
  const candidates = (sdp: string): readonly boolean[] => {
    const [, ...sections] = answerRead(sdp, [h264("42e01f"), OPUS]).split(/^(?=m=)/m);
    return sections.map((text) => text.includes("a=candidate:"));
  };
  assertEquals(candidates(offers.CHROME_READ), [true, false]);
  assertEquals(candidates(offers.CHROME_READ.replace("BUNDLE 0 1", "BUNDLE 1 0")), [false, true]);
  assertEquals(candidates(offers.SAFARI_READ.replace("BUNDLE 0 1 2", "BUNDLE 2 1 0")), [
    false,
    true,
    false,
  ]);
});

Deno.test("an offer without a group is answered without one", () => {
  const sdp = offers.FFMPEG_PUBLISH.replace("a=group:BUNDLE 0 1\r\n", "");
  assertEquals(answerPublish(sdp).includes("BUNDLE"), false);
});

Deno.test("end-of-candidates only when these are all, rtcp-rsize only when it is offered", () => {
  const remote = parseRemote(offers.OBS_PUBLISH);
  const { sections } = negotiatePublish(remote);
  const local = { ...LOCAL, candidates: [], endOfCandidates: false };
  const answer = writeAnswer({ remote, sections, local, origin: ORIGIN, streamName: "x" });
  assertEquals(/end-of-candidates|rtcp-rsize|ice-lite/.test(answer), false);
});

// RFC 8830 section 2: 1 to 64 characters of a token.
Deno.test("the name of the stream is made safe", () => {
  const msids = (name: string): readonly string[] | null =>
    answerRead(offers.GSTREAMER_READ, [h264("42e01f")], name).match(/^a=msid:.*$/gm);
  assertEquals(msids("häuser/a b\r\nm=x"), ["a=msid:h-user-a-b--m-x video1"]);
  assertEquals(msids(""), ["a=msid:- video1"]);
  assertEquals(msids("a".repeat(100)), [`a=msid:${"a".repeat(64)} video1`]);
});

Deno.test("every answer is read again, with as many sections", () => {
  for (const [client, sdp] of Object.entries(offers.OFFERS)) {
    const mids = parseRemote(sdp).medias.map(({ mid }) => mid);
    const isViewer = client.includes("reading");
    const answer = isViewer ? answerRead(sdp, [h264("640028"), OPUS]) : answerPublish(sdp);
    assertEquals(parseRemote(answer).medias.map(({ mid }) => mid), mids, client);
  }
});
