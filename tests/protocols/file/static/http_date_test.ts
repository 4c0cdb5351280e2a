import { assertEquals } from "@std/assert";
import { formatHttpDate, parseHttpDate } from "../../../../protocols/file/static/http_date.ts";

const MOMENT = Date.UTC(1994, 10, 6, 8, 49, 37);

/** The three forms of RFC 9110, section 5.6.7. */
const FORMS = [
  "Sun, 06 Nov 1994 08:49:37 GMT",
  "Sunday, 06-Nov-94 08:49:37 GMT",
  "Sun Nov  6 08:49:37 1994",
];

for (const text of FORMS) {
  Deno.test(`parseHttpDate: ${text}`, () => assertEquals(parseHttpDate(text), MOMENT));
}

Deno.test("parseHttpDate: what is no HTTP-date is none, although Date would read some of it", () => {
  const texts = ["", "0", "yesterday", "1994-11-06", "Sun, 06 Nov 1994 08:49:37 +0100"];
  for (const text of [...texts, "Sun, 06 Nov 1994 25:00:00 GMT", "06 Nov 1994 08:49:37 GMT"]) {
    assertEquals(parseHttpDate(text), undefined);
  }
});

Deno.test("formatHttpDate writes the first form, without fractions of a second", () => {
  assertEquals(formatHttpDate(MOMENT + 999), FORMS[0]);
});
