import { assertEquals } from "@std/assert";
import { formatsOf, orderCodecs } from "../../../../../protocols/http/pages/src/rtc/codec_order.ts";

/** What Chromium can send, shortened. */
const CODECS = [
  { mimeType: "video/VP8" },
  { mimeType: "video/rtx" },
  { mimeType: "video/H264", sdpFmtpLine: "packetization-mode=0;profile-level-id=42001f" },
  { mimeType: "video/H264", sdpFmtpLine: "packetization-mode=1;profile-level-id=42e01f" },
  { mimeType: "video/AV1" },
  { mimeType: "video/red" },
  { mimeType: "video/ulpfec" },
];

Deno.test("a browser's formats are offered each once, without those that only help", () => {
  assertEquals(formatsOf(CODECS), ["VP8", "H264", "AV1"]);
});

Deno.test("H.264 goes first where nothing was chosen, and what was chosen goes alone", async (t) => {
  const rows = [
    { wanted: undefined, order: [3, 2, 0, 4, 1, 5, 6] },
    { wanted: "AV1", order: [4, 1, 5, 6] },
    { wanted: "H264", order: [3, 2, 1, 5, 6] },
  ];
  for (const { wanted, order } of rows) {
    await t.step(wanted ?? "nothing", () => {
      const ordered = orderCodecs(CODECS, wanted);
      assertEquals(ordered.map((codec) => CODECS.indexOf(codec)), order);
    });
  }
});
