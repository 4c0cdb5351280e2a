import { assert, assertEquals } from "@std/assert";
import {
  canReceive,
  OWN_CAPABILITIES,
  parseCapabilities,
} from "../../../protocols/rtmp/enhanced.ts";

Deno.test("a client that says nothing receives no enhanced codec", () => {
  for (const properties of [null, {}, { app: "live" }, { fourCcList: 7, capsEx: "6" }]) {
    assertEquals(parseCapabilities(properties), { fourCcs: new Set<string>(), capsEx: 0 });
  }
});

Deno.test("Enhanced RTMP v1: fourCcList", () => {
  const capabilities = parseCapabilities({ fourCcList: ["hvc1", "av01", 3] });
  assertEquals(capabilities.fourCcs, new Set(["hvc1", "av01"]));
  assert(canReceive(capabilities, "hvc1"));
  assert(!canReceive(capabilities, "vp09"));
  assert(canReceive(parseCapabilities({ fourCcList: ["*"] }), "vp09"));
});

Deno.test("Enhanced RTMP v2: who can decode or forward can receive, who can only encode cannot", () => {
  const capabilities = parseCapabilities({
    videoFourCcInfoMap: { hvc1: 1, av01: 2, vp09: 4, avc1: "1" },
    audioFourCcInfoMap: { "*": 6 },
    capsEx: 6,
  });
  assertEquals(capabilities, { fourCcs: new Set(["hvc1", "vp09", "*"]), capsEx: 6 });
});

Deno.test("what we say of ourselves can be read back", () => {
  const own = parseCapabilities(OWN_CAPABILITIES);
  for (const fourCc of ["avc1", "hvc1", "av01", "vp09", "mp4a", "Opus", "fLaC", "ac-3", ".mp3"]) {
    assert(canReceive(own, fourCc), fourCc);
  }
  assert(!canReceive(own, "*"));
  assertEquals(own.capsEx, 14);
});
