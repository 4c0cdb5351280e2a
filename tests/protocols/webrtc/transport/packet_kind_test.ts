import { assertEquals } from "@std/assert";
import { packetKind } from "../../../../protocols/webrtc/transport/packet_kind.ts";

/** RFC 7983 section 7, RFC 5761 section 4. */
const KINDS: readonly (readonly [readonly number[], ReturnType<typeof packetKind>])[] = [
  [[], undefined],
  [[0], "stun"],
  [[3], "stun"],
  [[4], undefined],
  [[16], undefined],
  [[19], undefined],
  [[20], "dtls"],
  [[63], "dtls"],
  [[64], "channel"],
  [[79], "channel"],
  [[80], undefined],
  [[127], undefined],
  [[128], "rtp"],
  [[0x80, 96], "rtp"],
  [[0x80, 0x80 | 96], "rtp"],
  [[0x80, 191], "rtp"],
  [[0x80, 192], "rtcp"],
  [[0x80, 200], "rtcp"],
  [[0x80, 223], "rtcp"],
  [[0x80, 224], "rtp"],
  [[191, 96], "rtp"],
  [[192, 96], undefined],
];

for (const [bytes, kind] of KINDS) {
  Deno.test(`a packet that begins with [${bytes}] is ${kind ?? "nothing"}`, () => {
    assertEquals(packetKind(Uint8Array.from(bytes)), kind);
  });
}
