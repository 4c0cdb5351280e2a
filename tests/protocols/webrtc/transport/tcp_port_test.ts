import { assert, assertEquals } from "@std/assert";
import { MemoryTransport } from "../../../../protocols/_transport/memory_transport.ts";
import type { Connection } from "../../../../protocols/_transport/transport.ts";
import { silentLogger } from "../../../../protocols/logger.ts";
import { DtlsSession } from "../../../../protocols/webrtc/transport/dtls/dtls_session.ts";
import { createIdentity } from "../../../../protocols/webrtc/transport/dtls/identity.ts";
import { Deframer, framed } from "../../../../protocols/webrtc/transport/framing.ts";
import { IceAgent } from "../../../../protocols/webrtc/transport/ice_agent.ts";
import { packetKind } from "../../../../protocols/webrtc/transport/packet_kind.ts";
import { RtcPort } from "../../../../protocols/webrtc/transport/rtc_port.ts";
import { parseStun } from "../../../../protocols/webrtc/transport/stun.ts";
import { VirtualClock } from "../../../virtual_clock.ts";

const IDENTITY = createIdentity(Date.UTC(2025, 0, 1));

async function openPort() {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const common = { clock, transport, log: silentLogger, host: "127.0.0.1", identity: IDENTITY };
  const port = await RtcPort.open({
    ...common,
    ports: [8189],
    maxPeers: 10,
    silentMs: 15_000,
    tcp: true,
  });
  return { clock, transport, port };
}

/** Gives `take` what arrives, datagram by datagram, until the end; resolves then. */
async function readAll(connection: Connection, take: (datagram: Uint8Array) => void) {
  const deframer = new Deframer();
  const buffer = new Uint8Array(2048);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === undefined) return;
    deframer.feed(buffer.subarray(0, count)).forEach(take);
  }
}

Deno.test("a peer connects over TCP and is sent packets", async () => {
  const { clock, transport, port } = await openPort();
  const peer = port.createPeer({ role: "controlled", receiver: { rtp() {}, rtcp() {} } });
  const told = peer.candidates.filter((candidate) => candidate.transport === "tcp");
  assertEquals(told.map(({ port, tcpType }) => [port, tcpType]), [[8189, "passive"]]);
  const connection = await transport.connect({ host: "127.0.0.1", port: 8189 });
  const address = { host: "127.0.0.1", port: 8189 };
  const send = (datagrams: readonly Uint8Array[]) => void connection.write(framed(datagrams));
  const ice = new IceAgent({
    role: "controlling",
    clock,
    family: "any",
    transactionPrefix: 1,
    silentMs: 15_000,
    send: (bytes) => send([bytes]),
    onSeen: () => {},
    onPath: () => dtls.start(),
    onFailed: () => {},
  });
  const dtls = new DtlsSession({
    role: "client",
    identity: IDENTITY,
    fingerprints: [IDENTITY.fingerprint],
    clock,
    send,
    onConnected: () => {},
    onEnd: () => {},
  });
  const media: Uint8Array[] = [];
  const reading = readAll(connection, (datagram) => {
    const kind = packetKind(datagram);
    const message = kind === "stun" ? parseStun(datagram) : undefined;
    if (message !== undefined) ice.receive(message, address);
    else if (kind === "dtls") dtls.receive(datagram);
    else media.push(datagram);
  });
  peer.addRemote({ ice: ice.local, iceLite: false, candidates: [] });
  ice.addCandidate({
    foundation: "1",
    component: 1,
    transport: "udp",
    priority: 1,
    address: address.host,
    port: address.port,
    type: "host",
  });
  ice.start(peer.ice, false);
  const connecting = peer.connect({ fingerprints: [IDENTITY.fingerprint], setup: "actpass" });
  await clock.run(2_000);
  const connected = await connecting;
  const header = Uint8Array.of(0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7);
  await connected.sendRtp([{ header, payload: new Uint8Array(100) }]);
  await clock.run(20_000);
  assertEquals(media.map((packet) => packet.byteLength), [12 + 100 + 16]);
  assertEquals(connected.signal.aborted, false);
  peer.close();
  await reading;
  ice.close();
  dtls.close();
  await port.close();
  assertEquals(clock.pending, 0);
});

Deno.test("a connection that is nobody's is closed after a while", async () => {
  const { clock, transport, port } = await openPort();
  const connection = await transport.connect({ host: "127.0.0.1", port: 8189 });
  let isOver = false;
  const reading = readAll(connection, () => {}).then(() => isOver = true);
  await clock.run(9_000);
  assert(!isOver);
  await clock.run(2_000);
  assert(isOver);
  await reading;
  await port.close();
});

Deno.test("what is not framed closes the connection at once", async () => {
  const { clock, transport, port } = await openPort();
  const connection = await transport.connect({ host: "127.0.0.1", port: 8189 });
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  await readAll(connection, () => {});
  assertEquals(clock.pending, 0);
  await port.close();
});

Deno.test("UDP is served where the TCP port is taken", async () => {
  const transport = new MemoryTransport();
  const taken = await transport.listen({ host: "127.0.0.1", port: 8189 });
  const options = { transport, log: silentLogger, host: "127.0.0.1", identity: IDENTITY };
  const clock = new VirtualClock();
  const limits = { ports: [8189], maxPeers: 10, silentMs: 15_000, tcp: true };
  const port = await RtcPort.open({ ...options, ...limits, clock });
  const peer = port.createPeer({ role: "controlled", receiver: { rtp() {}, rtcp() {} } });
  assertEquals(peer.candidates.map((candidate) => candidate.transport), ["udp"]);
  await port.close();
  taken.close();
});
