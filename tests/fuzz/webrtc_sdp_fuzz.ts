// Property: any text gives a description within its limits or an RtcError; either negotiation of it
// gives an RtcError or an answer that we read again, with the sections of the offer in its order, of
// whose payload types each was offered in its section; and so it is with fragments for ICE, which come
// back as they were read.
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { RtcError } from "../../protocols/webrtc/errors.ts";
import type { RemoteDescription, RemoteMedia } from "../../protocols/webrtc/sdp/description.ts";
import { parseFragment, writeFragment } from "../../protocols/webrtc/sdp/fragment.ts";
import * as limits from "../../protocols/webrtc/sdp/limits.ts";
import { negotiatePublish } from "../../protocols/webrtc/sdp/negotiate_publish.ts";
import { negotiateRead } from "../../protocols/webrtc/sdp/negotiate_read.ts";
import type { Negotiation } from "../../protocols/webrtc/sdp/negotiation.ts";
import { parseRemote } from "../../protocols/webrtc/sdp/parse.ts";
import { writeAnswer } from "../../protocols/webrtc/sdp/write_answer.ts";
import { OFFERS } from "../protocols/webrtc/sdp/offers.ts";
import { h264, LOCAL, OPUS, ORIGIN, ssrcs } from "../protocols/webrtc/sdp/parts.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";
import { randomText } from "./text.ts";

const SAMPLES = Object.values(OFFERS);

const ALPHABET = [
  "\r\n",
  "\n",
  " ",
  "\0",
  ":",
  "/",
  ";",
  "=",
  "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n",
  "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n",
  "a=mid:1\r\n",
  "a=group:BUNDLE 0 1\r\n",
  "a=bundle-only\r\n",
  "a=rtpmap:96 H264/90000\r\n",
  "a=rtpmap:97 rtx/90000\r\n",
  "a=fmtp:97 apt=97\r\n",
  "a=ssrc-group:FID 1 1\r\n",
  "a=extmap:1 ",
  "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n",
  "a=sendrecv\r\n",
  "a=inactive\r\n",
  "99999999999",
  "-",
  "%d",
  "%s",
  "$1",
  "__proto__",
  "\u2028",
];

export const target: FuzzTarget = {
  name: "webrtc_sdp",
  run(random: Random): void {
    const text = randomText(random, SAMPLES, ALPHABET);
    unlessRefused(() => checkFragment(text));
    const remote = unlessRefused(() => parseRemote(text));
    if (remote === undefined) return;
    checkLimits(remote);
    for (const negotiate of [negotiatePublish, read]) {
      const negotiation = unlessRefused(() => negotiate(remote));
      if (negotiation !== undefined) checkAnswer(remote, negotiation);
    }
  },
};

function unlessRefused<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RtcError)) throw error;
    return undefined;
  }
}

function read(remote: RemoteDescription): Negotiation {
  return negotiateRead(remote, [h264("640028"), OPUS], ssrcs());
}

function checkFragment(text: string): void {
  const fragment = parseFragment(text);
  assertLessOrEqual(fragment.candidates.length, limits.MAX_CANDIDATES);
  if (fragment.ice === undefined) return;
  const parts = { ...fragment, ice: fragment.ice, mid: "0", kind: "video" };
  const { ice, endOfCandidates, candidates } = parseFragment(writeFragment(parts));
  assertEquals([ice, endOfCandidates], [fragment.ice, fragment.endOfCandidates]);
  assertLessOrEqual(candidates.length, fragment.candidates.length); // two may differ in nothing written
}

function checkLimits({ medias, candidates, fingerprints }: RemoteDescription): void {
  assertLessOrEqual(medias.length, limits.MAX_SECTIONS);
  assertLessOrEqual(candidates.length, limits.MAX_CANDIDATES);
  assertLessOrEqual(fingerprints.length, limits.MAX_FINGERPRINTS);
  for (const { codecs, extensions, sources } of medias) {
    assertLessOrEqual(codecs.length, limits.MAX_PAYLOAD_TYPES);
    assertLessOrEqual(extensions.length, limits.MAX_EXTENSIONS);
    assertLessOrEqual(sources.length, limits.MAX_SOURCES);
  }
}

function checkAnswer(remote: RemoteDescription, { sections, medias }: Negotiation): void {
  assert(medias.length > 0 && medias.every(({ codecs }) => codecs.length > 0));
  const parts = { remote, sections, local: LOCAL, origin: ORIGIN, streamName: "live/%s" };
  const answer = parseRemote(writeAnswer(parts));
  assertEquals(answer.ice, LOCAL.ice);
  assertEquals(answer.candidates, LOCAL.candidates);
  assertEquals(
    answer.medias.map(({ mid, kind }) => [mid, kind]),
    remote.medias.map(({ mid, kind }) => [mid, kind]),
  );
  answer.medias.forEach((media, index) => {
    // A refusal repeats all that the `m=` line lists, also what means nothing there.
    const offered = new Set(remote.medias[index]?.formats.split(" ").map(Number));
    for (const payloadType of payloadTypes(media)) {
      assert(offered.has(payloadType), `${payloadType} was not offered`);
    }
  });
}

function payloadTypes({ codecs }: RemoteMedia): ReadonlySet<number> {
  return new Set(codecs.flatMap(({ payloadType, rtxPayloadType = payloadType }) => [
    payloadType,
    rtxPayloadType,
  ]));
}
