import { assertEquals, assertThrows } from "@std/assert";
import { RtcError } from "../../../../protocols/webrtc/errors.ts";
import {
  MAX_FRAGMENT_LENGTH,
  parseFragment,
  writeFragment,
} from "../../../../protocols/webrtc/sdp/fragment.ts";
import { MAX_CANDIDATES } from "../../../../protocols/webrtc/sdp/limits.ts";
import { ICE } from "./offers.ts";
import { HOST, LOCAL } from "./parts.ts";

// The shape of RFC 9725 section 4.3.2.
const TRICKLE = `a=group:BUNDLE 0 1
m=audio 9 UDP/TLS/RTP/SAVPF 111
a=mid:0
a=ice-ufrag:${ICE.ufrag}
a=ice-pwd:${ICE.pwd}
a=candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host generation 0 ufrag ${ICE.ufrag}
a=candidate:1 2 udp 2130706430 192.0.2.1 8190 typ host
a=end-of-candidates
`.replaceAll("\n", "\r\n");

Deno.test("a fragment of WHIP", () => {
  assertEquals(parseFragment(TRICKLE), {
    ice: ICE,
    candidates: [{ ...HOST, ufrag: ICE.ufrag }],
    endOfCandidates: true,
  });
});

Deno.test("credentials for the session, candidates without a section, no credentials", () => {
  const session = `a=ice-ufrag:${ICE.ufrag}\na=ice-pwd:${ICE.pwd}\n`;
  const candidate = "a=candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host\n";
  assertEquals(parseFragment(session), { ice: ICE, candidates: [], endOfCandidates: false });
  assertEquals(parseFragment(candidate), { candidates: [HOST], endOfCandidates: false });
  assertEquals(parseFragment("m=video 9 RTP/AVP 0\na=mid:0\na=end-of-candidates"), {
    candidates: [],
    endOfCandidates: true,
  });
});

Deno.test("a candidate that stands in two sections is one", () => {
  const second = TRICKLE.slice(TRICKLE.indexOf("m=")).replace("a=mid:0", "a=mid:1");
  assertEquals(parseFragment(TRICKLE + second).candidates.length, 1);
});

Deno.test("of too many candidates the first are kept", () => {
  const lines = Array.from(
    { length: 100 },
    (_, index) => `a=candidate:${index} 1 udp 1 ::1 9 typ host`,
  );
  const { candidates } = parseFragment(lines.join("\n"));
  assertEquals([candidates.length, candidates[0]?.foundation], [MAX_CANDIDATES, "0"]);
});

Deno.test("the answer to a restart is read again", () => {
  const text = writeFragment({ ...LOCAL, mid: "0", kind: "video" });
  assertEquals(
    text,
    `a=ice-ufrag:ours
a=ice-pwd:oursoursoursoursoursours
a=ice-options:trickle
m=video 9 RTP/AVP 0
a=mid:0
a=candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host
a=end-of-candidates
`.replaceAll("\n", "\r\n"),
  );
  const { ice, candidates, endOfCandidates } = LOCAL;
  assertEquals(parseFragment(text), { ice, candidates, endOfCandidates });
});

const REFUSED: readonly (readonly [string, string, string])[] = [
  ["nothing", "", "it has neither credentials nor candidates"],
  ["too much", "a".repeat(MAX_FRAGMENT_LENGTH + 1), "it is longer than"],
  ["sections", "m=a 9 b c\n".repeat(33), "it has more than 32 sections"],
  ["half of the credentials", `a=ice-ufrag:${ICE.ufrag}\n`, "ice-ufrag or ice-pwd is missing"],
  ["a short password", "a=ice-ufrag:abcd\na=ice-pwd:short\n", "ice-ufrag or ice-pwd is missing"],
];

for (const [name, text, reason] of REFUSED) {
  Deno.test(`refused as a fragment: ${name}`, () => {
    const error = assertThrows(() => parseFragment(text), RtcError, reason);
    assertEquals(error.code, "invalid-fragment");
  });
}
