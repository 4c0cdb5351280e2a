import { assertEquals, assertNotEquals } from "@std/assert";
import { makeNonce, nonceTime } from "../../../../protocols/rtsp/auth/nonce.ts";

const SECRET = new Uint8Array(32).fill(1);
const SCOPE = { realm: "r", peer: "192.0.2.7" };
const NOW = Date.UTC(2026, 0, 1);

Deno.test("a nonce tells when it was made", () => {
  for (const time of [0, 1, 2 ** 32 - 1, 2 ** 32, NOW, 2 ** 48 - 1]) {
    assertEquals(nonceTime(SECRET, SCOPE, makeNonce(SECRET, SCOPE, time)), time);
  }
  assertNotEquals(makeNonce(SECRET, SCOPE, NOW), makeNonce(SECRET, SCOPE, NOW + 1));
});

Deno.test("a nonce of another secret, realm or peer, or one that was changed, is none", () => {
  const nonce = makeNonce(SECRET, SCOPE, NOW);
  assertEquals(nonceTime(new Uint8Array(32), SCOPE, nonce), undefined);
  assertEquals(nonceTime(SECRET, { ...SCOPE, realm: "x" }, nonce), undefined);
  assertEquals(nonceTime(SECRET, { ...SCOPE, peer: "192.0.2.8" }, nonce), undefined);
  for (let at = 0; at < nonce.length; at++) {
    const digit = nonce[at] === "0" ? "1" : "0";
    const changed = nonce.slice(0, at) + digit + nonce.slice(at + 1);
    assertEquals(nonceTime(SECRET, SCOPE, changed), undefined);
  }
  for (const other of ["", nonce.slice(2), `${nonce}00`, nonce.toUpperCase() + "z"]) {
    assertEquals(nonceTime(SECRET, SCOPE, other), undefined);
  }
});
