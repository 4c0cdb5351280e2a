import { assertEquals } from "@std/assert";
import {
  type Challenge,
  type DigestChallenge,
  parseChallenges,
  writeChallenge,
} from "../../../../protocols/rtsp/headers/www_authenticate.ts";

const DIGEST: DigestChallenge = {
  scheme: "digest",
  realm: "r",
  nonce: "n",
  algorithm: "MD5",
  qop: false,
  stale: false,
};

// What it stands for, fields, challenges
const ROWS: readonly (readonly [string, readonly string[], readonly Challenge[]])[] = [
  ["Basic", ['Basic realm="r"'], [{ scheme: "basic", realm: "r" }]],
  ["RFC 2069", ['Digest realm="r", nonce="n"'], [DIGEST]],
  [
    "two fields, as Hikvision sends",
    ['Digest realm="r", nonce="n", stale="FALSE"', 'Basic realm="r"'],
    [DIGEST, { scheme: "basic", realm: "r" }],
  ],
  // home-assistant/core #122159.
  ["Axis", ['Digest realm="r", nonce="n", stale=FALSE'], [DIGEST]],
  [
    "two challenges in one field",
    ['Digest realm="r", nonce="n", algorithm=MD5, Basic realm="a, b"'],
    [DIGEST, { scheme: "basic", realm: "a, b" }],
  ],
  [
    "everything",
    ['digest qop="auth,auth-int", algorithm="sha-256", opaque="", stale=TRUE, nonce="n", realm="r"'],
    [{ ...DIGEST, algorithm: "SHA-256", qop: true, stale: true, opaque: "" }],
  ],
  ["escapes", ['Digest realm="a \\"b\\" \\\\", nonce="n"'], [{ ...DIGEST, realm: 'a "b" \\' }]],
  ["values without quotes", ["Digest realm=r,nonce=n,qop=auth"], [{ ...DIGEST, qop: true }]],
  ["a quote that is not closed", ['Digest nonce="n", realm="r'], [DIGEST]],
  ["an empty qop", ['Digest realm="r", nonce="n", qop=""'], [DIGEST]],
  ["no realm", ['Digest nonce="n"'], [{ ...DIGEST, realm: "" }]],
  ["no nonce", ['Digest realm="r"'], []],
  ["auth-int alone", ['Digest realm="r", nonce="n", qop="auth-int"'], []],
  ["another algorithm", ['Digest realm="r", nonce="n", algorithm=SHA-512-256'], []],
  ["another scheme", ["Negotiate", 'Bearer realm="r"'], []],
  ["parameters of nothing", ['realm="r", nonce="n"'], []],
  ["nothing", ["", ","], []],
];

for (const [what, fields, challenges] of ROWS) {
  Deno.test(`WWW-Authenticate: ${what}`, () => {
    assertEquals(parseChallenges(...fields), challenges);
    assertEquals(parseChallenges(...challenges.map(writeChallenge)), challenges);
  });
}

Deno.test("challenges are written with what a client must know", () => {
  assertEquals(writeChallenge({ scheme: "basic", realm: 'a"' }), 'Basic realm="a\\""');
  assertEquals(
    writeChallenge({ ...DIGEST, algorithm: "SHA-256", qop: true, stale: true, opaque: "o" }),
    'Digest realm="r", nonce="n", opaque="o", stale=true, algorithm=SHA-256, qop="auth"',
  );
});
