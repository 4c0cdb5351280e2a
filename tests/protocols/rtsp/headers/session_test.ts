import { assertEquals, assertThrows } from "@std/assert";
import { RtspHeaderError } from "../../../../protocols/rtsp/errors.ts";
import {
  parseSession,
  type SessionHeader,
  writeSession,
} from "../../../../protocols/rtsp/headers/session.ts";

const ROWS: readonly (readonly [string, SessionHeader, string])[] = [
  ["12345678", { id: "12345678" }, "12345678"],
  ["12345678;timeout=60", { id: "12345678", timeout: 60 }, "12345678;timeout=60"],
  ["ab$-_.+ ; Timeout = 60 ;", { id: "ab$-_.+", timeout: 60 }, "ab$-_.+;timeout=60"],
  ["12345678;timeout=0", { id: "12345678" }, "12345678"],
  ["12345678;timeout=-1", { id: "12345678" }, "12345678"],
  ["12345678;timeout=60.5", { id: "12345678" }, "12345678"],
  ["12345678;timeout=9999999999", { id: "12345678" }, "12345678"],
  ["12345678;x=y", { id: "12345678" }, "12345678"],
];

for (const [wire, value, wireOut] of ROWS) {
  Deno.test(`Session ${wire}`, () => {
    assertEquals(parseSession(wire), value);
    assertEquals(writeSession(value), wireOut);
  });
}

const BAD: readonly (readonly [string, string])[] = [
  ["", "the id is missing"],
  [" ;", "the id is missing"],
  ["a b", "the id has spaces or quotes"],
  ['"a"', "the id has spaces or quotes"],
  ["x".repeat(257), "the id is longer than 256 characters"],
];

for (const [wire, reason] of BAD) {
  Deno.test(`Session is refused: ${reason} (${wire.length} characters)`, () => {
    assertThrows(
      () => parseSession(wire),
      RtspHeaderError,
      `Cannot parse Session header: ${reason}`,
    );
  });
}
