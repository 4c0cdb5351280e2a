import { type KeyObject, sign, verify } from "node:crypto";
import { ByteReader, concat, uint, vector } from "./bytes.ts";
import { SIGNATURES } from "./hello.ts";

/** Digests by the hash part of a signature scheme, and keys by the other (RFC 5246 section 7.4.1.4.1). */
const DIGESTS: Readonly<Record<number, string>> = { 4: "sha256", 5: "sha384", 6: "sha512" };
const KEY_TYPES: Readonly<Record<number, string>> = { 1: "rsa", 3: "ec" };

/** A digitally-signed element: scheme and signature. */
export function writeSignature(key: KeyObject, data: Uint8Array): Uint8Array {
  return concat(uint(SIGNATURES[0], 2), vector(sign("sha256", data, key), 2));
}

/** Whether the element that `reader` is at was made over `data` with the private half of `key`. */
export function verifySignature(reader: ByteReader, data: Uint8Array, key: KeyObject): boolean {
  const digest = DIGESTS[reader.uint(1)];
  const keyType = KEY_TYPES[reader.uint(1)];
  const signature = reader.vector(2);
  if (digest === undefined || keyType !== key.asymmetricKeyType) return false;
  return verify(digest, data, key, signature);
}
