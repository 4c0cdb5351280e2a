import { assertEquals } from "@std/assert";
import {
  isSendOnly,
  parseSignal,
  type Signal,
  writeFragment,
} from "../../../../protocols/webrtc/signaling/signals.ts";

const CANDIDATE = "candidate:1 1 udp 2122260223 192.0.2.1 40000 typ host";

const SIGNALS: readonly (readonly [what: string, body: string, signal: Signal | undefined])[] = [
  ["an offer", '{"type":"offer","sdp":"v=0"}', { type: "offer", sdp: "v=0" }],
  ["an offer with more in it", '{"sdp":"v=0","type":"offer","x":1}', { type: "offer", sdp: "v=0" }],
  ["the goodbye", "BYE", { type: "bye" }],
  ["the goodbye of a line editor", "BYE\n", { type: "bye" }],
  [
    "a candidate",
    JSON.stringify({ sdpMid: "0", sdpMLineIndex: 0, candidate: CANDIDATE }),
    { type: "candidate", mid: "0", candidate: CANDIDATE },
  ],
  ["the end of candidates", '{"sdpMid":"0","candidate":""}', {
    type: "candidate",
    mid: "0",
    candidate: "",
  }],
  ["an answer", '{"type":"answer","sdp":"v=0"}', undefined],
  ["an offer without description", '{"type":"offer"}', undefined],
  ["a candidate with a line of its own", '{"sdpMid":"0","candidate":"a\\r\\na=x"}', undefined],
  ["a section with a line of its own", '{"sdpMid":"0\\r\\na=x","candidate":"a"}', undefined],
  ["a candidate that is too long", `{"sdpMid":"0","candidate":"${"a".repeat(1025)}"}`, undefined],
  ["words", "hello", undefined],
  ["null", "null", undefined],
  ["nothing", "", undefined],
];

for (const [what, body, signal] of SIGNALS) {
  Deno.test(`signal: ${what}`, () => assertEquals(parseSignal(body), signal));
}

Deno.test("a candidate becomes a fragment with the credentials of the offer (RFC 8840 section 4.4)", () => {
  const sdp =
    "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:uf+1\r\na=ice-pwd:pass/word\r\n" +
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-ufrag:uf+1\r\na=ice-pwd:pass/word\r\n";
  assertEquals(
    writeFragment(sdp, { type: "candidate", mid: "1", candidate: CANDIDATE }).split("\r\n"),
    [
      "a=ice-ufrag:uf+1",
      "a=ice-pwd:pass/word",
      "m=audio 9 UDP/TLS/RTP/SAVPF 0",
      "a=mid:1",
      `a=${CANDIDATE}`,
      "",
    ],
  );
  const last = writeFragment(sdp, { type: "candidate", mid: "1", candidate: "" });
  assertEquals(last.split("\r\n").at(-2), "a=end-of-candidates");
});

const AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
const VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n";
const DATA = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n";

const OFFERS: readonly (readonly [what: string, sdp: string, sendOnly: boolean])[] = [
  ["the original client", `v=0\r\n${AUDIO}a=sendrecv\r\n${VIDEO}a=sendrecv\r\n`, false],
  ["a viewer", `v=0\r\n${AUDIO}a=recvonly\r\n${VIDEO}a=recvonly\r\n`, false],
  ["a publisher", `v=0\r\n${AUDIO}a=sendonly\r\n${VIDEO}a=sendonly\r\n`, true],
  ["a publisher without sound", `v=0\r\n${AUDIO}a=inactive\r\n${VIDEO}a=sendonly\r\n`, true],
  ["a publisher with a data channel", `v=0\r\n${VIDEO}a=sendonly\r\n${DATA}`, true],
  ["one that says so for the session", `v=0\r\na=sendonly\r\n${AUDIO}${VIDEO}`, true],
  ["one that says nothing", `v=0\r\n${AUDIO}`, false],
  [
    "one that sends sound and receives pictures",
    `v=0\r\n${AUDIO}a=sendonly\r\n${VIDEO}a=recvonly\r\n`,
    false,
  ],
  ["no media", "v=0\r\na=sendonly\r\n", false],
];

for (const [what, sdp, sendOnly] of OFFERS) {
  Deno.test(`direction of an offer: ${what}`, () => assertEquals(isSendOnly(sdp), sendOnly));
}
