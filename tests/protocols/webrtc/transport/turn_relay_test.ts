import { assert, assertEquals, assertRejects } from "@std/assert";
import { MemoryTransport } from "../../../../protocols/_transport/memory_transport.ts";
import type {
  Address,
  DatagramSocket,
  ListenDatagramOptions,
} from "../../../../protocols/_transport/transport.ts";
import { type Logger, silentLogger } from "../../../../protocols/logger.ts";
import { RtcError } from "../../../../protocols/webrtc/errors.ts";
import { createIdentity } from "../../../../protocols/webrtc/transport/dtls/identity.ts";
import type { PeerAddress } from "../../../../protocols/webrtc/transport/peer_address.ts";
import { RtcPort } from "../../../../protocols/webrtc/transport/rtc_port.ts";
import {
  longTermKey,
  parseTurn,
  type TurnFields,
  type TurnMessage,
  writeChannelData,
  writeTurn,
} from "../../../../protocols/webrtc/transport/turn_message.ts";
import { TurnRelay } from "../../../../protocols/webrtc/transport/turn_relay.ts";
import { VirtualClock } from "../../../virtual_clock.ts";
import { CREDENTIALS, FakeTurnServer } from "./fake_turn_server.ts";

const NOW = Date.UTC(2025, 0, 1);
const [OURS, THEIRS] = [createIdentity(NOW), createIdentity(NOW)];
const PORT = 8189;
const TURN_PORT = 3478;

/** A network in which our port and the TURN server reach each other only. */
class ClosedTransport extends MemoryTransport {
  isClosed = true;

  override async listenDatagram(options: ListenDatagramOptions): Promise<DatagramSocket> {
    const socket = await super.listenDatagram(options);
    const { port } = socket.address;
    const passes = (to: Address) =>
      !this.isClosed ||
      (port === PORT ? to.port === TURN_PORT : to.port !== PORT || port === TURN_PORT);
    return {
      address: socket.address,
      receive: () => socket.receive(),
      close: () => socket.close(),
      send: (datagrams: readonly Uint8Array[], to: Address) =>
        passes(to) ? socket.send(datagrams, to) : Promise.resolve(datagrams.length),
    };
  }
}

/** Our port, which has a relay, a peer's port, and all that was logged. */
class Meeting {
  readonly clock = new VirtualClock();
  readonly transport = new ClosedTransport();
  readonly warnings: string[] = [];
  readonly packets = { server: [] as string[], client: [] as string[] };

  /** Runs `test`, and sees to it that nothing is left of it. */
  async run(
    test: (ports: { server: RtcPort; client: RtcPort; turn: FakeTurnServer }) => Promise<void>,
    credential = CREDENTIALS.credential,
    prepare: (turn: FakeTurnServer) => void = () => {},
  ): Promise<void> {
    const { clock, transport } = this;
    const turn = await FakeTurnServer.open(transport, clock);
    prepare(turn);
    const warn: Logger["warn"] = (line, fields) =>
      void this.warnings.push(`${line}: ${fields?.reason}`);
    const log = { ...silentLogger, warn };
    const common = { clock, transport, host: "127.0.0.1", maxPeers: 10, silentMs: 15_000 };
    const turnServer = { host: "127.0.0.1", port: TURN_PORT, ...CREDENTIALS, credential };
    const server = await RtcPort.open({
      ...common,
      log,
      ports: [PORT],
      identity: OURS,
      turnServer,
    });
    const client = await RtcPort.open({ ...common, log, ports: [0], identity: THEIRS });
    await clock.run(10);
    try {
      await test({ server, client, turn });
    } finally {
      await Promise.all([server.close(), client.close()]);
      await clock.run(0);
      turn.close();
    }
    assertEquals(clock.pending, 0);
  }

  async connect({ server, client }: { readonly server: RtcPort; readonly client: RtcPort }) {
    const us = server.createPeer({ role: "controlled", receiver: recorder(this.packets.server) });
    const them = client.createPeer({
      role: "controlling",
      receiver: recorder(this.packets.client),
    });
    us.addRemote({ ice: them.ice, iceLite: false, candidates: them.candidates });
    them.addRemote({ ice: us.ice, iceLite: false, candidates: us.candidates });
    const ours = us.connect({ fingerprints: [them.fingerprint], setup: "actpass" });
    const theirs = them.connect({ fingerprints: [us.fingerprint], setup: "passive" });
    const both = Promise.all([ours, theirs]);
    both.catch(() => {});
    await this.clock.run(20_000);
    const [transport, remote] = await both;
    return { us: transport, them: remote };
  }
}

function recorder(texts: string[]) {
  const take = (packet: Uint8Array) =>
    void texts.push(new TextDecoder().decode(packet.subarray(12)));
  return { rtp: take, rtcp: () => {} };
}

function byRelay(address: Address): PeerAddress {
  return { ...address, via: "relay" };
}

function rtp(sequence: number, text: string) {
  const header = Uint8Array.of(0x80, 96, 0, sequence, 0, 0, 0, 0, 0, 0, 0, 7);
  return { header, payload: new TextEncoder().encode(text) };
}

Deno.test("peers that cannot reach each other connect by the relay, and media goes in a channel", async () => {
  const meeting = new Meeting();
  await meeting.run(async ({ server, client, turn }) => {
    const { us, them } = await meeting.connect({ server, client });
    const [relayed] = turn.relayed;
    assertEquals(us.remote, byRelay(client.address));
    assertEquals(them.remote, relayed);
    const { indications, channelPackets } = turn;
    await us.sendRtp([rtp(1, "one"), rtp(2, "two")]);
    await them.sendRtp([rtp(9, "back")]);
    await meeting.clock.run(1);
    assertEquals(meeting.packets, { server: ["back"], client: ["one", "two"] });
    assertEquals([turn.indications, turn.channelPackets], [indications, channelPackets + 2]);
    assertEquals(meeting.warnings, []);
  });
});

Deno.test("one address of the relay serves all peers, and is given back at the end", async () => {
  const meeting = new Meeting();
  let log: readonly string[] = [];
  await meeting.run(async ({ server, client, turn }) => {
    log = turn.log;
    const told = [1, 2].map(() =>
      server.createPeer({ role: "controlled", receiver: recorder([]) }).candidates
        .filter(({ type }) => type === "relay")
        .map(({ address, port, relatedPort }) => [address, port, relatedPort])
    );
    const [relayed] = turn.relayed;
    const expected = [["127.0.0.1", relayed?.port, PORT]];
    assertEquals(told, [expected, expected]);
    assertEquals(
      client.createPeer({ role: "controlled", receiver: recorder([]) }).candidates.length,
      1,
    );
    await meeting.clock.run(0);
  });
  assertEquals(log, ["allocate 401", "allocate", "refresh for 0"]);
});

Deno.test("where the direct way is open, it is taken", async () => {
  const meeting = new Meeting();
  meeting.transport.isClosed = false;
  await meeting.run(async ({ server, client }) => {
    const { us } = await meeting.connect({ server, client });
    assertEquals(us.remote, client.address);
  });
});

Deno.test("what the relay grants is renewed for as long as it is used", async () => {
  const meeting = new Meeting();
  await meeting.run(async ({ server, client, turn }) => {
    const { us, them } = await meeting.connect({ server, client });
    await meeting.clock.run(1_260_000);
    await us.sendRtp([rtp(1, "still here")]);
    await them.sendRtp([rtp(1, "so am I")]);
    await meeting.clock.run(1);
    assertEquals(meeting.packets, { server: ["so am I"], client: ["still here"] });
    assertEquals(turn.log.filter((line) => line === "refresh").length, 2);
    assertEquals(turn.log.filter((line) => line === "createPermission").length, 1 + 5);
    assertEquals(turn.log.filter((line) => line === "channelBind").length, 1 + 5);
  });
});

Deno.test("what is not used any more is not renewed", async () => {
  const meeting = new Meeting();
  await meeting.run(async ({ server, client, turn }) => {
    const { us } = await meeting.connect({ server, client });
    us.signal.addEventListener("abort", () => {});
    await client.close();
    await meeting.clock.run(600_000);
    const asked = () =>
      turn.log.filter((line) => /^(createPermission|channelBind)$/.test(line)).length;
    const before = asked();
    await meeting.clock.run(600_000);
    assertEquals(asked(), before);
    assert(turn.relayed.length === 1);
  });
});

Deno.test("a nonce that has become stale is replaced", async () => {
  const meeting = new Meeting();
  await meeting.run(async ({ server, client, turn }) => {
    turn.nonce = "another nonce";
    const { us } = await meeting.connect({ server, client });
    assertEquals(turn.log.slice(2, 4), ["createPermission 438", "createPermission"]);
    turn.nonce = "a third nonce";
    await meeting.clock.run(601_000);
    assertEquals(us.signal.aborted, false);
    assertEquals(meeting.warnings, []);
  });
});

Deno.test("without a relay, all works that did before, and why there is none is told once", async () => {
  const meeting = new Meeting();
  meeting.transport.isClosed = false;
  await meeting.run(async ({ server, client, turn }) => {
    await meeting.clock.run(1_200_000);
    const { us } = await meeting.connect({ server, client });
    assertEquals(us.remote, client.address);
    assertEquals(meeting.warnings, [
      "WebRTC is not relayed: 127.0.0.1:3478 answers 401, user or password is wrong",
    ]);
    // A challenge and an answer each; after 2, 4, ... and at last 300 s.
    assertEquals(turn.log.length, 2 * 11);
  }, "a wrong password");
});

Deno.test("an allocation that was refused is asked for again", async () => {
  const meeting = new Meeting();
  await meeting.run(
    async ({ server, client, turn }) => {
      assertEquals(turn.relayed, []);
      turn.refusals = {};
      await meeting.clock.run(2_000);
      const { us } = await meeting.connect({ server, client });
      assertEquals(us.remote, byRelay(client.address));
      const quota = "WebRTC is not relayed: 127.0.0.1:3478 answers 486, allocation quota reached";
      assertEquals(meeting.warnings, [quota]);
    },
    undefined,
    (turn) => turn.refusals = { allocate: 486 },
  );
});

Deno.test("a server that is silent is asked seldom", async () => {
  const meeting = new Meeting();
  await meeting.run(
    async ({ turn }) => {
      await meeting.clock.run(60_000);
      assertEquals(meeting.warnings, ["WebRTC is not relayed: no answer from 127.0.0.1:3478"]);
      turn.isSilent = false;
      await meeting.clock.run(60_000);
      assertEquals(turn.relayed.length, 1);
    },
    undefined,
    (turn) => turn.isSilent = true,
  );
});

Deno.test("an allocation that is left of one who had the port before us is ended", async () => {
  const meeting = new Meeting();
  await meeting.run(async ({ server, turn }) => {
    const { clock, transport } = meeting;
    const { address } = server;
    // Has no chance to give anything back.
    transport.isClosed = true;
    turn.isSilent = true;
    await server.close();
    turn.isSilent = false;
    const turnServer = { host: "127.0.0.1", port: TURN_PORT, ...CREDENTIALS };
    const next = await RtcPort.open({
      ...{ clock, transport, host: "127.0.0.1", log: silentLogger, identity: OURS, turnServer },
      ...{ ports: [address.port], maxPeers: 10, silentMs: 15_000 },
    });
    await clock.run(10);
    assertEquals(turn.log.slice(2), ["allocate 437", "refresh 401", "refresh for 0", "allocate"]);
    await next.close();
  });
});

Deno.test("a server that has forgotten us is asked anew", async () => {
  const meeting = new Meeting();
  await meeting.run(async ({ server, client, turn }) => {
    turn.forget();
    await meeting.clock.run(545_000);
    assertEquals(turn.relayed.length, 1);
    assertEquals(meeting.warnings.length, 1);
    const { us } = await meeting.connect({ server, client });
    assertEquals(us.remote, byRelay(client.address));
  });
});

Deno.test("peers to whom the server relays nothing are told of once, and sent nothing", async () => {
  const meeting = new Meeting();
  await meeting.run(
    async ({ server, client, turn }) => {
      const failure = await assertRejects(() => meeting.connect({ server, client }), RtcError);
      assertEquals(failure.code, "ice-failed");
      assertEquals(meeting.warnings, [
        "The relay does not let us reach 127.0.0.1: 127.0.0.1:3478 answers 403, forbidden",
      ]);
      assertEquals([turn.indications, turn.log.length], [0, 3]);
      await meeting.clock.run(600_000);
      await assertRejects(() => meeting.connect({ server, client }), RtcError);
      assertEquals(meeting.warnings.length, 1);
    },
    undefined,
    (turn) => turn.refusals = { createPermission: 403 },
  );
});

/** A relay alone, and the last that it has asked of its server. */
function openRelay() {
  const clock = new VirtualClock();
  const datagrams: (readonly [Uint8Array, PeerAddress])[] = [];
  let asked: TurnMessage | undefined;
  const relay = new TurnRelay({
    server: { host: "turn.example.org", port: TURN_PORT, ...CREDENTIALS },
    clock,
    log: silentLogger,
    send: ([bytes]) => {
      const message = bytes && parseTurn(bytes);
      if (message?.class === "request") asked = message;
      return Promise.resolve(1);
    },
    onDatagram: (bytes, from) => datagrams.push([bytes, from]),
  });
  const realm = new TextEncoder().encode("example.org");
  const key = longTermKey(CREDENTIALS.username, realm, CREDENTIALS.credential);
  /** Answers what was asked last. */
  const answer = (fields: Partial<TurnFields>, signing?: Uint8Array) => {
    const { method = "allocate", transactionId = new Uint8Array(12) } = asked ?? {};
    const bytes = writeTurn({ method, class: "response", transactionId, ...fields }, signing);
    return relay.receive(bytes, SERVER);
  };
  const challenge = () => answer({ class: "error", errorCode: 401, realm, nonce: realm });
  return { relay, clock, datagrams, answer, challenge, key };
}

const SERVER = { host: "192.0.2.1", port: TURN_PORT };
const ADDRESSES = {
  relayed: { host: "192.0.2.1", port: 50_000 },
  mapped: { host: "203.0.113.9", port: 4_000 },
};

Deno.test("an answer is believed when it is signed, and is to what was asked", async () => {
  const { relay, clock, answer, challenge, key } = openRelay();
  assert(!answer(ADDRESSES));
  assert(challenge());
  assert(!answer(ADDRESSES));
  assert(!answer(ADDRESSES, new Uint8Array(16)));
  assert(!answer({ ...ADDRESSES, transactionId: new Uint8Array(12) }, key));
  assertEquals(relay.addresses, undefined);
  assert(answer(ADDRESSES, key));
  assertEquals(relay.addresses?.relayed, ADDRESSES.relayed);
  await relay.close();
  assertEquals([relay.addresses, clock.pending], [undefined, 0]);
});

Deno.test("nobody but the server is believed to relay", async () => {
  const { relay, datagrams, answer, challenge, key } = openRelay();
  challenge();
  answer(ADDRESSES, key);
  const peer = { host: "198.51.100.7", port: 5_000 };
  await relay.send([Uint8Array.of(0x80, 96)], peer);
  answer({}, key);
  const data = Uint8Array.of(0x80, 200, 0, 1);
  const transactionId = new Uint8Array(12);
  const ways = [
    writeTurn({ method: "data", class: "indication", transactionId, peer, data }),
    writeChannelData({ channel: 0x4000, data }),
  ];
  for (const bytes of ways) {
    assertEquals(relay.receive(bytes, { ...SERVER, port: 3479 }), false);
    assertEquals(relay.receive(bytes, { ...SERVER, host: "192.0.2.9" }), false);
  }
  assertEquals(datagrams, []);
  for (const bytes of ways) assert(relay.receive(bytes, SERVER));
  assertEquals(datagrams, [[data, byRelay(peer)], [data, byRelay(peer)]]);
  assertEquals(relay.receive(writeChannelData({ channel: 0x4001, data }), SERVER), false);
  await relay.close();
});
