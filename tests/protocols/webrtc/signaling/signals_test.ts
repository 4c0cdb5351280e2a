import { assertEquals } from "@std/assert";
import { parseCandidate } from "../../../../protocols/webrtc/sdp/candidate.ts";
import { parseRemote } from "../../../../protocols/webrtc/sdp/parse.ts";
import {
  fragmentOf,
  isSendOnly,
  parseSignal,
  type Signal,
} from "../../../../protocols/webrtc/signaling/signals.ts";
import { must } from "../../../must.ts";

const CANDIDATE = "candidate:1 1 udp 2122260223 192.0.2.1 40000 typ host";

const SIGNALS: readonly (readonly [what: string, body: string, signal: Signal | undefined])[] = [
  ["an offer", '{"type":"offer","sdp":"v=0"}', { type: "offer", sdp: "v=0" }],
  ["an offer with more in it", '{"sdp":"v=0","type":"offer","x":1}', { type: "offer", sdp: "v=0" }],
  ["the goodbye", "BYE", { type: "bye" }],
  ["the goodbye of a line editor", "BYE\n", { type: "bye" }],
  [
    "a candidate",
    JSON.stringify({ sdpMid: "0", sdpMLineIndex: 0, candidate: CANDIDATE }),
    { type: "candidate", mid: "0", candidate: must(parseCandidate(CANDIDATE)) },
  ],
  ["the end of candidates", '{"sdpMid":"0","candidate":""}', {
    type: "candidate",
    mid: "0",
  }],
  ["an answer", '{"type":"answer","sdp":"v=0"}', undefined],
  ["an offer without description", '{"type":"offer"}', undefined],
  ["what is no candidate", '{"sdpMid":"0","candidate":"candidate:1 1 sctp"}', undefined],
  ["a section with a line of its own", '{"sdpMid":"0\\r\\na=x","candidate":"a"}', undefined],
  ["words", "hello", undefined],
  ["null", "null", undefined],
  ["nothing", "", undefined],
];

for (const [what, body, signal] of SIGNALS) {
  Deno.test(`signal: ${what}`, () => assertEquals(parseSignal(body), signal));
}

Deno.test("a candidate becomes a fragment with the credentials of the offer (RFC 8840 section 9)", () => {
  const ice = { ufrag: "uf+1", pwd: "pass/word" };
  const candidate = must(parseCandidate(CANDIDATE));
  assertEquals(fragmentOf({ type: "candidate", mid: "1", candidate }, ice).split("\r\n"), [
    "a=ice-ufrag:uf+1",
    "a=ice-pwd:pass/word",
    "a=ice-options:trickle",
    "m=audio 9 RTP/AVP 0",
    "a=mid:1",
    `a=${CANDIDATE}`,
    "",
  ]);
  const last = fragmentOf({ type: "candidate", mid: "1" }, ice);
  assertEquals(last.split("\r\n").at(-2), "a=end-of-candidates");
});

function offer(session: string, ...media: readonly string[]): string {
  const mids = media.map((_section, index) => index).join(" ");
  const sections = media.map((section, index) => `${section}a=mid:${index}\r\na=rtcp-mux\r\n`);
  return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" +
    `a=group:BUNDLE ${mids}\r\na=ice-ufrag:abcd\r\na=ice-pwd:${"p".repeat(22)}\r\n` +
    `a=fingerprint:sha-256 ${new Array(32).fill("00").join(":")}\r\n${session}` +
    sections.join("");
}

const AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n";
const VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n";
const DATA = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n";
const SENDING = "a=sendonly\r\n";
const RECEIVING = "a=recvonly\r\n";

const OFFERS: readonly (readonly [what: string, sdp: string, sendOnly: boolean])[] = [
  ["the original client", offer("", `${AUDIO}a=sendrecv\r\n`, `${VIDEO}a=sendrecv\r\n`), false],
  ["a viewer", offer("", AUDIO + RECEIVING, VIDEO + RECEIVING), false],
  ["a publisher", offer("", AUDIO + SENDING, VIDEO + SENDING), true],
  ["a publisher without sound", offer("", `${AUDIO}a=inactive\r\n`, VIDEO + SENDING), true],
  ["a publisher with a data channel", offer("", VIDEO + SENDING, DATA), true],
  ["one that says so for the session", offer(SENDING, AUDIO, VIDEO), true],
  ["one that says nothing", offer("", AUDIO), false],
  [
    "one that sends sound and receives pictures",
    offer("", AUDIO + SENDING, VIDEO + RECEIVING),
    false,
  ],
  ["no media", offer(SENDING, DATA), false],
];

for (const [what, sdp, sendOnly] of OFFERS) {
  Deno.test(`direction of an offer: ${what}`, () => {
    assertEquals(isSendOnly(parseRemote(sdp)), sendOnly);
  });
}
