import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  insecureWords,
  wordsOfCapture,
  wordsOfLimit,
  wordsOfRefusal,
} from "../../../../../protocols/http/pages/src/publish/words.ts";

Deno.test("a device that cannot be had is told in words", async (t) => {
  const rows = [
    { error: "NotAllowedError", source: "camera", words: "Allow it in the address bar" },
    { error: "NotAllowedError", source: "screen", words: "No screen was chosen" },
    { error: "NotFoundError", source: "camera", words: "no camera or microphone on this machine" },
    { error: "NotReadableError", source: "camera", words: "in use by another program" },
    { error: "OverconstrainedError", source: "camera", words: "is gone" },
    { error: "TypeError", source: "screen", words: "over HTTPS or on localhost" },
    { error: "OddError", source: "screen", words: "(OddError)" },
  ] as const;
  for (const { error, source, words } of rows) {
    await t.step(`${source}: ${error}`, () => {
      assertStringIncludes(wordsOfCapture(error, source), words);
    });
  }
  assertStringIncludes(insecureWords("camera"), "the camera only over HTTPS");
});

Deno.test("a refusal is told with what to do about it", async (t) => {
  const rows = [
    { status: 0, words: "does not answer" },
    { status: 401, words: "enter it under Access" },
    { status: 403, words: "You may not publish live/cam1 (because)" },
    { status: 404, words: "webrtc module is turned off" },
    { status: 409, words: "Somebody else publishes live/cam1" },
    { status: 503, words: "no room for another publisher (because)" },
    { status: 406, words: "The gateway refused: because." },
  ];
  for (const { status, words } of rows) {
    await t.step(String(status), () => {
      assertStringIncludes(wordsOfRefusal("live/cam1", status, "because"), words);
    });
  }
});

Deno.test("what limits the quality is told, also when nothing does", () => {
  assertEquals(["none", "bandwidth", "cpu", "other"].map(wordsOfLimit), [
    "no",
    "by the network",
    "by this machine",
    "by the browser",
  ]);
});
