import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import { concat, uint } from "./bytes.ts";

/** One hash of a certificate, as SDP tells it (RFC 8122 section 5). */
export interface Fingerprint {
  /** `sha-256`, in lower case. */
  readonly algorithm: string;
  /** `AB:CD:...` */
  readonly value: string;
}

/** Whom we are to all peers: a key and a certificate that only its fingerprint vouches for. */
export interface DtlsIdentity {
  readonly privateKey: KeyObject;
  /** DER. */
  readonly certificate: Uint8Array;
  readonly fingerprint: Fingerprint;
}

/** Peers compare nothing but the fingerprint: a gateway may run for years. */
const VALID_YEARS = 30;

/** ecdsa-with-SHA256, and the common name (RFC 5480, RFC 5280). */
const ECDSA_SHA256 = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const COMMON_NAME = [0x06, 0x03, 0x55, 0x04, 0x03];

/** Makes a P-256 key and a certificate that it has signed itself. @param utcMs now. */
export function createIdentity(utcMs: number): DtlsIdentity {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = der(0x30, der(0x31, der(0x30, Uint8Array.from(COMMON_NAME), text(0x0c, "Sluice"))));
  const algorithm = der(0x30, Uint8Array.from(ECDSA_SHA256));
  const toBeSigned = der(
    0x30,
    der(0xa0, der(0x02, uint(2, 1))),
    der(0x02, concat(uint(1, 1), randomBytes(8))),
    algorithm,
    name,
    validity(utcMs),
    name,
    new Uint8Array(publicKey.export({ type: "spki", format: "der" })),
  );
  const signature = sign("sha256", toBeSigned, privateKey);
  const bits = der(0x03, concat(uint(0, 1), signature));
  const certificate = der(0x30, toBeSigned, algorithm, bits);
  return {
    privateKey,
    certificate,
    fingerprint: { algorithm: "sha-256", value: hash("sha256", certificate) },
  };
}

/** From a day ago, so that clocks may differ. */
function validity(utcMs: number): Uint8Array {
  const from = new Date(utcMs - 86_400_000);
  const to = new Date(utcMs);
  to.setUTCFullYear(to.getUTCFullYear() + VALID_YEARS);
  const times = [from, to].map((date) => {
    const digits = date.toISOString().replace(/\.\d+/, "").replace(/[-:T]/g, "");
    return text(0x18, digits);
  });
  return der(0x30, ...times);
}

function text(tag: number, value: string): Uint8Array {
  return der(tag, new TextEncoder().encode(value));
}

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(...parts);
  const size = body.byteLength;
  const length = size < 128
    ? uint(size, 1)
    : size < 256
    ? concat(uint(0x81, 1), uint(size, 1))
    : concat(uint(0x82, 1), uint(size, 2));
  return concat(uint(tag, 1), length, body);
}

/** Hashes by which SDP may tell a certificate; shorter ones prove nothing. */
const HASHES: Readonly<Record<string, string>> = {
  "sha-256": "sha256",
  "sha-384": "sha384",
  "sha-512": "sha512",
};

/** Whether one of `fingerprints` is that of the certificate. */
export function matchesFingerprint(
  certificate: Uint8Array,
  fingerprints: readonly Fingerprint[],
): boolean {
  return fingerprints.some(({ algorithm, value }) => {
    const name = HASHES[algorithm.toLowerCase()];
    return name !== undefined && hash(name, certificate) === value.toUpperCase();
  });
}

function hash(algorithm: string, certificate: Uint8Array): string {
  const digest = createHash(algorithm).update(certificate).digest();
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(":").toUpperCase();
}

/** The key that a certificate is for; `undefined` where it cannot be read. */
export function publicKeyOf(certificate: Uint8Array): KeyObject | undefined {
  try {
    return new X509Certificate(certificate).publicKey;
  } catch {
    return undefined;
  }
}
