import { createECDH, type ECDH, type KeyObject, randomBytes } from "node:crypto";
import { concat, vector } from "./bytes.ts";
import { ALERT, DtlsError } from "./errors.ts";
import { HANDSHAKE, type HandshakeMessage, writeHandshake } from "./handshake_messages.ts";
import { SRTP_PROFILES, type SrtpProfile } from "../../srtp/keys.ts";
import {
  type DtlsIdentity,
  type Fingerprint,
  matchesFingerprint,
  publicKeyOf,
} from "./identity.ts";
import type { DtlsRole, KeySchedule } from "./key_schedule.ts";

/** What a handshake needs to know of both sides. */
export interface HandshakeOptions {
  readonly identity: DtlsIdentity;
  /** Those that SDP has told of the peer. */
  readonly fingerprints: readonly Fingerprint[];
}

/** Something to be sent, and sent again until the peer answers. */
export type FlightPart =
  /** A handshake message with its header, encrypted when `isSealed`. */
  | { readonly message: Uint8Array; readonly isSealed: boolean }
  | "change-cipher-spec";

/** What comes of a message. */
export interface Step {
  /** What is sent now. */
  readonly flight?: readonly FlightPart[];
  /** What was agreed to: both sides encrypt from here on. */
  readonly keys?: KeySchedule;
  /** The peer has proved that it is the one that SDP tells of, and has the same keys. */
  readonly profile?: SrtpProfile;
}

/** One side of a handshake: whole messages in order in, steps out. */
export interface Handshake {
  /** The first flight; a server has none. */
  start(): readonly FlightPart[];
  /** @throws {DtlsError} and {RangeError} for a message that cannot be read. */
  take(message: HandshakeMessage): Step;
}

/** What both sides keep: the messages so far, an ephemeral key, and who the peer is. */
export class HandshakeBasis {
  readonly identity: DtlsIdentity;
  readonly random: Uint8Array = new Uint8Array(randomBytes(32));
  readonly #fingerprints: readonly Fingerprint[];
  readonly #ephemeral: ECDH = createECDH("prime256v1");
  /** An uncompressed point. */
  readonly ephemeralKey: Uint8Array = new Uint8Array(this.#ephemeral.generateKeys());
  #messages: Uint8Array[] = [];
  #sequence = 0;
  #peerKey: KeyObject | undefined;

  constructor({ identity, fingerprints }: HandshakeOptions) {
    this.identity = identity;
    this.#fingerprints = fingerprints;
  }

  /** Writes our next message. */
  write(type: number, body: Uint8Array): Uint8Array {
    const message = writeHandshake({ type, sequence: this.#sequence++, body });
    this.#messages.push(message);
    return message;
  }

  plain(type: number, body: Uint8Array): FlightPart {
    return { message: this.write(type, body), isSealed: false };
  }

  /** Adds a message of the peer to the transcript. */
  record(message: HandshakeMessage): void {
    this.#messages.push(writeHandshake(message));
  }

  /** A hello that was only asked for a cookie does not count (RFC 6347 section 4.2.1). */
  forgetTranscript(): void {
    this.#messages = [];
  }

  /** All messages so far, as both sides saw them. */
  transcript(): Uint8Array {
    return concat(...this.#messages);
  }

  /** @throws {DtlsError} it is not the certificate that SDP tells of. */
  acceptCertificate(certificate: Uint8Array | undefined): void {
    if (certificate === undefined) {
      throw new DtlsError(ALERT.badCertificate, "the peer has no certificate");
    }
    if (!matchesFingerprint(certificate, this.#fingerprints)) {
      const reason = "the peer's certificate has another fingerprint than its description tells";
      throw new DtlsError(ALERT.badCertificate, reason);
    }
    this.#peerKey = publicKeyOf(certificate);
  }

  /** @throws {DtlsError} there is no certificate with a key that could be read. */
  get peerKey(): KeyObject {
    if (this.#peerKey !== undefined) return this.#peerKey;
    throw new DtlsError(ALERT.badCertificate, "the peer's certificate cannot be read");
  }

  /** @throws {DtlsError} the point is not on the curve. */
  premaster(peerPoint: Uint8Array): Uint8Array {
    try {
      return new Uint8Array(this.#ephemeral.computeSecret(peerPoint));
    } catch {
      throw new DtlsError(ALERT.illegalParameter, "the peer's ephemeral key is not on the curve");
    }
  }

  /** ChangeCipherSpec and Finished, which end the flight of `role`. */
  finish(role: DtlsRole, keys: KeySchedule): readonly FlightPart[] {
    const verifyData = keys.verifyData(role, this.transcript());
    const message = this.write(HANDSHAKE.finished, verifyData);
    return ["change-cipher-spec", { message, isSealed: true }];
  }

  /** @throws {DtlsError} the peer saw other messages than we did. */
  checkFinished(role: DtlsRole, keys: KeySchedule, body: Uint8Array): void {
    const expected = keys.verifyData(role, this.transcript());
    if (expected.length === body.length && expected.every((byte, at) => byte === body[at])) return;
    throw new DtlsError(ALERT.decryptError, "the peer's Finished message does not fit");
  }
}

/** The first of ours that the peer has too. @throws {DtlsError} there is none. */
export function chooseProfile(offered: readonly number[]): SrtpProfile {
  const profile = SRTP_PROFILES.find((candidate) => offered.includes(candidate));
  if (profile !== undefined) return profile;
  throw new DtlsError(ALERT.handshakeFailure, "there is no SRTP profile that both sides have");
}

export function unexpected({ type }: HandshakeMessage, state: string): DtlsError {
  const reason = `handshake message ${type} came where ${state} is due`;
  return new DtlsError(ALERT.unexpectedMessage, reason);
}

/** What of a ServerKeyExchange is signed: both randoms and the curve with the point. */
export function signedParams(
  client: Uint8Array,
  server: Uint8Array,
  params: Uint8Array,
): Uint8Array {
  return concat(client, server, params);
}

/** A named curve and a point on it (RFC 8422 section 5.4). */
export function curveParams(curve: number, point: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(3, curve >> 8, curve & 0xff), vector(point, 1));
}
