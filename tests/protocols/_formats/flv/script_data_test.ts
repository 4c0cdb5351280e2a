import { assertEquals } from "@std/assert";
import { encodeAmf0 } from "../../../../protocols/_formats/amf/amf0_encode.ts";
import type { AmfObject, AmfValue } from "../../../../protocols/_formats/amf/value.ts";
import {
  announcedTracks,
  MAX_METADATA_ENTRIES,
  MAX_METADATA_TEXT,
  parseScriptData,
  scalarMetadata,
} from "../../../../protocols/_formats/flv/script_data.ts";

Deno.test("parseScriptData tells metadata, events and control messages apart", () => {
  const kindOf = (...values: readonly AmfValue[]) => parseScriptData(encodeAmf0(...values)).kind;
  assertEquals(kindOf("onMetaData", {}), "metadata");
  assertEquals(kindOf("@setDataFrame", "onMetaData", {}), "metadata");
  assertEquals(kindOf("onMetaData"), "metadata");
  assertEquals(kindOf("onTextData", {}), "event");
  assertEquals(kindOf("@setDataFrame", "onTextData", {}), "event");
  assertEquals(kindOf("|RtmpSampleAccess", true, true), "control");
  assertEquals(kindOf(7), "nameless");
});

Deno.test("parseScriptData takes @setDataFrame off what goes to players", () => {
  const body = encodeAmf0("onTextData", { text: "x" });
  for (const sent of [body, encodeAmf0("@setDataFrame", "onTextData", { text: "x" })]) {
    assertEquals(parseScriptData(sent), { kind: "event", name: "onTextData", body });
  }
});

const ANNOUNCED: readonly { properties: AmfObject; ids: readonly number[] | undefined }[] = [
  { properties: {}, ids: undefined },
  { properties: { videocodecid: 7 }, ids: [1] },
  { properties: { audiocodecid: 10 }, ids: [2] },
  { properties: { videocodecid: 7, audiocodecid: 0 }, ids: [1] },
  { properties: { videocodecid: "avc1", audiocodecid: "mp4a" }, ids: [1, 2] },
  { properties: { videocodecid: "", audiocodecid: 0x4f707573 }, ids: [2] },
  { properties: { hasVideo: true, hasAudio: false, audiocodecid: 10 }, ids: [1] },
  { properties: { videoTrackIdInfoMap: { 1: {}, 2: {}, x: {}, 256: {} } }, ids: [4, 6] },
  { properties: { audioTrackIdInfoMap: { 0: {}, 3: {} } }, ids: [2, 9] },
];

for (const { properties, ids } of ANNOUNCED) {
  Deno.test(`announcedTracks of ${JSON.stringify(properties)}`, () => {
    const announced = announcedTracks(properties);
    assertEquals(announced && [...announced], ids);
  });
}

Deno.test("scalarMetadata leaves out what is only true of files", () => {
  assertEquals(scalarMetadata({ title: "x", duration: 10, filesize: 5 }), { title: "x" });
});

Deno.test("scalarMetadata keeps what is small and plain", () => {
  const text = "x".repeat(MAX_METADATA_TEXT);
  assertEquals(
    scalarMetadata({
      a: 1,
      b: "c",
      d: true,
      text,
      e: null,
      f: NaN,
      g: {},
      h: [1],
      long: text + "x",
    }),
    { a: 1, b: "c", d: true, text },
  );
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]));
  assertEquals(Object.keys(scalarMetadata(many)).length, MAX_METADATA_ENTRIES);
});
