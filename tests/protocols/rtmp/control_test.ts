import { assertEquals, assertThrows } from "@std/assert";
import {
  type ControlMessage,
  decodeControl,
  encodeControl,
} from "../../../protocols/rtmp/control.ts";
import { RtmpMessageError } from "../../../protocols/rtmp/errors.ts";
import { hex } from "./chunk_bytes.ts";

const CASES: readonly (readonly [number, string, ControlMessage])[] = [
  [1, "00001000", { kind: "setChunkSize", size: 4096 }],
  [1, "7fffffff", { kind: "setChunkSize", size: 0x7fffffff }],
  [2, "00000006", { kind: "abort", csid: 6 }],
  [3, "fffffffe", { kind: "acknowledgement", sequence: 0xfffffffe }],
  [4, "0000 00000001", { kind: "streamBegin", streamId: 1 }],
  [4, "0001 00000001", { kind: "streamEof", streamId: 1 }],
  [4, "0002 00000001", { kind: "streamDry", streamId: 1 }],
  [4, "0003 00000001 00000bb8", { kind: "setBufferLength", streamId: 1, milliseconds: 3000 }],
  [4, "0004 00000001", { kind: "streamIsRecorded", streamId: 1 }],
  [4, "0006 00000100", { kind: "pingRequest", timestamp: 256 }],
  [4, "0007 00000100", { kind: "pingResponse", timestamp: 256 }],
  [4, "001a aabb", { kind: "unknownEvent", event: 26, data: hex("aabb") }],
  [5, "002625a0", { kind: "windowAckSize", size: 2500000 }],
  [6, "002625a0 00", { kind: "setPeerBandwidth", size: 2500000, limit: "hard" }],
  [6, "002625a0 01", { kind: "setPeerBandwidth", size: 2500000, limit: "soft" }],
  [6, "002625a0 02", { kind: "setPeerBandwidth", size: 2500000, limit: "dynamic" }],
];

for (const [type, payload, control] of CASES) {
  Deno.test(`type ${type}, ${payload} is ${control.kind}, both ways`, () => {
    assertEquals(decodeControl({ type, payload: hex(payload) }), control);
    assertEquals(encodeControl(control), {
      csid: 2,
      type,
      timestamp: 0,
      streamId: 0,
      parts: [hex(payload)],
    });
  });
}

Deno.test("a peer bandwidth without limit, or with an unknown one, is dynamic", () => {
  for (const payload of ["002625a0", "002625a0 07"]) {
    assertEquals(decodeControl({ type: 6, payload: hex(payload) }), {
      kind: "setPeerBandwidth",
      size: 2500000,
      limit: "dynamic",
    });
  }
});

Deno.test("counters past 2^32 are sent modulo", () => {
  assertEquals(encodeControl({ kind: "acknowledgement", sequence: 2 ** 32 + 7 }).parts, [
    hex("00000007"),
  ]);
  assertEquals(encodeControl({ kind: "pingRequest", timestamp: 2 ** 32 + 7 }).parts, [
    hex("0006 00000007"),
  ]);
});

const BAD: readonly (readonly [number, string, string])[] = [
  [1, "0000", "Cannot parse RTMP Set Chunk Size: 2 bytes, expected 4"],
  [1, "00000000", "Cannot parse RTMP Set Chunk Size: chunk size is 0"],
  [1, "80000000", "Cannot parse RTMP Set Chunk Size: chunk size is 2147483648"],
  [2, "", "Cannot parse RTMP Abort: 0 bytes, expected 4"],
  [3, "000000", "Cannot parse RTMP Acknowledgement: 3 bytes, expected 4"],
  [4, "00", "Cannot parse RTMP User Control: event type is missing"],
  [4, "0006 0000", "Cannot parse RTMP User Control: 4 bytes, expected 6"],
  [4, "0003 00000001", "Cannot parse RTMP User Control: 6 bytes, expected 10"],
  [5, "", "Cannot parse RTMP Window Acknowledgement Size: 0 bytes, expected 4"],
  [6, "", "Cannot parse RTMP Set Peer Bandwidth: 0 bytes, expected 4"],
];

for (const [type, payload, reason] of BAD) {
  Deno.test(`type ${type}, "${payload}" is refused`, () => {
    assertThrows(() => decodeControl({ type, payload: hex(payload) }), RtmpMessageError, reason);
  });
}

Deno.test("other types are no control messages", () => {
  for (const type of [0, 7, 8, 9, 20, 255]) {
    assertEquals(decodeControl({ type, payload: hex("") }), undefined);
  }
});
