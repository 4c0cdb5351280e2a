import { assertEquals, assertThrows } from "@std/assert";
import { decodeAmf0 } from "../../../protocols/_formats/amf/amf0.ts";
import { AmfError } from "../../../protocols/_formats/amf/errors.ts";
import {
  connectResult,
  encodeCommand,
  errorOf,
  onBwDone,
  onStatus,
  parseCommand,
  resultOf,
  type RtmpCommand,
} from "../../../protocols/rtmp/command.ts";
import { RtmpMessageError } from "../../../protocols/rtmp/errors.ts";
import { STATUS } from "../../../protocols/rtmp/status.ts";
import { concat, hex } from "./chunk_bytes.ts";

/** "createStream", 4, null */
const CREATE_STREAM = hex("02 000c 63726561746553747265616d 00 4010000000000000 05");

const REQUEST: RtmpCommand = {
  name: "createStream",
  transactionId: 4,
  commandObject: null,
  args: [],
};

Deno.test("a command of type 20, and the same of type 17 with and without its format byte", () => {
  assertEquals(parseCommand({ type: 20, payload: CREATE_STREAM }), REQUEST);
  assertEquals(parseCommand({ type: 17, payload: CREATE_STREAM }), REQUEST);
  const wrapped = concat(hex("00"), CREATE_STREAM);
  assertEquals(parseCommand({ type: 17, payload: wrapped }), REQUEST);
});

Deno.test("connect has an object, publish has arguments", () => {
  // "connect", 1, { app: "live" }
  const connect = hex(
    "02 0007 636f6e6e656374 00 3ff0000000000000 03 0003 617070 02 0004 6c697665 0000 09",
  );
  const command = parseCommand({ type: 20, payload: connect });
  assertEquals([command.name, command.transactionId], ["connect", 1]);
  assertEquals(command.commandObject?.app, "live");
  // "publish", 5, null, "cam1", "live"
  const publish = hex(
    "02 0007 7075626c697368 00 4014000000000000 05 02 0004 63616d31 02 0004 6c697665",
  );
  assertEquals(parseCommand({ type: 20, payload: publish }), {
    name: "publish",
    transactionId: 5,
    commandObject: null,
    args: ["cam1", "live"],
  });
});

Deno.test("what is missing or of another type counts as 0 and null", () => {
  const name = hex("02 0001 61");
  const bare: RtmpCommand = { name: "a", transactionId: 0, commandObject: null, args: [] };
  assertEquals(parseCommand({ type: 20, payload: name }), bare);
  assertEquals(parseCommand({ type: 20, payload: concat(name, hex("05 06")) }), bare);
});

Deno.test("a command without a name, and one that is no AMF, are refused", () => {
  for (const payload of ["", "05", "00 3ff0000000000000"]) {
    assertThrows(
      () => parseCommand({ type: 20, payload: hex(payload) }),
      RtmpMessageError,
      "Cannot parse RTMP command: its name is missing",
    );
  }
  assertThrows(() => parseCommand({ type: 20, payload: hex("02 00ff 61") }), AmfError);
});

function values(command: RtmpCommand): unknown {
  return decodeAmf0(encodeCommand(command).parts[0] ?? new Uint8Array(0));
}

Deno.test("a command is encoded as AMF0, on a chunk stream of its kind", () => {
  assertEquals(encodeCommand(REQUEST), {
    csid: 3,
    type: 20,
    timestamp: 0,
    streamId: 0,
    parts: [CREATE_STREAM],
  });
  const message = encodeCommand(onBwDone(), 7);
  assertEquals([message.csid, message.streamId], [5, 7]);
});

Deno.test("results and errors carry the transaction of their request", () => {
  assertEquals(values(resultOf(REQUEST, 1)), ["_result", 4, null, 1]);
  assertEquals(values(resultOf(REQUEST)), ["_result", 4, null]);
  const refusal = errorOf(REQUEST, STATUS.CALL_FAILED, "no such stream");
  assertEquals(refusal.args, [{
    level: "error",
    code: "NetConnection.Call.Failed",
    description: "no such stream",
  }]);
  assertEquals([refusal.name, refusal.transactionId], ["_error", 4]);
});

Deno.test("the result of connect, plain and enhanced", () => {
  const plain = connectResult({ ...REQUEST, name: "connect", transactionId: 1 });
  assertEquals(plain, {
    name: "_result",
    transactionId: 1,
    commandObject: { fmsVer: "FMS/3,0,1,123", capabilities: 31 },
    args: [{
      level: "status",
      code: "NetConnection.Connect.Success",
      description: "Connection succeeded.",
      objectEncoding: 0,
    }],
  });
  const enhanced = connectResult(REQUEST, { capsEx: 6 });
  assertEquals(enhanced.commandObject?.capsEx, 6);
  assertEquals((enhanced.args[0] as { capsEx: number }).capsEx, 6);
});

Deno.test("onStatus says level, code and description, and what else it is told", () => {
  assertEquals(onStatus(STATUS.PLAY_RESET, "Playing live/cam1.", { clientid: "1" }), {
    name: "onStatus",
    transactionId: 0,
    commandObject: null,
    args: [{
      level: "status",
      code: "NetStream.Play.Reset",
      description: "Playing live/cam1.",
      clientid: "1",
    }],
  });
  assertEquals(onBwDone().name, "onBWDone");
});
