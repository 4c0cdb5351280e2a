import { createCipheriv, createDecipheriv } from "node:crypto";
import { ByteReader, concat, uint, vector } from "./bytes.ts";

export const CONTENT = { changeCipherSpec: 20, alert: 21, handshake: 22 } as const;

const HEADER_BYTES = 13;
/** DTLS 1.2 as the record layer writes it; a first ClientHello may say 1.0, which is let pass. */
const VERSION = 0xfefd;
const VERSION_MAJOR = 0xfe;

/** An AEAD record has its explicit nonce in front and its tag behind (RFC 5288 section 3). */
const EXPLICIT_NONCE_BYTES = 8;
const TAG_BYTES = 16;

export interface DtlsRecord {
  readonly type: number;
  readonly epoch: number;
  readonly sequence: number;
  /** As on the wire: encrypted from epoch 1 on. */
  readonly fragment: Uint8Array;
}

/** The records of a datagram, up to the first that is not sound (RFC 6347 section 4.1.2.7). */
export function* readRecords(datagram: Uint8Array): Generator<DtlsRecord> {
  const reader = new ByteReader(datagram);
  while (reader.left >= HEADER_BYTES) {
    const type = reader.uint(1);
    if (reader.uint(2) >> 8 !== VERSION_MAJOR) return;
    const epoch = reader.uint(2);
    const sequence = reader.uint(6);
    const length = reader.uint(2);
    if (length > reader.left) return;
    yield { type, epoch, sequence, fragment: reader.take(length) };
  }
}

export function writeRecord({ type, epoch, sequence, fragment }: DtlsRecord): Uint8Array {
  const head = [uint(type, 1), uint(VERSION, 2), uint(epoch, 2), uint(sequence, 6)];
  return concat(...head, vector(fragment, 2));
}

/** Key and the fixed part of the nonce, of one direction. */
export interface RecordKey {
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
}

/** Encrypts one direction with AES-128-GCM (RFC 5288). */
export function seal(record: DtlsRecord, { key, salt }: RecordKey): DtlsRecord {
  const explicit = concat(uint(record.epoch, 2), uint(record.sequence, 6));
  const cipher = createCipheriv("aes-128-gcm", key, concat(salt, explicit));
  cipher.setAAD(additionalData(record, record.fragment.byteLength));
  const sealed = cipher.update(record.fragment);
  cipher.final();
  return { ...record, fragment: concat(explicit, sealed, cipher.getAuthTag()) };
}

/** `undefined` for a record that the peer has not sealed. */
export function open(record: DtlsRecord, { key, salt }: RecordKey): DtlsRecord | undefined {
  const { fragment } = record;
  const length = fragment.byteLength - EXPLICIT_NONCE_BYTES - TAG_BYTES;
  if (length < 0) return undefined;
  const nonce = concat(salt, fragment.subarray(0, EXPLICIT_NONCE_BYTES));
  const decipher = createDecipheriv("aes-128-gcm", key, nonce);
  decipher.setAAD(additionalData(record, length));
  decipher.setAuthTag(fragment.subarray(EXPLICIT_NONCE_BYTES + length));
  try {
    const sealed = fragment.subarray(EXPLICIT_NONCE_BYTES, EXPLICIT_NONCE_BYTES + length);
    const plain = new Uint8Array(decipher.update(sealed));
    decipher.final();
    return { ...record, fragment: plain };
  } catch {
    return undefined;
  }
}

function additionalData({ epoch, sequence, type }: DtlsRecord, length: number): Uint8Array {
  return concat(
    uint(epoch, 2),
    uint(sequence, 6),
    uint(type, 1),
    uint(VERSION, 2),
    uint(length, 2),
  );
}
