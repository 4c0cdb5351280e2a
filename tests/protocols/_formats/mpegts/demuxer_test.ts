import { assertEquals, assertThrows } from "@std/assert";
import { TsDemuxer } from "../../../../protocols/_formats/mpegts/demuxer.ts";
import { registration } from "../../../../protocols/_formats/mpegts/descriptor.ts";
import { MpegTsError } from "../../../../protocols/_formats/mpegts/errors.ts";
import { MAX_UNSYNCED_BYTES } from "../../../../protocols/_formats/mpegts/framer.ts";
import { PacketWriter } from "../../../../protocols/_formats/mpegts/packet_writer.ts";
import { writePesHeader } from "../../../../protocols/_formats/mpegts/pes.ts";
import { MAX_PES_BYTES } from "../../../../protocols/_formats/mpegts/pes_assembler.ts";
import {
  type StreamEntry,
  writePat,
  writePmt,
} from "../../../../protocols/_formats/mpegts/tables.ts";
import { joinBytes } from "../../../../protocols/_formats/join.ts";
import { adtsHeader } from "../../../../registry/media/adts.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { hex } from "../flv/bytes.ts";
import { descriptionsOf, unitsOf } from "../flv/stream.ts";
import { demux, dropsOf, mediaOf, mux, packetsOf, readPackets } from "./stream.ts";

const VIDEO: StreamEntry = { streamType: 0x1b, pid: 0x100, descriptors: [] };
const ADTS: StreamEntry = { streamType: 0x0f, pid: 0x101, descriptors: [] };
const SETS = "00000001 6742c00dd90141fb0110 00000001 68cb83cb20";

/** Writes streams that `TsMuxer` would not. */
class Sender {
  readonly #packets = new PacketWriter();
  readonly #parts: Uint8Array[] = [];

  constructor(...streams: readonly StreamEntry[]) {
    this.#section(0, writePat({ number: 1, pmtPid: 0x1000 }));
    this.program(0, ...streams);
  }

  program(version: number, ...streams: readonly StreamEntry[]): this {
    return this.#section(0x1000, writePmt(1, version, { pcrPid: 0x100, streams }));
  }

  #section(pid: number, section: Uint8Array): this {
    return this.add(
      pid,
      joinBytes([Uint8Array.of(0), section, new Uint8Array(183 - section.length).fill(0xff)]),
    );
  }

  /** A PES packet, of a picture where it has a time alone. */
  pes(pid: number, pts: number, digits: string): this {
    const bytes = hex(digits);
    return this.add(pid, joinBytes([writePesHeader(0xe0, { pts, dts: pts }, bytes.length), bytes]));
  }

  add(pid: number, bytes: Uint8Array): this {
    this.#parts.push(this.#packets.write([{ pid, parts: [bytes], size: bytes.length }]));
    return this;
  }

  finish(): Uint8Array {
    return joinBytes(this.#parts);
  }
}

function times(units: readonly Unit[]): readonly (readonly [number, number])[] {
  return units.map(({ pts, dts }) => [pts, dts]);
}

/** An ADTS frame of 48 kHz stereo. */
function adts(payload: string): string {
  const fields = { objectType: 2, sampleRate: 48_000, channelConfiguration: 2 };
  return adtsHeader(fields, hex(payload).length).toHex() + payload;
}

Deno.test("a lost packet takes its picture, and pictures come again from the next key picture on", () => {
  // Key pictures are the first and the sixth of ten.
  const stream = mux(mediaOf("avc_aac"));
  const packets = packetsOf(stream);
  const starts = readPackets(stream).flatMap(({ pid, isStart }, i) =>
    pid === 0x100 && isStart ? [i] : []
  );
  const events = demux(joinBytes(packets.filter((_, index) => index !== starts[2])));
  assertEquals(dropsOf(events), [
    "Packets of PID 256 were lost",
    "Pictures of H.264 need others that were lost",
  ]);
  const pictures = unitsOf(events).filter(({ track }) => track.codec === "h264");
  assertEquals(pictures.map(({ isKey }) => isKey), [true, false, true, false, false, false, false]);
});

Deno.test("transport_error_indicator counts as a loss, a packet that is repeated as none", () => {
  const stream = mux(mediaOf("mp3"));
  const packets = packetsOf(stream);
  assertEquals(demux(joinBytes(packets.flatMap((packet) => [packet, packet]))), demux(stream));
  const damaged = packets.map((packet, index) =>
    index === 5 ? packet.map((byte, i) => i === 1 ? byte | 0x80 : byte) : packet
  );
  const events = demux(joinBytes(damaged));
  assertEquals(dropsOf(events), ["Packets of PID 256 were lost"]);
  assertEquals(unitsOf(events).length, 12);
});

Deno.test("scrambled packets are dropped with one reason", () => {
  const packets = packetsOf(mux(mediaOf("mp3"))).map((packet, index) => {
    if (index < 2) return packet;
    return packet.map((byte, i) => i === 3 ? byte | 0x80 : byte);
  });
  assertEquals(dropsOf(demux(joinBytes(packets))), ["PID 256 is scrambled"]);
});

Deno.test("sync bytes that are missing cost their packets, and noise between costs nothing", () => {
  const packets = packetsOf(mux(mediaOf("mp3")));
  const damaged = packets.map((packet, index) =>
    index === 6 ? packet.map((byte, i) => i === 0 ? 0 : byte) : packet
  );
  assertEquals(unitsOf(demux(joinBytes(damaged))).length, 12);
  const noisy = [hex("474747"), ...packets.slice(0, 6), new Uint8Array(100), ...packets.slice(6)];
  assertEquals(unitsOf(demux(joinBytes(noisy))).length, 13);
});

Deno.test("what is no transport stream is an error with a place", () => {
  const subject = new TsDemuxer();
  assertThrows(
    () => subject.push(new Uint8Array(MAX_UNSYNCED_BYTES + 1000)),
    MpegTsError,
    "Cannot parse transport stream: there are no packets in 65536 bytes",
  );
});

Deno.test("streams that are not read are told once", () => {
  const entries = [VIDEO, { streamType: 0x86, pid: 0x1f0, descriptors: [] }, {
    streamType: 6,
    pid: 0x1f1,
    descriptors: [registration("AV01")],
  }];
  const sender = new Sender(...entries).program(0, ...entries).program(1, ...entries);
  assertEquals(dropsOf(demux(sender.finish())), [
    "Stream type 0x86 of PID 496 is not supported",
    "Stream type 0x6 of PID 497 with 5:41563031 is not supported",
  ]);
});

Deno.test("a program map that changes brings streams in", () => {
  const sender = new Sender(VIDEO)
    .pes(0x100, 9000, `${SETS} 00000001 6588`)
    .program(1, VIDEO, ADTS)
    .pes(0x101, 9000, adts("2110"))
    .pes(0x100, 12_600, "00000001 4188");
  const events = demux(sender.finish());
  assertEquals(descriptionsOf(events).map(({ tracks }) => tracks.map(({ id }) => id)), [
    [0x100],
    [0x100, 0x101],
  ]);
  assertEquals(unitsOf(events).length, 3);
});

Deno.test("a program map with a wrong CRC changes nothing", () => {
  const stream = mux(mediaOf("mp3")).slice();
  stream[188 + 12] = 7;
  const [reason] = dropsOf(demux(stream));
  assertEquals(reason, "Cannot parse section: the CRC is wrong at byte 0");
});

Deno.test("without a DTS it is the PTS; several access units in a packet follow at the frame rate", () => {
  const sender = new Sender(VIDEO)
    .pes(0x100, 9000, `0000000109f0 ${SETS} 00000001 6588 0000000109f0 00000001 4188`)
    .pes(0x100, 16_200, "0000000109f0 00000001 4188");
  const units = unitsOf(demux(sender.finish()));
  assertEquals(times(units), [[9000, 9000], [12_600, 12_600], [16_200, 16_200]]);
  assertEquals(units.map(({ payload }) => payload.map((nal) => nal.toHex())), [["6588"], ["4188"], [
    "4188",
  ]]);
});

Deno.test("an access unit over packets without a time of their own is one unit", () => {
  const half = "5a".repeat(62_000);
  const header = Uint8Array.of(0, 0, 1, 0xe0, 0xf2, 0x33, 0x80, 0, 0);
  const sender = new Sender(VIDEO)
    .pes(0x100, 9000, `${SETS} 00000001 65${half}`)
    .add(0x100, joinBytes([header, hex(half)]))
    .pes(0x100, 12_600, "00000001 4188");
  const units = unitsOf(demux(sender.finish()));
  assertEquals(units.map(({ payload }) => payload[0]?.length), [1 + 2 * 62_000, 2]);
});

Deno.test("frames of audio have their own times, also over two packets", () => {
  const frames = [adts("2110"), adts("211122"), adts("2112")];
  const all = frames.join("");
  const cut = (adts("2110").length + 10) / 2;
  const sender = new Sender(ADTS)
    .pes(0x101, 9000, all.slice(0, 2 * cut))
    .pes(0x101, 12_840, all.slice(2 * cut));
  const units = unitsOf(demux(sender.finish()));
  assertEquals(times(units), [[9000, 9000], [10_920, 10_920], [12_840, 12_840]]);
  assertEquals(units.map(({ payload }) => payload[0]?.toHex()), ["2110", "211122", "2112"]);
});

Deno.test("a picture without end is dropped at its limit", () => {
  const piece = new Uint8Array(184 * 1024);
  const sender = new Sender(VIDEO).pes(0x100, 9000, "00000001 6588");
  // Without a start, all of it would belong to a packet that has no length.
  const open = Uint8Array.of(0, 0, 1, 0xe0, 0, 0, 0x80, 0, 0);
  sender.add(0x100, joinBytes([open, new Uint8Array(175)]));
  const subject = new TsDemuxer();
  subject.push(sender.finish());
  const packets = packetsOf(
    new PacketWriter().write([{ pid: 0x100, parts: [piece], size: piece.length }]),
  );
  const going = joinBytes(
    packets.map((packet, i) =>
      packet.map((byte, at) => at === 1 ? byte & 0xbf : at === 3 ? 0x10 | (i + 2) & 15 : byte)
    ),
  );
  let reason: string | undefined;
  for (
    let bytes = 0;
    bytes <= MAX_PES_BYTES + piece.length && reason === undefined;
    bytes += piece.length
  ) {
    reason = dropsOf(subject.push(going)).find((text) => text.includes("longer"));
  }
  assertEquals(
    reason?.startsWith(`Cannot parse PES packet: it is longer than ${MAX_PES_BYTES} bytes`),
    true,
  );
});

Deno.test("the clock wraps in the middle of a stream", () => {
  const sender = new Sender(VIDEO)
    .pes(0x100, 2 ** 33 - 1800, `${SETS} 00000001 6588`)
    .pes(0x100, 1800, "00000001 4188");
  assertEquals(times(unitsOf(demux(sender.finish()))), [
    [2 ** 33 - 1800, 2 ** 33 - 1800],
    [2 ** 33 + 1800, 2 ** 33 + 1800],
  ]);
});
