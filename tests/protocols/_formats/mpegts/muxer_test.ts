import { assert, assertEquals } from "@std/assert";
import { tsCarries, tsRefusal } from "../../../../protocols/_formats/mpegts/carriage.ts";
import { readTimestamp } from "../../../../protocols/_formats/mpegts/clock.ts";
import { PCR_LEAD } from "../../../../protocols/_formats/mpegts/pcr.ts";
import { TsMuxer, tsTime } from "../../../../protocols/_formats/mpegts/muxer.ts";
import { parsePes } from "../../../../protocols/_formats/mpegts/pes.ts";
import { joinBytes } from "../../../../protocols/_formats/join.ts";
import type { CodecConfig } from "../../../../registry/media/codec.ts";
import type { Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { must } from "../../../must.ts";
import { hex } from "../flv/bytes.ts";
import { unitsOf } from "../flv/stream.ts";
import { demux, mediaOf, mux, packetsOf, readPackets } from "./stream.ts";

const SPS = hex("6742c00dd90141fb0110");
const PPS = hex("68cb83cb20");
const VIDEO: Track = {
  id: 1,
  kind: "video",
  codec: "h264",
  timescale: 1000,
  config: { codec: "h264", sps: [SPS], pps: [PPS] },
};
const AUDIO: Track = {
  id: 2,
  kind: "audio",
  codec: "aac",
  timescale: 48_000,
  config: { codec: "aac", audioSpecificConfig: hex("1190") },
};

function picture(dts: number, isKey: boolean, size = 10): Unit {
  const nal = new Uint8Array(size).fill(0x80);
  nal[0] = isKey ? 0x65 : 0x41;
  return { track: VIDEO, pts: dts, dts, isKey, payload: [nal] };
}

function frame(dts: number): Unit {
  return { track: AUDIO, pts: dts, dts, isKey: true, payload: [hex("2110")] };
}

function muxer(...tracks: readonly Track[]): TsMuxer {
  return new TsMuxer({ tracks, metadata: {} });
}

/** The PCR of a packet, in ticks of 90 kHz. */
function pcrOf(packet: Uint8Array): number | undefined {
  const hasPcr = (must(packet[3]) & 0x20) !== 0 && must(packet[4]) > 0 &&
    (must(packet[5]) & 0x10) !== 0;
  if (!hasPcr) return undefined;
  return new DataView(packet.buffer, packet.byteOffset).getUint32(6) * 2 + (must(packet[10]) >> 7);
}

Deno.test("the packets of one key picture, byte for byte", () => {
  const [pat, pmt, packet, ...others] = packetsOf(muxer(VIDEO).write([picture(0, true)]));
  assertEquals(others, []);
  assertEquals(must(pat).subarray(0, 21).toHex(), "474000100000b00d0001c100000001f0002ab104b2");
  assertEquals(must(pat).subarray(21).every((byte) => byte === 0xff), true);
  assertEquals(
    must(pmt).subarray(0, 26).toHex(),
    "475000100002b0120001c10000e100f0001be100f00015bd4d56",
  );
  const head = hex("47410030 7e 50 0000 7b0c 7e00");
  assertEquals(must(packet).subarray(0, 12).toHex(), head.toHex());
  const body = "000001e0 0033 848005 210005bf21" + // PTS 90,000: no DTS
    "0000000109f0" + "00000001" + SPS.toHex() + "00000001" + PPS.toHex() +
    "00000001" + "65808080808080808080";
  assertEquals(
    must(packet).subarray(188 - hex(body).length).toHex(),
    hex(body).toHex(),
  );
});

Deno.test("each size of payload fills whole packets, with every byte in its place", () => {
  for (let size = 1; size < 600; size++) {
    const stream = muxer(VIDEO).write([picture(0, true), picture(40, false, size)]);
    assertEquals(stream.length % 188, 0);
    const [, second] = unitsOf(demux(stream));
    assertEquals(second?.payload, picture(40, false, size).payload);
  }
});

Deno.test("counters go on over calls and tables, and packets without payload repeat theirs", () => {
  const subject = muxer(VIDEO, AUDIO);
  const parts: Uint8Array[] = [];
  for (let i = 0; i < 60; i++) {
    if (i % 7 === 0) parts.push(subject.tables());
    parts.push(subject.write([picture(400 * i, i % 9 === 0, 400), frame(9600 * i + 9600)]));
  }
  const last = new Map<number, number>();
  for (const { pid, counter, payload } of readPackets(joinBytes(parts))) {
    const expected = payload.length === 0 ? last.get(pid) : ((last.get(pid) ?? -1) + 1) % 16;
    assertEquals(counter, expected);
    last.set(pid, counter);
  }
});

Deno.test("tables stand before key pictures and twice a second, but not twice in a row", () => {
  const subject = muxer(VIDEO);
  const hasTables = (stream: Uint8Array) => readPackets(stream)[0]?.pid === 0;
  assertEquals(subject.tables().length, 2 * 188);
  assertEquals(hasTables(subject.write([picture(0, true)])), false);
  assertEquals(hasTables(subject.write([picture(40, false)])), false);
  assertEquals(hasTables(subject.write([picture(80, true)])), true);
  assertEquals(hasTables(subject.write([picture(560, false)])), false);
  assertEquals(hasTables(subject.write([picture(580, false)])), true);
});

Deno.test("the PCR runs ahead of the pictures, and audio brings it where they are rare", () => {
  const subject = muxer(VIDEO, AUDIO);
  const units = [picture(0, true), ...[...Array(40).keys()].map((i) => frame(1024 * i))];
  const pcrs = packetsOf(subject.write(units)).map(pcrOf).filter((pcr) => pcr !== undefined);
  assertEquals(pcrs[0], tsTime(0, 1000) - PCR_LEAD);
  assertEquals(pcrs.length, 10);
  for (const [index, pcr] of pcrs.entries()) {
    const step = pcr - (pcrs[index - 1] ?? pcr);
    assert(step >= 0 && step <= 9000, `a step of ${step}`);
  }
});

Deno.test("a PCR that steps back marks a discontinuity", () => {
  const subject = muxer(VIDEO);
  subject.write([picture(10_000, true)]);
  const packets = readPackets(subject.write([picture(0, true)]));
  assertEquals(packets.map(({ isDiscontinuity }) => isDiscontinuity), [false, false, true]);
});

Deno.test("times wrap at 33 bits", () => {
  const dts = 2 ** 33 / 90; // milliseconds
  const late = { ...picture(0, true), track: { ...VIDEO, timescale: 90_000 } };
  const unit = { ...late, pts: 2 ** 33 - 90_000, dts: 2 ** 33 - 90_000 - 3600 };
  const [, , packet] = readPackets(muxer(unit.track).write([unit]));
  const pes = parsePes(must(packet).payload);
  assertEquals([pes.pts, pes.dts], [0, 2 ** 33 - 3600]);
  assertEquals(tsTime(Math.round(dts), 1000) > 2 ** 33, true);
});

Deno.test("frames that follow each other share a packet, to the tick, and a gap begins another", () => {
  const times = [0, 1024, 2048, 3072, 4096, 5120, 8192];
  const stream = muxer(AUDIO).write(times.map(frame));
  const starts = readPackets(stream).filter(({ pid, isStart }) => pid === 0x100 && isStart);
  const pts = starts.map(({ payload }) => readTimestamp(payload, 9));
  assertEquals(pts, [0, 4096, 8192].map((time) => tsTime(time, 48_000)));
  const read = unitsOf(demux(stream)).map((unit) => unit.pts);
  assertEquals(read, times.map((time) => tsTime(time, 48_000)));
});

Deno.test("a muxer for other tracks goes on with counters and versions", () => {
  const first = muxer(VIDEO);
  first.write([picture(0, true)]);
  const second = new TsMuxer({ tracks: [VIDEO, AUDIO], metadata: {} }, first);
  const [pat, pmt, media] = readPackets(second.write([picture(40, true)]));
  assertEquals([pat?.counter, pmt?.counter, media?.counter], [1, 1, 1]);
  assertEquals(must(pmt?.payload)[6], 0xc3);
});

Deno.test("what no packet can hold is left out", () => {
  const huge = { ...frame(0), payload: [new Uint8Array(9000)] };
  const other = { ...frame(0), track: { ...AUDIO, id: 9 } };
  assertEquals(muxer(AUDIO).write([huge, other, { ...frame(0), payload: [] }]).length, 0);
  assertEquals(muxer().tables().length, 2 * 188);
});

Deno.test("the input is not changed", () => {
  const media = mediaOf("avc_aac");
  const before = structuredClone(media.units);
  mux(media, 8);
  assertEquals(media.units, before);
});

function aac(digits: string): CodecConfig {
  return { codec: "aac", audioSpecificConfig: hex(digits) };
}

Deno.test("what is refused says why", () => {
  const rows: readonly (readonly [Partial<Track>, string | undefined])[] = [
    [{}, undefined],
    [{ codec: "av1" }, "Players read no av1 in a transport stream"],
    [{ codec: "vp9" }, "Players read no vp9 in a transport stream"],
    [{ codec: "flac", kind: "audio" }, "Players read no flac in a transport stream"],
    [{ ...AUDIO }, undefined],
    [{ ...AUDIO, config: aac("2b92 0800".replace(" ", "")) }, undefined],
    [{ ...AUDIO, config: aac("1194") }, "ADTS cannot say frames of 960 samples"],
    [{ ...AUDIO, config: aac("b98c80") }, "ADTS cannot say AAC object type 23"],
    [{ ...AUDIO, config: aac("1780") }, "its AudioSpecificConfig cannot be read"],
    [
      { id: 2, kind: "audio", codec: "aac", timescale: 1, config: must(VIDEO.config) },
      "The configuration of the AAC is not known",
    ],
  ];
  for (const [changes, refusal] of rows) {
    const track = { ...VIDEO, ...changes } as Track;
    assertEquals(tsRefusal(track), refusal);
    assertEquals(tsCarries(track), refusal === undefined);
  }
});
