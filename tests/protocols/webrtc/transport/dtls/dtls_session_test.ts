import { assert, assertEquals } from "@std/assert";
import { VirtualClock } from "../../../../virtual_clock.ts";
import {
  DtlsSession,
  type SrtpAgreement,
} from "../../../../../protocols/webrtc/transport/dtls/dtls_session.ts";
import type { DtlsError } from "../../../../../protocols/webrtc/transport/dtls/errors.ts";
import {
  createIdentity,
  type Fingerprint,
} from "../../../../../protocols/webrtc/transport/dtls/identity.ts";
import type { DtlsRole } from "../../../../../protocols/webrtc/transport/dtls/key_schedule.ts";

const NOW = Date.UTC(2025, 0, 1);
const CLIENT = createIdentity(NOW);
const SERVER = createIdentity(NOW);
const STRANGER = createIdentity(NOW);

/** Says what becomes of a datagram on the way: none, one or more, with a delay each. */
type Way = (datagram: Uint8Array, from: DtlsRole) => readonly { bytes: Uint8Array; ms: number }[];

const straight: Way = (bytes) => [{ bytes, ms: 1 }];

interface Side {
  readonly session: DtlsSession;
  agreement?: SrtpAgreement;
  end?: DtlsError;
  sent: number;
}

/** A client and a server with a way between them. */
class Pair {
  readonly clock = new VirtualClock();
  readonly client: Side;
  readonly server: Side;
  readonly #way: Way;

  constructor(
    way: Way = straight,
    fingerprints: Partial<Record<DtlsRole, readonly Fingerprint[]>> = {},
    identities = { client: CLIENT, server: SERVER },
  ) {
    this.#way = way;
    const expected = {
      client: [CLIENT.fingerprint],
      server: [SERVER.fingerprint],
      ...fingerprints,
    };
    this.client = this.#side("client", identities.client, expected.server);
    this.server = this.#side("server", identities.server, expected.client);
    this.client.session.start();
  }

  #side(role: DtlsRole, identity: typeof CLIENT, fingerprints: readonly Fingerprint[]): Side {
    const side: Side = {
      sent: 0,
      session: new DtlsSession({
        role,
        identity,
        fingerprints,
        clock: this.clock,
        send: (datagrams) => {
          side.sent += datagrams.length;
          for (const datagram of datagrams) this.#deliver(datagram, role);
        },
        onConnected: (agreement) => side.agreement = agreement,
        onEnd: (error) => side.end = error,
      }),
    };
    return side;
  }

  #deliver(datagram: Uint8Array, from: DtlsRole): void {
    for (const { bytes, ms } of this.#way(datagram, from)) {
      this.clock.schedule(ms, () => {
        const to = from === "client" ? this.server : this.client;
        to.session.receive(bytes);
      });
    }
  }

  assertConnected(): void {
    assert(this.client.agreement !== undefined && this.server.agreement !== undefined);
    assertEquals(this.client.agreement, this.server.agreement);
    assertEquals(this.client.agreement.profile, 7);
    assertEquals(this.client.agreement.keyingMaterial.byteLength, 56);
  }
}

function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

Deno.test("a handshake takes two round trips and gives both sides the same keys", () => {
  const pair = new Pair();
  pair.clock.advance(4);
  pair.assertConnected();
  assertEquals(pair.clock.pending, 0);
});

for (let seed = 1; seed <= 40; seed++) {
  Deno.test(`a handshake gets through loss, repetition and disorder (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const pair = new Pair((bytes) => {
      if (random() < 0.3) return [];
      const ms = Math.floor(random() * 60);
      return random() < 0.3 ? [{ bytes, ms }, { bytes, ms: ms + 30 }] : [{ bytes, ms }];
    });
    pair.clock.advance(10_000);
    pair.assertConnected();
    assertEquals(pair.clock.pending, 0);
  });
}

/** Cuts every record of the first epoch into handshake fragments of 50 bytes, last one first. */
const inPieces: Way = (datagram) => {
  const pieces: { bytes: Uint8Array; ms: number }[] = [];
  const view = new DataView(datagram.buffer, datagram.byteOffset);
  for (let at = 0; at < datagram.byteLength;) {
    const end = at + 13 + view.getUint16(at + 11);
    const record = datagram.subarray(at, end);
    if (record[0] !== 22 || view.getUint16(at + 3) !== 0) pieces.push({ bytes: record, ms: 20 });
    else {
      const length = end - at - 25;
      for (let from = 0; from === 0 || from < length; from += 50) {
        const piece = record.subarray(25 + from, Math.min(25 + from + 50, 25 + length));
        const bytes = new Uint8Array(25 + piece.byteLength);
        bytes.set(record.subarray(0, 25));
        bytes.set(piece, 25);
        const out = new DataView(bytes.buffer);
        out.setUint16(11, 12 + piece.byteLength);
        out.setUint16(13 + 7, from);
        out.setUint16(13 + 10, piece.byteLength);
        pieces.push({ bytes, ms: 10 - from / 100 });
      }
    }
    at = end;
  }
  return pieces;
};

Deno.test("messages are put together from pieces in any order", () => {
  const pair = new Pair(inPieces);
  pair.clock.advance(100);
  pair.assertConnected();
});

for (const role of ["client", "server"] as const) {
  Deno.test(`a ${role} with another certificate than was described is refused`, () => {
    const pair = new Pair(straight, { [role]: [STRANGER.fingerprint] });
    pair.clock.advance(10_000);
    const [judge, stranger] = role === "client"
      ? [pair.server, pair.client]
      : [pair.client, pair.server];
    assertEquals(
      judge.end?.message,
      "the peer's certificate has another fingerprint than its description tells",
    );
    assertEquals(stranger.end?.message, "the peer has ended the session with alert 42");
    assertEquals(pair.clock.pending, 0);
  });

  // Certificates are public: what counts is the key.
  Deno.test(`a ${role} with the certificate of somebody else is refused`, () => {
    const [own, other] = role === "client" ? [STRANGER, SERVER] : [CLIENT, STRANGER];
    const identities = role === "client"
      ? { client: { ...own, certificate: CLIENT.certificate }, server: other }
      : { client: own, server: { ...other, certificate: SERVER.certificate } };
    const expected = { server: [identities.server.fingerprint] };
    const pair = new Pair(straight, role === "client" ? expected : {}, identities);
    pair.clock.advance(10_000);
    const judge = role === "client" ? pair.server : pair.client;
    assertEquals(judge.end?.message, "the peer does not have the key of its certificate");
  });
}

Deno.test("a goodbye ends the other side", () => {
  const pair = new Pair();
  pair.clock.advance(10);
  pair.client.session.close();
  pair.clock.advance(10);
  assertEquals(pair.server.end?.message, "the peer has ended the session");
  assertEquals(pair.client.end, undefined);
});

Deno.test("an alert or a hello that nobody vouches for does not end a session", () => {
  const pair = new Pair();
  pair.clock.advance(10);
  const alert = Uint8Array.of(21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40);
  pair.server.session.receive(alert);
  const hello = new Uint8Array(25 + 4);
  hello.set([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 16, 1, 0, 0, 4, 0, 2, 0, 0, 0, 0, 0, 4]);
  pair.server.session.receive(hello);
  assertEquals(pair.server.end, undefined);
});

Deno.test("closing before the end of the handshake leaves no timer", () => {
  const pair = new Pair(() => []);
  assertEquals(pair.clock.pending, 1);
  pair.client.session.close();
  pair.server.session.close();
  assertEquals(pair.clock.pending, 0);
});

Deno.test("what cannot be read fails the handshake with a reason", () => {
  const pair = new Pair(() => []);
  const record = Uint8Array.of(
    ...[22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 14],
    ...[1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0xfe, 0xfd],
  );
  pair.server.session.receive(record);
  assertEquals(
    pair.server.end?.message,
    "a message cannot be read: 32 bytes expected, 0 left",
  );
  pair.client.session.close();
});
