import { assertEquals, assertThrows } from "@std/assert";
import { RtspHeaderError } from "../../../../protocols/rtsp/errors.ts";
import { parseDate, writeDate } from "../../../../protocols/rtsp/headers/date.ts";

Deno.test("Date is read in the form of the RFC and in that of live555", () => {
  const time = Date.UTC(2020, 0, 10, 8, 20, 21);
  assertEquals(parseDate("Fri, 10 Jan 2020 08:20:21 GMT"), time);
  assertEquals(parseDate("Fri, Jan 10 2020 08:20:21 GMT"), time);
  assertEquals(writeDate(time), "Fri, 10 Jan 2020 08:20:21 GMT");
  for (const value of ["", "now", "2020-01-10T08:20:21Z", "Fri, 10 Xxx 2020 08:20:21 GMT"]) {
    assertThrows(() => parseDate(value), RtspHeaderError, "Cannot parse Date header");
  }
});
