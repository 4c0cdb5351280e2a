/**
 * Properties: records and messages of any bytes are read or refused with a RangeError; whatever becomes of the datagrams of a DTLS handshake on the way (lost, repeated, out of
 * order, changed, made up), neither side throws; sides that connect have the same keys; a session that
 * has ended or was closed leaves no timer; and two sides that only lose datagrams connect.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  DtlsSession,
  type SrtpAgreement,
} from "../../protocols/webrtc/transport/dtls/dtls_session.ts";
import { DtlsError } from "../../protocols/webrtc/transport/dtls/errors.ts";
import {
  HandshakeInbox,
  writeHandshake,
} from "../../protocols/webrtc/transport/dtls/handshake_messages.ts";
import { readClientHello, writeClientHello } from "../../protocols/webrtc/transport/dtls/hello.ts";
import { readRecords, writeRecord } from "../../protocols/webrtc/transport/dtls/record.ts";
import { createIdentity } from "../../protocols/webrtc/transport/dtls/identity.ts";
import type { DtlsRole } from "../../protocols/webrtc/transport/dtls/key_schedule.ts";
import { VirtualClock } from "../virtual_clock.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const IDENTITY = createIdentity(Date.UTC(2025, 0, 1));
/** A handshake is some hundred times dearer than what it reads. */
const HANDSHAKE_EVERY = 256;
const ROLES: readonly DtlsRole[] = ["client", "server"];

export const target: FuzzTarget = {
  name: "dtls",
  run(random: Random, index: number): void {
    if (index % HANDSHAKE_EVERY === 0) shakeHands(random);
    else readDamaged(random);
  },
};

/** A hello as it is sent, changed. */
function readDamaged(random: Random): void {
  const hello = writeClientHello(random.bytes(32), random.bytes(random.int(20)));
  const message = writeHandshake({ type: 1, sequence: 0, body: hello });
  const record = writeRecord({ type: 22, epoch: 0, sequence: 0, fragment: message });
  for (const { fragment } of readRecords(changed(random, record))) {
    try {
      const inbox = new HandshakeInbox();
      inbox.push(fragment);
      const read = inbox.shift();
      if (read !== undefined) readClientHello(read.body);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof DtlsError)) throw error;
    }
  }
}

function shakeHands(random: Random): void {
  const isTamperedWith = random.bool();
  const clock = new VirtualClock();
  const sides = new Map<DtlsRole, DtlsSession>();
  const agreements: SrtpAgreement[] = [];
  const deliver = (datagram: Uint8Array, to: DtlsRole) => {
    if (random.int(5) === 0) return;
    const bytes = isTamperedWith ? changed(random, datagram) : datagram;
    for (let copies = 1 + random.int(2); copies > 0; copies--) {
      clock.schedule(random.int(50), () => sides.get(to)?.receive(bytes));
    }
  };
  for (const role of ROLES) {
    const to = role === "client" ? "server" : "client";
    sides.set(
      role,
      new DtlsSession({
        role,
        clock,
        identity: IDENTITY,
        fingerprints: [IDENTITY.fingerprint],
        send: (datagrams) => datagrams.forEach((datagram) => deliver(datagram, to)),
        onConnected: (agreement) => agreements.push(agreement),
        onEnd: () => {},
      }),
    );
  }
  sides.get("client")?.start();
  clock.advance(20_000);
  const [one, other] = agreements;
  if (!isTamperedWith) assertEquals(agreements.length, 2);
  if (other !== undefined) assertEquals(one, other);
  for (const side of sides.values()) side.close();
  clock.advance(100);
  assert(clock.pending === 0);
}

function changed(random: Random, datagram: Uint8Array): Uint8Array {
  const kind = random.int(8);
  if (kind > 1) return datagram;
  if (kind === 1) return random.bytes(random.int(60));
  const bytes = datagram.slice(0, random.bool() ? random.int(datagram.length) : datagram.length);
  for (let count = random.int(4); count > 0 && bytes.length > 0; count--) {
    // Most of what is read stands in the first bytes.
    bytes[random.int(random.bool() ? bytes.length : Math.min(bytes.length, 40))] = random.int(256);
  }
  return bytes;
}
