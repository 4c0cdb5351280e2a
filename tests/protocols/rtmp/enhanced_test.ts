import { assert, assertEquals } from "@std/assert";
import {
  connectCapabilities,
  supportsFourCc,
} from "../../../protocols/_formats/flv/capabilities.ts";
import { OWN_CAPABILITIES } from "../../../protocols/rtmp/enhanced.ts";

Deno.test("what we say of ourselves can be read back", () => {
  const own = connectCapabilities(OWN_CAPABILITIES);
  for (const fourCc of ["avc1", "hvc1", "av01", "vp09"]) {
    assert(supportsFourCc(own, "video", fourCc), fourCc);
  }
  for (const fourCc of ["mp4a", "Opus", "fLaC", "ac-3", "ec-3", ".mp3"]) {
    assert(supportsFourCc(own, "audio", fourCc), fourCc);
  }
  assert(!supportsFourCc(own, "video", "*"));
  assert(own.multitrack);
});

Deno.test("we offer multitrack, ModEx and nanoseconds, and no reconnect", () => {
  assertEquals(OWN_CAPABILITIES.capsEx, 14);
});
