import { assert, assertEquals, assertThrows } from "@std/assert";
import { RtcError } from "../../../../protocols/webrtc/errors.ts";
import { negotiateAnswer } from "../../../../protocols/webrtc/sdp/negotiate_answer.ts";
import { negotiatePublish } from "../../../../protocols/webrtc/sdp/negotiate_publish.ts";
import { negotiateRead } from "../../../../protocols/webrtc/sdp/negotiate_read.ts";
import { offerPublish, offerRead, writeOffer } from "../../../../protocols/webrtc/sdp/offer.ts";
import { parseRemote } from "../../../../protocols/webrtc/sdp/parse.ts";
import { writeAnswer } from "../../../../protocols/webrtc/sdp/write_answer.ts";
import type { NegotiatedMedia } from "../../../../protocols/webrtc/negotiated.ts";
import { AAC, h264, LOCAL, OPUS, ORIGIN, ssrcs, videoTrack } from "./parts.ts";

const VP9_PROFILE_1 = {
  codec: "vp9",
  profile: 1,
  level: 0,
  bitDepth: 8,
  chromaSubsampling: 3,
  fullRange: false,
  colourPrimaries: 1,
  transferCharacteristics: 1,
  matrixCoefficients: 1,
} as const;

const local = { ...LOCAL, setup: "actpass" } as const;

const offer = (medias: readonly NegotiatedMedia[]): string =>
  writeOffer({ medias, local, origin: ORIGIN, streamName: "live/cam1" });

Deno.test("an offer to read names all that we take, in no more than one section of a kind", () => {
  const remote = parseRemote(offer(offerRead()));
  assertEquals(remote.medias.map(({ kind, direction }) => [kind, direction]), [
    ["video", "recvonly"],
    ["audio", "recvonly"],
  ]);
  const encodings = remote.medias.map(({ codecs }) => new Set(codecs.map((c) => c.encoding)));
  assertEquals(encodings, [
    new Set(["H264", "H265", "AV1", "VP9", "VP8"]),
    new Set(["opus", "G722", "PCMU", "PCMA"]),
  ]);
  assertEquals([remote.setup, remote.bundle], ["actpass", ["0", "1"]]);
});

// RFC 9143 section 9.2: a payload type means one thing in the whole bundle.
Deno.test("payload types are of the dynamic range or static, none of them twice", () => {
  const types = offerRead().flatMap(({ codecs }) =>
    codecs.flatMap(({ payloadType, rtxPayloadType = -1 }) => [payloadType, rtxPayloadType])
  ).filter((type) => type >= 0);
  assertEquals(new Set(types).size, types.length);
  assert(types.every((type) => type >= 96 && type <= 127 || [0, 8, 9].includes(type)));
});

Deno.test("what is read from a gateway like us", () => {
  const offered = offerRead();
  const remote = parseRemote(offer(offered));
  const { sections, medias: sent } = negotiateRead(remote, [h264("640028"), OPUS], ssrcs());
  const answer = writeAnswer({ remote, sections, local: LOCAL, origin: ORIGIN, streamName: "x" });
  const received = negotiateAnswer(offered, parseRemote(answer));
  assertEquals(
    received.map(({ mid, direction, ssrc, rtxSsrc }) => [mid, direction, ssrc, rtxSsrc]),
    sent.map(({ mid, ssrc, rtxSsrc }) => [mid, "receive", ssrc, rtxSsrc]),
  );
  assertEquals(received.map(({ codecs }) => codecs), sent.map(({ codecs }) => codecs));
  assertEquals(received[0]?.codecs[0]?.fmtp?.includes("64001f"), true);
});

Deno.test("what is sent to a gateway like us", () => {
  const { medias: offered, leftOut } = offerPublish([h264("4d0028"), AAC, OPUS], ssrcs());
  assertEquals(leftOut.map(({ reason }) => reason), ["WebRTC does not carry AAC"]);
  const sdp = offer(offered);
  assertEquals(sdp.match(/^a=(?:msid|ssrc-group).*/gm), [
    "a=msid:live-cam1 video1",
    "a=ssrc-group:FID 1000 1001",
    "a=msid:live-cam1 audio2",
  ]);
  const remote = parseRemote(sdp);
  const { sections } = negotiatePublish(remote);
  const answer = writeAnswer({ remote, sections, local: LOCAL, origin: ORIGIN, streamName: "x" });
  const sent = negotiateAnswer(offered, parseRemote(answer));
  assertEquals(
    sent.map(({ direction, ssrc, rtxSsrc, trackId }) => [direction, ssrc, rtxSsrc, trackId]),
    [["send", 1000, 1001, 1], ["send", 1002, undefined, 2]],
  );
  assertEquals(sent[0]?.codecs.map(({ fmtp }) => fmtp), [
    "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d0028",
  ]);
});

Deno.test("H.264 is offered as Constrained Baseline too, others as what they are", () => {
  const fmtps = (track: Parameters<typeof offerPublish>[0][number]) =>
    offerPublish([track], ssrcs()).medias[0]?.codecs.map(({ fmtp }) => fmtp?.slice(-6));
  assertEquals(fmtps(h264("640028")), ["640028", "42e01f"]);
  assertEquals(fmtps(h264("42e01f")), ["42e01f"]);
  assertEquals(fmtps(videoTrack("vp8")), [undefined]);
  assertEquals(fmtps({ ...videoTrack("vp9"), config: VP9_PROFILE_1 }), ["e-id=1"]);
});

Deno.test("WebRTC carries none of the tracks", () => {
  const error = assertThrows(() => offerPublish([AAC], ssrcs()), RtcError, "does not carry AAC");
  assertEquals(error.code, "no-common-media");
});

Deno.test("one track of a kind is sent", () => {
  const { medias, leftOut } = offerPublish([videoTrack("vp8"), h264("42e01f", 5)], ssrcs());
  assertEquals(medias.map(({ trackId }) => trackId), [1]);
  assertEquals(leftOut.map(({ track, reason }) => [track.id, reason]), [[
    5,
    "one video track is sent",
  ]]);
});

/** Answers to an offer to read, after those of a gateway like us. */
function answerToRead(change: (sdp: string) => string): readonly NegotiatedMedia[] {
  const offered = offerRead();
  const remote = parseRemote(offer(offered));
  const { sections } = negotiateRead(remote, [h264("42e01f"), OPUS], ssrcs());
  const answer = writeAnswer({ remote, sections, local: LOCAL, origin: ORIGIN, streamName: "x" });
  return negotiateAnswer(offered, parseRemote(change(answer)));
}

Deno.test("sections that the answer rejects, or in which nothing comes, are left out", () => {
  const kinds = (change: (sdp: string) => string): readonly string[] =>
    answerToRead(change).map(({ kind }) => kind);
  assertEquals(kinds((sdp) => sdp), ["video", "audio"]);
  assertEquals(kinds((sdp) => sdp.replace("m=audio 9", "m=audio 0")), ["video"]);
  assertEquals(kinds((sdp) => sdp.replace("a=sendonly", "a=inactive")), ["audio"]);
  assertEquals(kinds((sdp) => sdp.replace("a=sendonly", "a=recvonly")), ["audio"]);
  assertEquals(kinds((sdp) => sdp.replace("H264/90000", "H265/90000")), ["audio"]);
  assertEquals(kinds((sdp) => sdp.replace("a=sendonly", "a=sendrecv")), ["video", "audio"]);
});

Deno.test("answers to something else", () => {
  const none = assertThrows(
    () => answerToRead((sdp) => sdp.replaceAll("a=sendonly", "a=inactive")),
    RtcError,
  );
  assertEquals(none.code, "no-common-media");
  const other = assertThrows(() => answerToRead((sdp) => sdp.replace(/m=audio[^]*/, "")), RtcError);
  assertEquals(other.code, "invalid-sdp");
});
