import { assertEquals, assertThrows } from "@std/assert";
import { RtspHeaderError } from "../../../../protocols/rtsp/errors.ts";
import {
  type Authorization,
  parseAuthorization,
  writeAuthorization,
} from "../../../../protocols/rtsp/headers/authorization.ts";

const PLAIN = 'Digest username="u", realm="r", nonce="n", uri="rtsp://h/a?b=c,d", response="00ff"';
const FIELDS = {
  scheme: "digest",
  user: "u",
  realm: "r",
  nonce: "n",
  uri: "rtsp://h/a?b=c,d",
  response: "00ff",
  algorithm: "MD5",
} as const;

const ROWS: readonly (readonly [string, Authorization])[] = [
  ["Basic dTpw", { scheme: "basic", user: "u", password: "p" }],
  ["Basic dTo6cA==", { scheme: "basic", user: "u", password: ":p" }],
  ["Basic w6k6", { scheme: "basic", user: "\u00e9", password: "" }],
  [PLAIN, FIELDS],
  [`${PLAIN}, algorithm=SHA-256`, { ...FIELDS, algorithm: "SHA-256" }],
  [
    `${PLAIN}, qop=auth, nc=00000001, cnonce="c", opaque="o"`,
    { ...FIELDS, qop: { nc: "00000001", cnonce: "c" }, opaque: "o" },
  ],
  [
    'Digest username="a\\"b\\\\", realm="r", nonce="n", uri="*", response=""',
    { ...FIELDS, user: 'a"b\\', uri: "*", response: "" },
  ],
];

for (const [wire, value] of ROWS) {
  Deno.test(`Authorization: ${wire}`, () => {
    assertEquals(parseAuthorization(wire), value);
    assertEquals(writeAuthorization(value), wire);
  });
}

Deno.test("Authorization is read in any order and case, with quotes and without", () => {
  const wire = 'DIGEST response=00FF,URI="rtsp://h/a?b=c,d" , nonce="n",realm="r",Username=u,' +
    'algorithm="md5",x=y';
  assertEquals(parseAuthorization(wire), FIELDS);
});

const BAD: readonly (readonly [string, string])[] = [
  ["", "the scheme is neither Basic nor Digest"],
  ["Basic", "the scheme is neither Basic nor Digest"],
  ["Bearer x", "the scheme is neither Basic nor Digest"],
  ["Basic !", "the credentials are no base64"],
  ["Basic dQ==", "the password is missing"],
  ["Digest username=u", "realm is missing"],
  [`${PLAIN}, qop=auth, nc=00000001`, "cnonce is missing"],
  [`${PLAIN}, qop=auth-int`, "qop is not auth"],
  [`${PLAIN}, algorithm=MD5-sess`, "the algorithm is not known"],
];

for (const [wire, reason] of BAD) {
  Deno.test(`Authorization is refused: ${reason} (${wire.length} characters)`, () => {
    const error = assertThrows(() => parseAuthorization(wire), RtspHeaderError);
    assertEquals(error.message, `Cannot parse Authorization header: ${reason}`);
  });
}
