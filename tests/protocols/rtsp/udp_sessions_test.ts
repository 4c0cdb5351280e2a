/** Sessions whose packets travel in datagrams: RFC 2326 sections 1.1 and 12.39. */

import { assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { parseRtcp, serializeRtcp } from "../../../protocols/_formats/rtp/rtcp.ts";
import { ListenError } from "../../../protocols/_transport/errors.ts";
import { MemoryTransport } from "../../../protocols/_transport/memory_transport.ts";
import { UdpPorts } from "../../../protocols/rtsp/transport/udp_ports.ts";
import { must } from "../../must.ts";
import {
  BASE,
  Harness,
  packetsOf,
  picture,
  sdpOf,
  type UdpPeer,
  URL1,
  VIDEO_ONLY,
} from "./harness.ts";

const RTP = 40_000;
const UDP = `RTP/AVP;unicast;client_port=${RTP}-${RTP + 1}`;
const REPORT = serializeRtcp([{ type: "receiverReport", ssrc: 7, reports: [] }]);

/** The types of the RTCP packets that a client was sent, in order. */
function rtcpTypes({ received }: UdpPeer): readonly string[] {
  return received.flatMap(({ bytes }) => parseRtcp(bytes).map(({ type }) => type));
}

Deno.test("packets and reports come from the pair of ports that SETUP has told", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const [rtp, rtcp] = [await gateway.socket(RTP), await gateway.socket(RTP + 1)];
  const peer = await gateway.udpPlayer(RTP);
  assertEquals(peer.responses[0]?.headers.get("Transport"), `${UDP};server_port=8000-8001`);
  await gateway.clock.run(10);
  assertEquals(new Set(rtp.received.map(({ from }) => from.port)), new Set([8000]));
  assertEquals(new Set(rtcp.received.map(({ from }) => from.port)), new Set([8001]));
  assertEquals(rtcpTypes(rtcp), ["senderReport", "sourceDescription"]);
  assertEquals(peer.frames, []);
});

Deno.test("where 8000 is taken another pair serves, and where both are `false` none does", async () => {
  const transport = new MemoryTransport();
  const other = await transport.listenDatagram({ host: "127.0.0.1", port: 8001 });
  await using gateway = await Harness.start({ transport });
  const ports = gateway.server.endpoints.slice(1).map(({ address }) => address.port);
  assertEquals(ports.length, 2);
  assertEquals([must(ports[0]) % 2, ports[1]], [0, must(ports[0]) + 1]);
  other.close();
  await using none = await Harness.start({ section: { rtpPort: false } });
  assertEquals(none.server.endpoints.length, 1);
});

Deno.test("a pair that is told and taken fails, and leaves neither port open", async () => {
  const transport = new MemoryTransport();
  const taken = await transport.listenDatagram({ host: "127.0.0.1", port: 8001 });
  await assertRejects(
    () => UdpPorts.open(transport, "127.0.0.1", [8000]),
    ListenError,
  );
  (await transport.listenDatagram({ host: "127.0.0.1", port: 8000 })).close();
  taken.close();
});

Deno.test("a picture group does not go out in one burst", async () => {
  await using gateway = await Harness.start();
  const publisher = await gateway.publish("live/cam1", VIDEO_ONLY);
  const rtp = await gateway.socket(RTP);
  const peer = await gateway.udpPlayer(RTP);
  await gateway.clock.run(0);
  publisher.write(Array.from({ length: 20 }, (_, at) => picture(40 + 40 * at, false, 20_000)));
  await gateway.clock.run(0);
  const sent = () => rtp.received.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  assertLess(sent(), 100_000);
  await gateway.clock.run(1);
  assertLess(sent(), 100_000);
  await gateway.clock.run(40);
  assertGreater(sent(), 400_000);
  assertEquals(peer.isClosed, false);
});

Deno.test("TEARDOWN stops what is under way, with a goodbye", async () => {
  await using gateway = await Harness.start();
  const publisher = await gateway.publish("live/cam1", VIDEO_ONLY);
  const [rtp, rtcp] = [await gateway.socket(RTP), await gateway.socket(RTP + 1)];
  const peer = await gateway.udpPlayer(RTP);
  publisher.write(Array.from({ length: 20 }, (_, at) => picture(40 + 40 * at, false, 20_000)));
  await gateway.clock.run(0);
  await peer.ask("TEARDOWN", URL1);
  const { length } = rtp.received;
  await gateway.clock.run(100);
  assertEquals(rtp.received.length, length);
  assertEquals(rtcpTypes(rtcp).at(-1), "goodbye");
});

Deno.test("the end of a publication is a goodbye, and the next one is played on", async () => {
  await using gateway = await Harness.start();
  const publisher = await gateway.publish("live/cam1", VIDEO_ONLY);
  const [rtp, rtcp] = [await gateway.socket(RTP), await gateway.socket(RTP + 1)];
  await gateway.udpPlayer(RTP);
  publisher.close();
  await gateway.clock.run(1_000);
  assertEquals(rtcpTypes(rtcp).at(-1), "goodbye");
  const { length } = rtp.received;
  await gateway.publish("live/cam1", VIDEO_ONLY);
  await gateway.clock.run(100);
  assertGreater(rtp.received.length, length);
});

Deno.test("an end without a next publication ends the session and its connection", async () => {
  await using gateway = await Harness.start();
  const publisher = await gateway.publish("live/cam1", VIDEO_ONLY);
  const peer = await gateway.udpPlayer(RTP);
  publisher.close();
  await gateway.clock.run(10_100);
  assertEquals(peer.isClosed, true);
  assertEquals(gateway.logged("closed").length, 1);
  assertEquals(gateway.registry.snapshot(), []);
});

Deno.test("65 s without a sign of life end a session; reports and requests are signs", async () => {
  await using gateway = await Harness.start();
  await gateway.publish("live/cam1", VIDEO_ONLY);
  const [silent, reporting, asking] = [
    await gateway.udpPlayer(41_000),
    await gateway.udpPlayer(42_000),
    await gateway.udpPlayer(43_000),
  ];
  const rtcp = await gateway.socket(42_001);
  for (let seconds = 0; seconds < 130; seconds += 26) {
    await gateway.clock.run(26_000);
    await rtcp.send(REPORT, 8001);
    await asking.status("OPTIONS", "*", { Session: "" });
    if (seconds === 26) {
      // 52 s: all are there still.
      assertEquals(gateway.registry.get("live/cam1")?.readers.size, 3);
    }
  }
  assertEquals(gateway.registry.get("live/cam1")?.readers.size, 2);
  assertEquals(silent.isClosed, true);
  assertEquals(await reporting.status("GET_PARAMETER", URL1), 200);
  assertEquals(await asking.status("GET_PARAMETER", URL1), 200);
});

Deno.test("a session that plays over UDP outlives its connection while its player reports", async () => {
  await using gateway = await Harness.start();
  const publisher = await gateway.publish("live/cam1", VIDEO_ONLY);
  const [rtp, rtcp] = [await gateway.socket(RTP), await gateway.socket(RTP + 1)];
  const peer = await gateway.udpPlayer(RTP);
  peer.close();
  await gateway.clock.run(50_000);
  await rtcp.send(REPORT, 8001);
  await gateway.clock.run(50_000);
  const { length } = rtp.received;
  publisher.write([picture(40)]);
  await gateway.clock.run(10);
  assertGreater(rtp.received.length, length);
  await gateway.clock.run(20_000);
  assertEquals(gateway.registry.get("live/cam1")?.readers.size, 0);
  assertEquals(rtcpTypes(rtcp).at(-1), "goodbye");
});

Deno.test("a session that has lost its connection ends with its stream", async () => {
  await using gateway = await Harness.start();
  const publisher = await gateway.publish("live/cam1", VIDEO_ONLY);
  const peer = await gateway.udpPlayer(RTP);
  peer.close();
  await gateway.clock.run(0);
  publisher.close();
  await gateway.clock.run(11_000);
  assertEquals(gateway.registry.snapshot(), []);
});

Deno.test("a client that comes again with its ports takes over from its lost session", async () => {
  await using gateway = await Harness.start();
  await gateway.publish("live/cam1", VIDEO_ONLY);
  const peer = await gateway.udpPlayer(RTP);
  const other = await gateway.peer();
  assertEquals(await other.setup(`${URL1}/trackID=1`, UDP), 461);
  peer.close();
  await gateway.clock.run(0);
  assertEquals(gateway.registry.get("live/cam1")?.readers.size, 1);
  assertEquals(await other.setup(`${URL1}/trackID=1`, UDP), 200);
  await gateway.clock.run(0);
  assertEquals(gateway.registry.get("live/cam1")?.readers.size, 0);
});

Deno.test("a session that only was set up ends with its connection, and frees its ports", async () => {
  await using gateway = await Harness.start();
  await gateway.publish("live/cam1", VIDEO_ONLY);
  const first = await gateway.peer();
  assertEquals(await first.setup(`${URL1}/trackID=1`, UDP), 200);
  assertEquals(await first.setup(`${URL1}/trackID=1`, UDP), 200);
  first.close();
  await gateway.clock.run(0);
  const second = await gateway.peer();
  assertEquals(await second.setup(`${URL1}/trackID=1`, UDP), 200);
});

/** A client that records the first track over UDP. */
async function udpRecorder(gateway: Harness): Promise<UdpPeer> {
  const socket = await gateway.socket(RTP);
  const peer = await gateway.peer();
  await peer.announce(URL1, sdpOf(VIDEO_ONLY));
  await peer.setup(`${URL1}/trackID=1`, `${UDP};mode=record`);
  await peer.ask("RECORD", URL1);
  return socket;
}

Deno.test("what is recorded comes from the ports of SETUP; other addresses are dropped and counted", async () => {
  await using gateway = await Harness.start();
  const rtp = await udpRecorder(gateway);
  const stranger = await gateway.socket(50_000);
  const [packet = new Uint8Array()] = packetsOf([picture(0)], VIDEO_ONLY);
  for (let count = 0; count < 3; count++) await stranger.send(packet, 8000);
  const received = () => gateway.registry.get("live/cam1")?.received.total ?? 0;
  assertEquals(received(), 0);
  assertEquals(gateway.logged("that no session").length, 1);
  await rtp.send(packet, 8000);
  assertGreater(received(), 0);
});

Deno.test("packets that are recorded are signs of life", async () => {
  await using gateway = await Harness.start();
  const rtp = await udpRecorder(gateway);
  const packets = packetsOf([picture(0), picture(40), picture(80), picture(120)], VIDEO_ONLY);
  for (const packet of packets) {
    await rtp.send(packet, 8000);
    await gateway.pass(40_000);
  }
  assertEquals(gateway.registry.get("live/cam1")?.state, "live");
  await gateway.pass(30_000);
  assertEquals(gateway.registry.get("live/cam1")?.state, "interrupted");
});

Deno.test("a lost packet is waited for shortly, and reported", async () => {
  await using gateway = await Harness.start();
  const rtcp = await gateway.socket(RTP + 1);
  const rtp = await udpRecorder(gateway);
  const pictures = [0, 40, 80, 120].map((ms) => picture(ms));
  const [a, , c, d] = packetsOf(pictures, VIDEO_ONLY);
  for (const packet of [a, c, d]) await rtp.send(packet ?? new Uint8Array(), 8000);
  await gateway.pass(8000);
  const reports = rtcp.received.flatMap(({ bytes }) => parseRtcp(bytes));
  const [report] = reports.flatMap((packet) =>
    packet.type === "receiverReport" ? packet.reports : []
  );
  assertEquals(report?.cumulativeLost, 1);
});

Deno.test("over TLS no datagrams are offered: they would go out in the open", async () => {
  await using gateway = await Harness.start({
    section: {
      tls: { cert: "-----BEGIN CERTIFICATE-----\n", key: "-----BEGIN PRIVATE KEY-----\n" },
    },
  });
  await gateway.publish();
  assertEquals(gateway.server.endpoints.map(({ scheme }) => scheme).slice(0, 2), ["rtsp", "rtsps"]);
  const peer = await gateway.peer(8322);
  const url = `${BASE.replace("rtsp:", "rtsps:").replace("8554", "8322")}/live/cam1/trackID=1`;
  assertEquals(await peer.setup(url, UDP), 461);
  assertEquals(await peer.setup(url, "RTP/AVP/TCP;interleaved=0-1"), 200);
});
