import type { Cancel, Clock } from "../../../../registry/clock.ts";
import { ClientHandshake } from "./client_handshake.ts";
import { concat } from "./bytes.ts";
import { ALERT, DtlsError } from "./errors.ts";
import type { FlightPart, Handshake, HandshakeOptions, Step } from "./handshake.ts";
import { HandshakeInbox } from "./handshake_messages.ts";
import type { SrtpProfile } from "../../srtp/keys.ts";
import type { DtlsRole, KeySchedule } from "./key_schedule.ts";
import { CONTENT, type DtlsRecord, open, readRecords, seal, writeRecord } from "./record.ts";
import { ServerHandshake } from "./server_handshake.ts";

/** Far less than the second of RFC 6347: ICE has found a path already, and somebody waits for a picture. */
const FIRST_RETRANSMISSION_MS = 100;
const LAST_RETRANSMISSION_MS = 1_600;

/** A flight that the peer repeats is answered again, but not once for each of its records. */
const REPEAT_MS = 40;

/** Fits any path that WebRTC runs over, as libwebrtc's own. */
const MAX_DATAGRAM_BYTES = 1_200;

const WARNING = 1;
const FATAL = 2;

/** What a handshake gives. */
export interface SrtpAgreement {
  readonly profile: SrtpProfile;
  readonly keyingMaterial: Uint8Array;
}

export interface DtlsSessionOptions extends HandshakeOptions {
  readonly role: DtlsRole;
  readonly clock: Clock;
  readonly send: (datagrams: readonly Uint8Array[]) => void;
  readonly onConnected: (agreement: SrtpAgreement) => void;
  /** Called once at most: the peer has ended the session, or the handshake failed. */
  readonly onEnd: (error: DtlsError) => void;
}

/**
 * DTLS 1.2 with one peer (RFC 6347), as far as DTLS-SRTP needs it: the handshake, and its end. Sends
 * nothing else, and does not negotiate twice.
 */
export class DtlsSession {
  readonly #options: DtlsSessionOptions;
  readonly #handshake: Handshake;
  readonly #inbox = new HandshakeInbox();
  /** Record numbers by epoch. */
  readonly #sequences = [0, 0];
  #keys: KeySchedule | undefined;
  #flight: readonly FlightPart[] = [];
  #flightSentAt = -Infinity;
  #cancelRetransmission: Cancel = () => {};
  #state: "handshake" | "connected" | "ended" = "handshake";

  constructor(options: DtlsSessionOptions) {
    this.#options = options;
    this.#handshake = options.role === "client"
      ? new ClientHandshake(options)
      : new ServerHandshake(options);
  }

  /** Speaks first, as a client does. */
  start(): void {
    this.#sendFlight(this.#handshake.start());
  }

  /** Takes a datagram. */
  receive(datagram: Uint8Array): void {
    for (const record of readRecords(datagram)) {
      if (this.#state === "ended") return;
      const plain = this.#open(record);
      if (plain?.type === CONTENT.handshake) this.#readHandshake(plain.fragment);
      else if (plain?.type === CONTENT.alert) this.#readAlert(plain);
    }
  }

  /** Says goodbye, once. */
  close(): void {
    if (this.#state !== "ended") this.#sendAlert(WARNING, ALERT.closeNotify);
    this.#stop();
  }

  #stop(): void {
    this.#state = "ended";
    this.#cancelRetransmission();
  }

  #fail(error: DtlsError): void {
    this.#stop();
    this.#options.onEnd(error);
  }

  #open(record: DtlsRecord): DtlsRecord | undefined {
    if (record.epoch === 0) return record;
    if (record.epoch !== 1 || this.#keys === undefined) return undefined;
    const peer = this.#options.role === "client" ? this.#keys.server : this.#keys.client;
    return open(record, peer);
  }

  /**
   * Nobody vouches for a plain alert, but during the handshake there are none but such; afterwards it
   * is none of the peer's.
   */
  #readAlert({ epoch, fragment }: DtlsRecord): void {
    const [level, alert = -1] = fragment;
    if (epoch === 0 && this.#state === "connected") return;
    if (level !== FATAL && alert !== ALERT.closeNotify) return;
    const reason = alert === ALERT.closeNotify
      ? "the peer has ended the session"
      : `the peer has ended the session with alert ${alert}`;
    this.#fail(new DtlsError(alert, reason));
  }

  #readHandshake(fragment: Uint8Array): void {
    try {
      if (this.#inbox.push(fragment)) this.#repeatFlight();
      for (;;) {
        const message = this.#inbox.shift();
        if (message === undefined || this.#state !== "handshake") return;
        this.#advance(this.#handshake.take(message));
      }
    } catch (error) {
      if (this.#state !== "handshake") return;
      const failure = error instanceof DtlsError
        ? error
        : new DtlsError(ALERT.decodeError, `a message cannot be read: ${messageOf(error)}`);
      this.#sendAlert(FATAL, failure.alert);
      this.#fail(failure);
    }
  }

  #advance({ flight, keys, profile }: Step): void {
    this.#keys ??= keys;
    if (profile !== undefined) {
      this.#state = "connected";
      this.#cancelRetransmission();
    }
    if (flight !== undefined) this.#sendFlight(flight);
    if (profile !== undefined && this.#keys !== undefined) {
      const keyingMaterial = this.#keys.srtpKeyingMaterial(profile);
      this.#options.onConnected({ profile, keyingMaterial });
    }
  }

  #sendFlight(flight: readonly FlightPart[]): void {
    this.#flight = flight;
    this.#transmit();
    this.#scheduleRetransmission(FIRST_RETRANSMISSION_MS);
  }

  /** The last flight of a handshake is repeated only when the peer asks for it by repeating its own. */
  #scheduleRetransmission(delayMs: number): void {
    this.#cancelRetransmission();
    if (this.#state !== "handshake" || this.#flight.length === 0) return;
    this.#cancelRetransmission = this.#options.clock.schedule(delayMs, () => {
      this.#transmit();
      this.#scheduleRetransmission(Math.min(delayMs * 2, LAST_RETRANSMISSION_MS));
    });
  }

  #repeatFlight(): void {
    const age = this.#options.clock.now() - this.#flightSentAt;
    if (this.#flight.length > 0 && age >= REPEAT_MS) this.#transmit();
  }

  #transmit(): void {
    this.#flightSentAt = this.#options.clock.now();
    this.#options.send(
      packed(
        this.#flight.map((part) =>
          part === "change-cipher-spec"
            ? this.#write(CONTENT.changeCipherSpec, Uint8Array.of(1), false)
            : this.#write(CONTENT.handshake, part.message, part.isSealed)
        ),
      ),
    );
  }

  #sendAlert(level: number, alert: number): void {
    const isSealed = this.#state === "connected";
    this.#options.send([this.#write(CONTENT.alert, Uint8Array.of(level, alert), isSealed)]);
  }

  #write(type: number, fragment: Uint8Array, isSealed: boolean): Uint8Array {
    const epoch = isSealed ? 1 : 0;
    const sequence = this.#sequences[epoch] ?? 0;
    this.#sequences[epoch] = sequence + 1;
    const record = { type, epoch, sequence, fragment };
    if (!isSealed || this.#keys === undefined) return writeRecord(record);
    const own = this.#options.role === "client" ? this.#keys.client : this.#keys.server;
    return writeRecord(seal(record, own));
  }
}

/** Records in as few datagrams as they fit in. */
function packed(records: readonly Uint8Array[]): readonly Uint8Array[] {
  const datagrams: Uint8Array[] = [];
  for (const record of records) {
    const last = datagrams.at(-1);
    const fits = last !== undefined && last.length + record.length <= MAX_DATAGRAM_BYTES;
    if (fits) datagrams[datagrams.length - 1] = concat(last, record);
    else datagrams.push(record);
  }
  return datagrams;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
