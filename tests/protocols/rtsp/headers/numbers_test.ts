import { assertEquals, assertThrows } from "@std/assert";
import { RtspHeaderError } from "../../../../protocols/rtsp/errors.ts";
import {
  parseCSeq,
  parseScale,
  parseSpeed,
  writeFactor,
} from "../../../../protocols/rtsp/headers/numbers.ts";

Deno.test("CSeq is a number of 32 bits", () => {
  assertEquals(parseCSeq("0"), 0);
  assertEquals(parseCSeq("4294967295"), 4294967295);
  for (const value of ["", "-1", "1.5", "0x1", "4294967296", "1 2"]) {
    assertThrows(() => parseCSeq(value), RtspHeaderError, "is no number");
  }
  assertThrows(
    () => parseCSeq(undefined),
    RtspHeaderError,
    "Cannot parse CSeq header: it is missing",
  );
});

Deno.test("Scale and Speed are decimal", () => {
  assertEquals([parseScale("1.000000"), parseScale("-2"), parseScale("0.5")], [1, -2, 0.5]);
  assertEquals(parseSpeed("2.5"), 2.5);
  assertEquals([writeFactor(1), writeFactor(-0.25)], ["1.0", "-0.25"]);
  for (const value of ["", "x", "1e3", "Infinity", "--1", ".5"]) {
    assertThrows(() => parseScale(value), RtspHeaderError, "Cannot parse Scale header");
  }
  assertThrows(
    () => parseSpeed("0"),
    RtspHeaderError,
    "Cannot parse Speed header: it is not above",
  );
});
