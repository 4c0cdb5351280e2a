import { assertEquals, assertThrows } from "@std/assert";
import { FlvReader } from "../../../../protocols/_formats/flv/reader.ts";
import { flvHeader, flvTag } from "../../../../protocols/_formats/flv/writer.ts";
import { hex } from "./bytes.ts";

Deno.test("flvHeader writes the flags of E.2 and the first back pointer", () => {
  const both = flvHeader({ audio: true, video: true });
  assertEquals(both, hex("464c5601 05 00000009 00000000"));
  assertEquals(flvHeader({ audio: true, video: false })[4], 0x04);
  assertEquals(flvHeader({ audio: false, video: true })[4], 0x01);
});

const TIMES: readonly { timestamp: number; wire: string }[] = [
  { timestamp: 0x10, wire: "00001000" },
  { timestamp: 0x12345678, wire: "34567812" },
  { timestamp: 2 ** 32 + 5, wire: "00000500" },
  { timestamp: -1, wire: "ffffffff" },
];

for (const { timestamp, wire } of TIMES) {
  Deno.test(`flvTag writes time ${timestamp} as ${wire}`, () => {
    const tag = flvTag({ type: "audio", timestamp, parts: [hex("af"), hex("0102")] });
    assertEquals(tag, hex(`08 000003 ${wire} 000000 af0102 0000000e`));
  });
}

Deno.test("what flvTag writes FlvReader reads", () => {
  const message = { type: "data", timestamp: 7, parts: [hex("0200")] } as const;
  const reader = new FlvReader();
  reader.feed(flvHeader({ audio: true, video: true }));
  assertEquals(reader.feed(flvTag(message)), [{ type: "data", timestamp: 7, body: hex("0200") }]);
});

Deno.test("flvTag refuses a body that its length field cannot tell", () => {
  const parts = [new Uint8Array(1 << 23), new Uint8Array(1 << 23)];
  assertThrows(() => flvTag({ type: "video", timestamp: 0, parts }), RangeError, "16777216 bytes");
});
