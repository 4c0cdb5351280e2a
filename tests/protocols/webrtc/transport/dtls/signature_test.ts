import { assertEquals } from "@std/assert";
import { generateKeyPairSync, sign } from "node:crypto";
import { ByteReader } from "../../../../../protocols/webrtc/transport/dtls/bytes.ts";
import {
  verifySignature,
  writeSignature,
} from "../../../../../protocols/webrtc/transport/dtls/signature.ts";

const DATA = new TextEncoder().encode("what both sides have said");
const EC = generateKeyPairSync("ec", { namedCurve: "P-256" });
const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** Hash and kind of a scheme (RFC 5246 section 7.4.1.4.1), what signs, and whether it is taken. */
const SCHEMES = [
  [4, 3, "sha256", EC, true],
  [5, 3, "sha384", EC, true],
  [4, 1, "sha256", RSA, true],
  [5, 1, "sha384", RSA, true],
  [6, 1, "sha512", RSA, true],
  // SHA-1, and kinds that are not those of the key.
  [2, 1, "sha1", RSA, false],
  [4, 1, "sha256", EC, false],
  [4, 3, "sha256", RSA, false],
] as const;

for (const [hash, kind, digest, keys, isTaken] of SCHEMES) {
  Deno.test(`a signature of scheme ${hash}/${kind} over ${digest} is ${isTaken ? "" : "not "}taken`, () => {
    const signature = new Uint8Array(sign(digest, DATA, keys.privateKey));
    const size = [signature.length >> 8, signature.length & 0xff];
    const element = Uint8Array.from([hash, kind, ...size, ...signature]);
    assertEquals(verifySignature(new ByteReader(element), DATA, keys.publicKey), isTaken);
    const other = DATA.map((byte) => byte ^ 1);
    assertEquals(verifySignature(new ByteReader(element), other, keys.publicKey), false);
  });
}

Deno.test("our own signature is taken", () => {
  const element = writeSignature(EC.privateKey, DATA);
  assertEquals(verifySignature(new ByteReader(element), DATA, EC.publicKey), true);
});
