import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { FlvIngest } from "../../protocols/_formats/flv/ingest.ts";
import { Gateway } from "../../protocols/gateway.ts";
import { http } from "../../protocols/http/mod.ts";
import { rtmp } from "../../protocols/rtmp/mod.ts";
import { rtsp } from "../../protocols/rtsp/mod.ts";
import { webrtc } from "../../protocols/webrtc/mod.ts";
import { BodyReader } from "../../scripts/bench/body_reader.ts";
import type { LoadResult } from "../../scripts/bench/load.ts";
import { frames, pictureStamp, sequenceHeaders, stampPicture } from "../../scripts/bench/media.ts";
import { play } from "../../scripts/bench/player.ts";
import { Publisher } from "../../scripts/bench/publisher.ts";
import { toRows, toTable, warnings } from "../../scripts/bench/report.ts";
import { RtpLoss, RtpPictures } from "../../scripts/bench/rtp_pictures.ts";
import { type PlayProtocol, playUrl, publishUrl } from "../../scripts/bench/servers.ts";
import { writeStamp } from "../../scripts/bench/stamp.ts";
import { percentile, spreadOf } from "../../scripts/bench/statistics.ts";
import { parseReceiveDrops, parseStat, usageOf } from "../../scripts/bench/usage.ts";
import { present } from "../registry/media/vectors.ts";

const RESULT: LoadResult = {
  playing: 10,
  deliveredMbitS: 10,
  deliveredShare: 1,
  serverCpuUsPerMbit: 400,
  serverCpuMsPerJoin: 1,
  serverCores: 0.004,
  memoryPerPlayerKiB: 100,
  receiveDrops: 0,
  generatorCores: 0.1,
  errors: [],
};

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function texts(pieces: readonly Uint8Array[]): string {
  return pieces.map((piece) => new TextDecoder().decode(piece)).join("");
}

Deno.test("bench: ten seconds of the stream are ten megabits, each picture 33 ms after the other", () => {
  let size = 0;
  let pictures = 0;
  for (const { timestamp, type, parts } of frames("aac")) {
    if (timestamp >= 10_000) break;
    size += present(parts[0]).byteLength;
    if (type === "video") pictures++;
  }
  assertEquals(pictures, 300);
  assertLess(Math.abs(size * 8 / 10e6 - 1), 0.02);
});

Deno.test("bench: the gateway reads the stream as H.264 and AAC, the stamp inside the first NAL unit", () => {
  const ingest = new FlvIngest();
  const messages = [...sequenceHeaders("aac"), ...frames("aac").take(5)];
  const events = messages.flatMap(({ type, timestamp, parts }) =>
    ingest.push({ type, timestamp, body: present(parts[0]) })
  );
  const codecs = events.flatMap((event) =>
    event.type === "description" ? event.description.tracks.map(({ codec }) => codec) : []
  );
  assertEquals(codecs, ["h264", "aac"]);
  assert(events.every((event) => event.type !== "dropped"));
});

Deno.test("bench: the time of sending comes back out of a picture, and out of nothing else", () => {
  const [picture, sound] = [...frames("aac").take(2)].map(present);
  stampPicture(present(picture), 1234.567);
  assertEquals(pictureStamp(present(picture?.parts[0])), 1234.567);
  assertEquals(pictureStamp(present(sound?.parts[0])), undefined);
  assertEquals(pictureStamp(new Uint8Array(3)), undefined);
});

Deno.test("bench: /proc/PID/stat is read behind a command name that may hold anything", () => {
  const stat =
    "42 (a ) S 9 (b) S 7 1 1 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 1 0 100 1000000 256 18446744073709551615";
  assertEquals(parseStat(stat), {
    parent: 7,
    cpuMs: 2000,
    residentBytes: 1 << 20,
  });
});

Deno.test("bench: datagrams that found no room are read from /proc/net/snmp by name", () => {
  const snmp = [
    "Ip: Forwarding DefaultTTL",
    "Ip: 1 64",
    "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors",
    "Udp: 100 2 7 90 6 0",
    "UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors",
    "UdpLite: 0 0 0 0 0 0",
  ];
  assertEquals(parseReceiveDrops(snmp.join("\n")), 6);
  assertEquals(parseReceiveDrops(""), 0);
});

/** A fragment of an H.264 picture in RTP: `type` of its NAL unit, and the stamp, if it is the first. */
function fragment(type: number, marker: boolean, stamp?: number): Uint8Array {
  const packet = new Uint8Array(100);
  packet.set([0x80, marker ? 0xe1 : 0x61]);
  packet.set([0x7c, (stamp === undefined ? 0 : 0x80) | type], 12);
  if (stamp !== undefined) writeStamp(packet, 14, stamp);
  return packet;
}

Deno.test("bench: an RTP picture counts with its last packet, from the first key picture on", () => {
  const pictures = new RtpPictures();
  const packets = [
    fragment(1, false, 10),
    fragment(1, true),
    fragment(5, false, 20),
    fragment(5, false),
    fragment(5, true),
    fragment(1, false, 30),
    fragment(1, true),
  ];
  const stamps = packets.map((packet) => pictures.push(packet));
  assertEquals(stamps, [
    undefined,
    undefined,
    undefined,
    undefined,
    20,
    undefined,
    30,
  ]);
});

Deno.test("bench: lost RTP packets are counted over the wrap, and late ones taken back", () => {
  const loss = new RtpLoss();
  const numbers = [65_534, 65_535, 2, 1, 3];
  const lost = numbers.map((number) =>
    loss.push(Uint8Array.of(0x80, 0x60, number >> 8, number & 0xff))
  );
  assertEquals(lost, [0, 0, 2, -1, 0]);
});

Deno.test({
  name: "bench: the usage of a process includes this one's memory",
  ignore: Deno.build.os !== "linux",
  fn: () => assert(usageOf(Deno.pid).residentBytes > 1 << 20),
});

Deno.test("bench: an HTTP body comes out of its chunks, wherever the reads cut it", () => {
  const response =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n, chunked!\r\n";
  for (let size = 1; size <= response.length; size++) {
    const reader = new BodyReader();
    let body = "";
    for (let at = 0; at < response.length; at += size) {
      body += texts(reader.feed(bytes(response.slice(at, at + size))));
    }
    assertEquals(body, "hello, chunked!");
  }
});

Deno.test("bench: an HTTP body without chunks is what follows the head; a refusal is an error", () => {
  assertEquals(texts(new BodyReader().feed(bytes("HTTP/1.1 200 OK\r\n\r\nbody"))), "body");
  assertThrows(
    () => new BodyReader().feed(bytes("HTTP/1.1 404 Not Found\r\n\r\n")),
    Error,
    "Cannot play: HTTP/1.1 404 Not Found",
  );
});

Deno.test("bench: percentiles are values that were measured", () => {
  const values = Array.from({ length: 200 }, (_, at) => 200 - at);
  assertEquals(spreadOf(values), { p50: 101, p99: 199 });
  assertEquals(percentile([3], 0.99), 3);
  assertEquals(spreadOf([]), undefined);
});

Deno.test("bench: ratios are against nginx, and figures the median of the rounds", () => {
  const results = [400, 500, 10_000].map((serverCpuUsPerMbit) => ({
    ...RESULT,
    serverCpuUsPerMbit,
  }));
  const rows = toRows([
    { server: "nginx", protocol: "rtmp", players: 10, results: [RESULT] },
    { server: "sluice", protocol: "flv", merge: 30, players: 10, results },
  ]);
  assertEquals(rows.map((row) => [row["us/Mbit"], row.ratio]), [[400, 1], [500, 1.25]]);
  const table = toTable(rows).split("\n");
  assertEquals(table.length, 4);
  assertEquals(new Set(table.map((line) => line.length)).size, 1);
});

Deno.test("bench: players that a core has room for are counted by what they were sent", () => {
  const results = [{ ...RESULT, serverCores: 0.1, deliveredShare: 0.5 }];
  const rows = toRows([{ server: "sluice", protocol: "whep", players: 100, results }]);
  assertEquals(rows.map((row) => row["players/core"]), [500]);
});

Deno.test("bench: players that were lost and a generator at its limit are said", () => {
  const results = [{
    ...RESULT,
    playing: 9,
    receiveDrops: 3,
    generatorCores: 0.9,
    errors: ["reset"],
  }];
  assertEquals(warnings([{ server: "x", protocol: "rtmp", players: 10, results }]), [
    "x rtmp, 10 players: not all played to the end in 1 rounds",
    "x rtmp, 10 players: the load generator was the limit in 1 rounds",
    "x rtmp, 10 players: the load generator or others here dropped 3 datagrams in a round",
    "x rtmp, 10 players: reset",
  ]);
});

for (const protocol of ["rtmp", "flv", "rtsp-tcp", "rtsp-udp", "whep"] satisfies PlayProtocol[]) {
  Deno.test(`bench: a ${protocol} player sees the pictures that the publisher sends`, async () => {
    const host = "127.0.0.1";
    const gateway = new Gateway({
      protocols: [rtmp, rtsp, webrtc, http],
      config: {
        host,
        rtmp: { port: 0, merge: 0 },
        http: { port: 0, merge: 0 },
        rtsp: { port: 0, rtpPort: 0, merge: 0 },
        webrtc: { port: 0 },
      },
    });
    await gateway.start();
    const portOf = (name: string) =>
      present(gateway.endpoints.find((endpoint) => endpoint.scheme === name)).address.port;
    const ports = { rtmp: portOf("rtmp"), http: portOf("http"), rtsp: portOf("rtsp") };
    const abort = new AbortController();
    const publisher = await Publisher.start(
      new URL(publishUrl(ports)),
      protocol === "whep" ? "opus" : "aac",
      abort.signal,
    );
    const latencies: number[] = [];
    await play({
      url: new URL(playUrl(protocol, ports)),
      protocol,
      isProbe: true,
      signal: abort.signal,
      onBytes: () => {},
      onPicture: (latency) => {
        if (latencies.push(latency) === 5) abort.abort();
      },
      onPacket: (lost) => assertEquals(lost, 0),
    });
    await gateway.stop();
    await publisher.ended;
    assertEquals(latencies.length >= 5, true);
    assertLess(Math.min(...latencies), 1000);
  });
}
