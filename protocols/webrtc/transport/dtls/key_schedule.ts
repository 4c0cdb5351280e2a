import { createHash, createHmac } from "node:crypto";
import { ByteReader, concat } from "./bytes.ts";
import type { SrtpProfile } from "../../srtp/keys.ts";
import type { RecordKey } from "./record.ts";

const MASTER_SECRET_BYTES = 48;
const VERIFY_DATA_BYTES = 12;
const RECORD_KEY_BYTES = 16;
const RECORD_SALT_BYTES = 4;

/** Bytes of one SRTP master key and salt by profile (RFC 5764 section 4.1.2, RFC 7714 section 12). */
const SRTP_KEY_BYTES: Record<SrtpProfile, number> = { 1: 16 + 14, 7: 16 + 12 };

/** The pseudorandom function over SHA-256 (RFC 5246 section 5). */
export function prf(secret: Uint8Array, label: string, seed: Uint8Array, size: number): Uint8Array {
  const labelled = concat(new TextEncoder().encode(label), seed);
  const output = new Uint8Array(size);
  let a = hmac(secret, labelled);
  for (let at = 0; at < size;) {
    const block = hmac(secret, concat(a, labelled)).subarray(0, size - at);
    output.set(block, at);
    at += block.byteLength;
    a = hmac(secret, a);
  }
  return output;
}

function hmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac("sha256", key).update(data).digest());
}

export function sha256(data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(data).digest());
}

export type DtlsRole = "client" | "server";

/** The random numbers of both hellos. */
export interface Randoms {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/** All that is derived from one key exchange. */
export class KeySchedule {
  readonly #master: Uint8Array;
  readonly #randoms: Randoms;
  readonly client: RecordKey;
  readonly server: RecordKey;

  /**
   * @param session all messages up to the ClientKeyExchange, where both sides have agreed to the
   * extended master secret (RFC 7627).
   */
  constructor(premaster: Uint8Array, randoms: Randoms, session: Uint8Array | undefined) {
    this.#randoms = randoms;
    this.#master = session === undefined
      ? prf(premaster, "master secret", this.#clientFirst(), MASTER_SECRET_BYTES)
      : prf(premaster, "extended master secret", sha256(session), MASTER_SECRET_BYTES);
    const seed = concat(randoms.server, randoms.client);
    const size = 2 * (RECORD_KEY_BYTES + RECORD_SALT_BYTES);
    const block = new ByteReader(prf(this.#master, "key expansion", seed, size));
    const [clientKey, serverKey] = [block.take(RECORD_KEY_BYTES), block.take(RECORD_KEY_BYTES)];
    this.client = { key: clientKey, salt: block.take(RECORD_SALT_BYTES) };
    this.server = { key: serverKey, salt: block.take(RECORD_SALT_BYTES) };
  }

  /** Body of the Finished message of `role` behind the messages of `transcript`. */
  verifyData(role: DtlsRole, transcript: Uint8Array): Uint8Array {
    return prf(this.#master, `${role} finished`, sha256(transcript), VERIFY_DATA_BYTES);
  }

  /** Client key, server key, client salt, server salt (RFC 5764 section 4.2). */
  srtpKeyingMaterial(profile: SrtpProfile): Uint8Array {
    const size = 2 * SRTP_KEY_BYTES[profile];
    return prf(this.#master, "EXTRACTOR-dtls_srtp", this.#clientFirst(), size);
  }

  #clientFirst(): Uint8Array {
    return concat(this.#randoms.client, this.#randoms.server);
  }
}
