import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { MemoryTransport } from "../../../../protocols/_transport/memory_transport.ts";
import type {
  Address,
  DatagramSocket,
  ListenDatagramOptions,
} from "../../../../protocols/_transport/transport.ts";
import { silentLogger } from "../../../../protocols/logger.ts";
import { RtcError } from "../../../../protocols/webrtc/errors.ts";
import type { RtcReceiver, RtcTransport } from "../../../../protocols/webrtc/rtc_transport.ts";
import type { Candidate } from "../../../../protocols/webrtc/sdp/candidate.ts";
import { createIdentity } from "../../../../protocols/webrtc/transport/dtls/identity.ts";
import type { IceRole } from "../../../../protocols/webrtc/transport/ice_agent.ts";
import type { RtcPeer } from "../../../../protocols/webrtc/transport/rtc_peer.ts";
import { RtcPort } from "../../../../protocols/webrtc/transport/rtc_port.ts";
import { VirtualClock } from "../../../virtual_clock.ts";

/** Says whether a datagram arrives. */
type Way = (datagram: Uint8Array) => boolean;

/** A network that loses what it is told to. */
class LossyTransport extends MemoryTransport {
  arrives: Way = () => true;

  override async listenDatagram(options: ListenDatagramOptions): Promise<DatagramSocket> {
    const socket = await super.listenDatagram(options);
    return {
      address: socket.address,
      receive: () => socket.receive(),
      close: () => socket.close(),
      send: async (datagrams: readonly Uint8Array[], to: Address) => {
        await socket.send(datagrams.filter((datagram) => this.arrives(datagram)), to);
        return datagrams.length;
      },
    };
  }
}

class Recorder implements RtcReceiver {
  readonly packets: Uint8Array[] = [];
  readonly reports: Uint8Array[] = [];

  rtp(packet: Uint8Array): void {
    this.packets.push(packet);
  }

  rtcp(packet: Uint8Array): void {
    this.reports.push(packet);
  }
}

const NOW = Date.UTC(2025, 0, 1);
const IDENTITIES = [createIdentity(NOW), createIdentity(NOW), createIdentity(NOW)] as const;
const [OURS, THEIRS, STRANGER] = IDENTITIES;
const SILENT_MS = 15_000;

/** Two ports with a way between them, and a peer on each. */
class Meeting {
  readonly clock = new VirtualClock();
  readonly transport = new LossyTransport();
  readonly receivers = { server: new Recorder(), client: new Recorder() };

  async open(maxPeers = 10): Promise<{ readonly server: RtcPort; readonly client: RtcPort }> {
    const { clock, transport } = this;
    const common = { clock, transport, log: silentLogger, host: "127.0.0.1", maxPeers };
    const silentMs = SILENT_MS;
    return {
      server: await RtcPort.open({ ...common, silentMs, ports: [8189], identity: OURS }),
      client: await RtcPort.open({ ...common, silentMs, ports: [0], identity: THEIRS }),
    };
  }

  /** Runs `test`, and sees to it that nothing is left of it. */
  async run(test: (ports: { server: RtcPort; client: RtcPort }) => Promise<void>): Promise<void> {
    const ports = await this.open();
    try {
      await test(ports);
    } finally {
      ports.server.close();
      ports.client.close();
    }
    assertEquals(this.clock.pending, 0);
  }

  peer(port: RtcPort, role: IceRole): RtcPeer {
    const receiver = role === "controlled" ? this.receivers.server : this.receivers.client;
    return port.createPeer({ role, receiver });
  }

  /** Both peers, told of each other. */
  pair({ server, client }: { server: RtcPort; client: RtcPort }): { us: RtcPeer; them: RtcPeer } {
    const us = this.peer(server, "controlled");
    const them = this.peer(client, "controlling");
    introduce(us, them);
    introduce(them, us);
    return { us, them };
  }

  async connect(
    { us, them }: { us: RtcPeer; them: RtcPeer },
  ): Promise<{ server: RtcTransport; client: RtcTransport }> {
    const server = us.connect({ fingerprints: [them.fingerprint], setup: "actpass" });
    const client = them.connect({ fingerprints: [us.fingerprint], setup: "passive" });
    await this.clock.run(5_000);
    return { server: await server, client: await client };
  }
}

function introduce(peer: RtcPeer, to: RtcPeer, candidates: readonly Candidate[] = to.candidates) {
  peer.addRemote({ ice: to.ice, iceLite: false, candidates });
}

function rtp(sequence: number, text: string) {
  const header = Uint8Array.of(0x80, 96, 0, sequence, 0, 0, 0, 0, 0, 0, 0, 7);
  return { header, payload: new TextEncoder().encode(text) };
}

function textOf(packet: Uint8Array | undefined): string {
  return new TextDecoder().decode(packet?.subarray(12));
}

const REPORT = Uint8Array.of(0x81, 201, 0, 7, 0, 0, 0, 7, ...new Uint8Array(24));

Deno.test("two peers connect and exchange packets both ways", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const { server, client } = await meeting.connect(meeting.pair(ports));
    await server.sendRtp([rtp(1, "one"), rtp(2, "two")]);
    await client.sendRtp([rtp(9, "back")]);
    await client.sendRtcp(REPORT);
    await meeting.clock.run(1);
    assertEquals(meeting.receivers.client.packets.map(textOf), ["one", "two"]);
    assertEquals(meeting.receivers.server.packets.map(textOf), ["back"]);
    assertEquals(meeting.receivers.server.reports, [REPORT]);
    assertEquals(server.remote, ports.client.address);
  });
});

Deno.test("batches that are sent without waiting arrive in their order", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const { server } = await meeting.connect(meeting.pair(ports));
    await Promise.all([1, 2, 3, 4].map((n) => server.sendRtp([rtp(n, `${n}`)])));
    await meeting.clock.run(1);
    assertEquals(meeting.receivers.client.packets.map(textOf), ["1", "2", "3", "4"]);
  });
});

Deno.test("what cannot be protected holds up nobody whose turn is next", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const { server } = await meeting.connect(meeting.pair(ports));
    const refused = assertRejects(() => server.sendRtp([rtp(1, "x".repeat(100_000))]), RangeError);
    await server.sendRtp([rtp(2, "next")]);
    await refused;
    await meeting.clock.run(1);
    assertEquals(meeting.receivers.client.packets.map(textOf), ["next"]);
  });
});

Deno.test("nothing but the turns of a peer is waited for on a way without loss", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const { us, them } = meeting.pair(ports);
    us.connect({ fingerprints: [them.fingerprint], setup: "actpass" });
    them.connect({ fingerprints: [us.fingerprint], setup: "passive" });
    for (let turn = 0; turn < 10; turn++) await meeting.clock.run(0);
    assert(us.isConnected && them.isConnected);
    assertEquals(meeting.clock.now(), 0);
  });
});

for (let seed = 1; seed <= 20; seed++) {
  Deno.test(`peers connect where a fifth is lost (seed ${seed})`, async () => {
    const meeting = new Meeting();
    let state = seed;
    meeting.transport.arrives = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32 >= 0.2;
    };
    await meeting.run(async (ports) => {
      const { server } = await meeting.connect(meeting.pair(ports));
      assertEquals(server.remote, ports.client.address);
    });
  });
}

Deno.test("a peer that is not told of is found by its own checks, as one behind a name is", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const us = meeting.peer(ports.server, "controlled");
    const them = meeting.peer(ports.client, "controlling");
    introduce(us, them, them.candidates.map((known) => ({ ...known, address: "0b3f.local" })));
    introduce(them, us);
    const { server } = await meeting.connect({ us, them });
    assertEquals(server.remote, ports.client.address);
  });
});

Deno.test("checks that come before the answer are remembered", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const us = meeting.peer(ports.server, "controlled");
    const them = meeting.peer(ports.client, "controlling");
    introduce(them, us);
    await meeting.clock.run(100);
    introduce(us, them, []);
    await meeting.connect({ us, them });
  });
});

Deno.test("candidates that come later are checked", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const us = meeting.peer(ports.server, "controlled");
    const them = meeting.peer(ports.client, "controlling");
    introduce(us, them, []);
    introduce(them, us, []);
    await meeting.clock.run(3_000);
    them.addCandidates(us.candidates);
    await meeting.connect({ us, them });
  });
});

Deno.test("two that both want to control agree on one", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const us = meeting.peer(ports.server, "controlling");
    const them = meeting.peer(ports.client, "controlling");
    introduce(us, them);
    introduce(them, us);
    await meeting.connect({ us, them });
  });
});

Deno.test("a peer of another identity than its description tells is refused", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const { us, them } = meeting.pair(ports);
    const server = us.connect({ fingerprints: [STRANGER.fingerprint], setup: "actpass" });
    const client = them.connect({ fingerprints: [us.fingerprint], setup: "passive" });
    const failures = [assertRejects(() => server, RtcError), assertRejects(() => client, RtcError)];
    await meeting.clock.run(1_000);
    const [atUs, atThem] = await Promise.all(failures);
    assertEquals(atUs?.code, "dtls-failed");
    const { port } = ports.client.address;
    assertEquals(
      atUs?.message,
      `Cannot agree on keys with 127.0.0.1:${port}: the peer's certificate has another ` +
        "fingerprint than its description tells",
    );
    assertEquals(atThem?.code, "dtls-failed");
    assertEquals(ports.server.size, 0);
  });
});

Deno.test("a peer that never starts the handshake is given up", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const { us, them } = meeting.pair(ports);
    const server = us.connect({ fingerprints: [them.fingerprint], setup: "actpass" });
    const failure = assertRejects(() => server, RtcError, "the handshake took more than 10 s");
    await meeting.clock.run(11_000);
    assertEquals((await failure).code, "dtls-failed");
  });
});

Deno.test("a failure of ICE tells what was tried and what came of it", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const us = meeting.peer(ports.server, "controlled");
    const base = { foundation: "1", component: 1, transport: "udp", type: "host" } as const;
    us.addRemote({
      ice: { ufrag: "them", pwd: "a password that nobody has" },
      iceLite: false,
      candidates: [
        { ...base, priority: 9, address: "192.0.2.7", port: 5000 },
        { ...base, priority: 8, address: "0b3f.local", port: 5001 },
        { ...base, priority: 7, address: "192.0.2.7", port: 9, transport: "tcp" },
        { ...base, priority: 7, address: "2001:db8::7", port: 5002 },
      ],
    });
    const server = us.connect({ fingerprints: [THEIRS.fingerprint], setup: "actpass" });
    const failure = assertRejects(() => server, RtcError);
    await meeting.clock.run(16_000);
    const { code, message } = await failure;
    assertEquals(code, "ice-failed");
    assertEquals(
      message,
      "Cannot reach the peer: no candidate pair works: " +
        "192.0.2.7:5000 (host): no answer to 8 checks; 0b3f.local:5001 (host): a name; " +
        "192.0.2.7:9 (host): not over UDP; " +
        "[2001:db8::7]:5002 (host): of another family than our port",
    );
  });
});

Deno.test("a peer with another password is not answered", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const us = meeting.peer(ports.server, "controlled");
    const them = meeting.peer(ports.client, "controlling");
    introduce(us, them);
    const ice = { ...us.ice, pwd: "not the password that was told" };
    them.addRemote({ ice, iceLite: false, candidates: us.candidates });
    await meeting.clock.run(9_000);
    assertEquals(them.path, undefined);
    assertEquals(us.path, ports.client.address);
    assert(ports.server.dropped > 0);
  });
});

Deno.test("a session goes on while ICE starts over", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const { us, them } = meeting.pair(ports);
    const { server } = await meeting.connect({ us, them });
    const before = us.ice;
    us.restart();
    them.restart();
    assert(us.ice.ufrag !== before.ufrag && us.ice.pwd !== before.pwd);
    await server.sendRtp([rtp(1, "meanwhile")]);
    introduce(us, them);
    introduce(them, us);
    await meeting.clock.run(60_000);
    await server.sendRtp([rtp(2, "afterwards")]);
    await meeting.clock.run(1);
    assertEquals(meeting.receivers.client.packets.map(textOf), ["meanwhile", "afterwards"]);
    assertEquals(server.signal.aborted, false);
  });
});

Deno.test("a session goes on for as long as the peer consents", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const { server, client } = await meeting.connect(meeting.pair(ports));
    await meeting.clock.run(120_000);
    assertEquals([server.signal.aborted, client.signal.aborted], [false, false]);
    meeting.transport.arrives = () => false;
    await meeting.clock.run(SILENT_MS - 5_000);
    assertEquals(server.signal.aborted, false);
    await meeting.clock.run(10_000);
    const { port } = ports.client.address;
    assertInstanceOf(server.signal.reason, RtcError);
    assertEquals(server.signal.reason.code, "ice-failed");
    const { message } = server.signal.reason;
    assert(
      message.startsWith(`Cannot reach the peer: 127.0.0.1:${port} has been silent for`),
      message,
    );
    assertEquals(ports.server.size, 0);
  });
});

Deno.test("closing tells the other side", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const { us, them } = meeting.pair(ports);
    const { server, client } = await meeting.connect({ us, them });
    us.close();
    assertEquals(server.signal.reason.code, "ended");
    await meeting.clock.run(1);
    assertEquals(client.signal.reason.code, "ended");
    assertEquals([ports.server.size, ports.client.size], [0, 0]);
    assertEquals(meeting.clock.pending, 0);
    await server.sendRtp([rtp(1, "too late")]);
  });
});

Deno.test("an attempt that is called off leaves nothing", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    const us = meeting.peer(ports.server, "controlled");
    const abort = new AbortController();
    const server = us.connect({ fingerprints: [], setup: "active" }, abort.signal);
    abort.abort(new RtcError("stopping", "called off"));
    await assertRejects(() => server, RtcError, "called off");
    assertEquals(ports.server.size, 0);
    assertEquals(meeting.clock.pending, 0);
  });
});

Deno.test("a flood of what is nobody's is counted, and starts nothing", async () => {
  const meeting = new Meeting();
  await meeting.run(async (ports) => {
    meeting.pair(ports);
    const { pending } = meeting.clock;
    const stranger = await meeting.transport.listenDatagram({ host: "127.0.0.1", port: 0 });
    const kinds = [[0, 1, 0, 0], [22, 0xfe, 0xfd], [0x80, 96], [0x80, 200], [99], []];
    for (const bytes of kinds) {
      const flood = new Array<Uint8Array>(100).fill(Uint8Array.from(bytes));
      await stranger.send(flood, ports.server.address);
    }
    stranger.close();
    await meeting.clock.run(0);
    assertEquals(ports.server.dropped, 600);
    assertEquals(ports.server.size, 1);
    assert(meeting.clock.pending <= pending + 2);
  });
});

Deno.test("there are no more peers than there may be", async () => {
  const meeting = new Meeting();
  const { server, client } = await meeting.open(2);
  const peers = [meeting.peer(server, "controlled"), meeting.peer(server, "controlled")];
  const error = assertThrows(() => meeting.peer(server, "controlled"), RtcError);
  assertEquals(error.code, "too-many-sessions");
  peers[0]?.close();
  meeting.peer(server, "controlled");
  server.close();
  client.close();
});
