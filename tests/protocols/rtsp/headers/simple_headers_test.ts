import { assertEquals, assertThrows } from "@std/assert";
import { RtspHeaderError } from "../../../../protocols/rtsp/errors.ts";
import { HeaderFields } from "../../../../protocols/rtsp/fields.ts";
import { contentBase, writeContentBase } from "../../../../protocols/rtsp/headers/content_base.ts";
import { parseDate, writeDate } from "../../../../protocols/rtsp/headers/date.ts";
import { parseMethods, writeMethods } from "../../../../protocols/rtsp/headers/method_list.ts";
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

// What it stands for, fields, methods
const METHODS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["the usual", ["OPTIONS, DESCRIBE,PLAY"], ["OPTIONS", "DESCRIBE", "PLAY"]],
  ["repeated", ["OPTIONS", "PLAY"], ["OPTIONS", "PLAY"]],
  ["spaces and lower case", ["options play  pause"], ["OPTIONS", "PLAY", "PAUSE"]],
  ["nothing", ["", " , "], []],
];

for (const [what, fields, methods] of METHODS) {
  Deno.test(`Public: ${what}`, () => {
    assertEquals([...parseMethods(...fields)], methods);
    assertEquals([...parseMethods(writeMethods(methods))], methods);
  });
}

Deno.test("Date is read in the form of the RFC and in that of live555", () => {
  const time = Date.UTC(2020, 0, 10, 8, 20, 21);
  assertEquals(parseDate("Fri, 10 Jan 2020 08:20:21 GMT"), time);
  assertEquals(parseDate("Fri, Jan 10 2020 08:20:21 GMT"), time);
  assertEquals(writeDate(time), "Fri, 10 Jan 2020 08:20:21 GMT");
  for (const value of ["", "now", "2020-01-10T08:20:21Z", "Fri, 10 Xxx 2020 08:20:21 GMT"]) {
    assertThrows(() => parseDate(value), RtspHeaderError, "Cannot parse Date header");
  }
});

// What it stands for, Content-Base, Content-Location, base
const BASES: readonly (readonly [string, string | undefined, string | undefined, string])[] = [
  ["Content-Base", "rtsp://h/a/", "rtsp://h/b/", "rtsp://h/a/"],
  ["Content-Location", undefined, "rtsp://h/b/", "rtsp://h/b/"],
  ["neither", undefined, undefined, "rtsp://h/request"],
  ["an empty one", "", undefined, "rtsp://h/request"],
  ["a relative one", "a/", undefined, "rtsp://h/request"],
  ["a quoted one", '"rtsp://h/a/"', undefined, "rtsp://h/a/"],
  ["Dahua: a query", "rtsp://h/a?b=c/", undefined, "rtsp://h/a?b=c/"],
];

for (const [what, base, location, expected] of BASES) {
  Deno.test(`base of a description: ${what}`, () => {
    const headers = new HeaderFields([
      ...(base === undefined ? [] : [["content-base", base] as const]),
      ...(location === undefined ? [] : [["content-location", location] as const]),
    ]);
    assertEquals(contentBase(headers, "rtsp://h/request"), expected);
  });
}

Deno.test("our Content-Base ends with one slash", () => {
  assertEquals(writeContentBase("rtsp://h/a"), "rtsp://h/a/");
  assertEquals(writeContentBase("rtsp://h/a?b/"), "rtsp://h/a?b/");
});
