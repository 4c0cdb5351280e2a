/**
 * The keys of SRTP: what the DTLS handshake gives (RFC 5764 section 4.2), and what is derived of it
 * (RFC 3711 section 4.3).
 *
 * @module
 */
import { createCipheriv } from "node:crypto";

/** RFC 7714 section 14.2. */
export const AEAD_AES_128_GCM = 0x0007;

/** RFC 5764 section 4.1.2. */
export const AES128_CM_HMAC_SHA1_80 = 0x0001;

/** Protection profiles by the codes that they have in DTLS, the preferred one first. */
export const SRTP_PROFILES = [AEAD_AES_128_GCM, AES128_CM_HMAC_SHA1_80] as const;

export type SrtpProfile = typeof SRTP_PROFILES[number];

/** The master key of one direction. */
export interface SrtpKey {
  readonly profile: SrtpProfile;
  /** 16 bytes. */
  readonly masterKey: Uint8Array;
  /** 12 bytes for GCM, 14 for counter mode. */
  readonly masterSalt: Uint8Array;
}

/** What packets of one direction and one kind are protected with. */
export interface SessionKeys {
  /** 16 bytes. */
  readonly encryption: Uint8Array;
  /** 20 bytes; GCM has no use for it. */
  readonly authentication: Uint8Array;
  /** As long as the master salt. */
  readonly salt: Uint8Array;
}

export type PacketKind = "rtp" | "rtcp";

const KEY_SIZE = 16;
const AUTHENTICATION_KEY_SIZE = 20;

/** Bytes of the salt that the derivation works with (RFC 3711 section 4.3.1). */
const FULL_SALT_SIZE = 14;
/** The label stands in this byte of the salt: before 48 bits of index, which stays 0. */
const LABEL_AT = 7;
const BLOCK_SIZE = 16;

const SALT_SIZES: Readonly<Record<SrtpProfile, number>> = {
  [AEAD_AES_128_GCM]: 12,
  [AES128_CM_HMAC_SHA1_80]: FULL_SALT_SIZE,
};

/** Labels of encryption, authentication and salt (RFC 3711 sections 4.3.1 and 4.3.2). */
const LABELS: Readonly<Record<PacketKind, readonly [number, number, number]>> = {
  rtp: [0, 1, 2],
  rtcp: [3, 4, 5],
};

/** Bytes to ask the DTLS exporter for, whose label is `EXTRACTOR-dtls_srtp`. */
export function keyingMaterialSize(profile: SrtpProfile): number {
  return 2 * (KEY_SIZE + SALT_SIZES[profile]);
}

/**
 * Splits exported keying material: key of the client, key of the server, salt of the client, salt of
 * the server (RFC 5764 section 4.2).
 *
 * @param isClient whether this side was the client of the DTLS handshake
 * @throws {RangeError} when the material is shorter than {@linkcode keyingMaterialSize}
 */
export function srtpKeys(
  profile: SrtpProfile,
  keyingMaterial: Uint8Array,
  isClient: boolean,
): { local: SrtpKey; remote: SrtpKey } {
  const size = keyingMaterialSize(profile);
  if (keyingMaterial.length < size) {
    const reason = `${keyingMaterial.length} bytes of keying material are less than ${size}`;
    throw new RangeError(`Cannot make SRTP keys: ${reason}`);
  }
  const saltSize = SALT_SIZES[profile];
  const [client, server] = [0, 1].map((side) => {
    const saltAt = 2 * KEY_SIZE + side * saltSize;
    return {
      profile,
      masterKey: keyingMaterial.slice(side * KEY_SIZE, (side + 1) * KEY_SIZE),
      masterSalt: keyingMaterial.slice(saltAt, saltAt + saltSize),
    };
  }) as [SrtpKey, SrtpKey];
  return isClient ? { local: client, remote: server } : { local: server, remote: client };
}

/** Derives session keys; the rate of derivation is 0, as it always is with DTLS: once for all packets. */
export function deriveSessionKeys(key: SrtpKey, kind: PacketKind): SessionKeys {
  const [encryption, authentication, salt] = LABELS[kind];
  return {
    encryption: derive(key, encryption, KEY_SIZE),
    authentication: derive(key, authentication, AUTHENTICATION_KEY_SIZE),
    salt: derive(key, salt, SALT_SIZES[key.profile]),
  };
}

/** AES in counter mode over zeros; GCM's short salt is filled up on the right (RFC 7714 section 11). */
function derive({ masterKey, masterSalt }: SrtpKey, label: number, size: number): Uint8Array {
  const start = new Uint8Array(BLOCK_SIZE);
  start.set(masterSalt.subarray(0, FULL_SALT_SIZE));
  start[LABEL_AT] = (start[LABEL_AT] ?? 0) ^ label;
  const cipher = createCipheriv("aes-128-ctr", masterKey, start);
  const derived = new Uint8Array(cipher.update(new Uint8Array(size)));
  cipher.final();
  return derived;
}
