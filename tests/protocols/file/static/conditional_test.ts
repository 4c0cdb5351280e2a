import { assertEquals } from "@std/assert";
import {
  evaluate,
  isRangeWanted,
  validatorHeaders,
  validatorsOf,
} from "../../../../protocols/file/static/conditional.ts";
import { formatHttpDate } from "../../../../protocols/file/static/http_date.ts";

const MODIFIED = Date.UTC(2026, 10, 20, 12, 0, 5);
const NOW = validatorsOf({ size: 26, mtime: new Date(MODIFIED + 700) });
const DATE = formatHttpDate(MODIFIED);
const EARLIER = formatHttpDate(MODIFIED - 1000);
const LATER = formatHttpDate(MODIFIED + 1000);

type Headers = Readonly<Record<string, string>>;

function of(headers: Headers) {
  return (name: string) => headers[name];
}

Deno.test("validators are those of nginx: seconds and size in hexadecimal", () => {
  const seconds = (MODIFIED / 1000).toString(16);
  assertEquals(NOW, { etag: `"${seconds}-1a"`, modifiedMs: MODIFIED });
  assertEquals(validatorHeaders(NOW), { etag: NOW.etag, "last-modified": DATE });
});

/** Each with what a GET and what a PUT is told: RFC 9110, sections 13.1 and 13.2.2. */
const CASES: readonly (readonly [Headers, ReturnType<typeof evaluate>, string])[] = [
  [{}, "go-on", "go-on"],
  [{ "if-none-match": NOW.etag }, "not-modified", "precondition-failed"],
  [{ "if-none-match": `W/${NOW.etag}` }, "not-modified", "precondition-failed"],
  [{ "if-none-match": `"x", W/"y" , ${NOW.etag}` }, "not-modified", "precondition-failed"],
  [{ "if-none-match": "*" }, "not-modified", "precondition-failed"],
  [{ "if-none-match": '"x"' }, "go-on", "go-on"],
  [{ "if-none-match": NOW.etag.replaceAll('"', "") }, "go-on", "go-on"],
  [{ "if-none-match": '"x"', "if-modified-since": LATER }, "go-on", "go-on"],
  [{ "if-modified-since": DATE }, "not-modified", "go-on"],
  [{ "if-modified-since": LATER }, "not-modified", "go-on"],
  [{ "if-modified-since": EARLIER }, "go-on", "go-on"],
  [{ "if-modified-since": "yesterday" }, "go-on", "go-on"],
  [{ "if-match": NOW.etag }, "go-on", "go-on"],
  [{ "if-match": "*" }, "go-on", "go-on"],
  [{ "if-match": `W/${NOW.etag}` }, "precondition-failed", "precondition-failed"],
  [{ "if-match": '"x"' }, "precondition-failed", "precondition-failed"],
  [{ "if-unmodified-since": DATE }, "go-on", "go-on"],
  [{ "if-unmodified-since": EARLIER }, "precondition-failed", "precondition-failed"],
  [{ "if-unmodified-since": "yesterday" }, "go-on", "go-on"],
  [{ "if-match": NOW.etag, "if-unmodified-since": EARLIER }, "go-on", "go-on"],
  [{ "if-match": NOW.etag, "if-none-match": NOW.etag }, "not-modified", "precondition-failed"],
];

for (const [headers, reading, writing] of CASES) {
  Deno.test(`conditions: ${JSON.stringify(headers)}`, () => {
    assertEquals(evaluate(of(headers), NOW, true), reading);
    assertEquals(evaluate(of(headers), NOW, false), writing);
  });
}

Deno.test("conditions: a file that is not there matches nothing", () => {
  const verdict = (headers: Headers) => evaluate(of(headers), undefined, false);
  assertEquals(verdict({ "if-none-match": "*" }), "go-on");
  assertEquals(verdict({ "if-match": "*" }), "precondition-failed");
  assertEquals(verdict({ "if-unmodified-since": DATE }), "go-on");
});

const IF_RANGE = [
  [undefined, true],
  [NOW.etag, true],
  [`W/${NOW.etag}`, false],
  ['"x"', false],
  [DATE, true],
  [EARLIER, false],
  [LATER, false],
  ["yesterday", false],
] as const;

for (const [value, expected] of IF_RANGE) {
  Deno.test(`If-Range: ${value}`, () => {
    const header = of(value === undefined ? {} : { "if-range": value });
    assertEquals(isRangeWanted(header, NOW), expected);
  });
}
