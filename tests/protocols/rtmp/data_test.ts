import { assertEquals, assertThrows } from "@std/assert";
import { AmfError } from "../../../protocols/_formats/amf/errors.ts";
import { parseData, sampleAccess, setDataFrame } from "../../../protocols/rtmp/data.ts";
import { RtmpMessageError } from "../../../protocols/rtmp/errors.ts";
import { concat, hex } from "./chunk_bytes.ts";

const SET = hex("02 000d 4073657444617461 4672616d65");
const CLEAR = hex("02 000f 40636c6561724461 74614672616d65");
const METADATA = hex("02 000a 6f6e4d6574614461 7461 05");

Deno.test("@setDataFrame is stripped, whatever the type", () => {
  const expected = { kind: "data", body: METADATA } as const;
  assertEquals(parseData({ type: 18, payload: concat(SET, METADATA) }), expected);
  assertEquals(parseData({ type: 18, payload: METADATA }), expected);
  assertEquals(parseData({ type: 15, payload: concat(hex("00"), SET, METADATA) }), expected);
  assertEquals(parseData({ type: 15, payload: METADATA }), expected);
});

Deno.test("the body is a view of the payload", () => {
  const payload = concat(SET, METADATA);
  const data = parseData({ type: 18, payload });
  assertEquals(data.kind === "data" && data.body.buffer === payload.buffer, true);
});

Deno.test("@clearDataFrame names what to forget", () => {
  const payload = concat(CLEAR, METADATA.subarray(0, -1));
  assertEquals(parseData({ type: 18, payload }), { kind: "clear", name: "onMetaData" });
  assertThrows(
    () => parseData({ type: 18, payload: CLEAR }),
    RtmpMessageError,
    "Cannot parse RTMP @clearDataFrame: the name is missing",
  );
  assertThrows(() => parseData({ type: 18, payload: concat(CLEAR, hex("02 ff")) }), AmfError);
});

Deno.test("an empty message is empty data", () => {
  assertEquals(parseData({ type: 18, payload: hex("") }), { kind: "data", body: hex("") });
});

Deno.test("setDataFrame adds what parseData takes away", () => {
  assertEquals(setDataFrame([METADATA]), [SET, METADATA]);
});

Deno.test("sample access", () => {
  assertEquals(sampleAccess(1), {
    csid: 5,
    type: 18,
    timestamp: 0,
    streamId: 1,
    parts: [hex("02 0011 7c52746d7053616d 706c65416363657373 0101 0101")],
  });
});
