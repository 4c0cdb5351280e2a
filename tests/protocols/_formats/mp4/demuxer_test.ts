import { assert, assertEquals, assertThrows } from "@std/assert";
import { box, fullBox, serializeBoxes, u32 } from "../../../../protocols/_formats/mp4/box.ts";
import type { Mp4Track } from "../../../../protocols/_formats/mp4/carriage.ts";
import { Mp4Demuxer } from "../../../../protocols/_formats/mp4/demuxer.ts";
import { Mp4Error } from "../../../../protocols/_formats/mp4/errors.ts";
import { fragment } from "../../../../protocols/_formats/mp4/fragment.ts";
import { initSegment } from "../../../../protocols/_formats/mp4/init_segment.ts";
import {
  Interleaver,
  MAX_INTERLEAVED_BYTES,
} from "../../../../protocols/_formats/mp4/interleaver.ts";
import {
  MAX_MISSING_SAMPLES,
  MAX_MOOF_SIZE,
} from "../../../../protocols/_formats/mp4/top_level.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { hex } from "../flv/bytes.ts";
import { concat, demux, flvMedia, keptOf, mediaOf, mux, tracksOf } from "./files.ts";

const MEDIA = flvMedia("avc_aac.flv");
const [VIDEO, AUDIO] = tracksOf(MEDIA) as [Mp4Track, Mp4Track];
const INIT = initSegment([VIDEO, AUDIO]);

function unitOf(track: Mp4Track, dts: number, payload = hex("2101")): Unit {
  return { track, dts, pts: dts, isKey: true, payload: [payload] };
}

/** A fragment of one unit of each of these times. */
function piece(track: Mp4Track, ...times: readonly number[]): Uint8Array {
  const samples = times.map((dts) => ({ unit: unitOf(track, dts), dts, duration: 1000 }));
  return fragment({ sequence: 1, runs: [{ track, samples }] });
}

/** A box header of so many bytes, and no more. */
function header(type: string, size: number): Uint8Array {
  const bytes = serializeBoxes(box(type));
  new DataView(bytes.buffer).setUint32(0, size);
  return bytes;
}

Deno.test("boxes of no interest are passed over, before, between and after fragments", () => {
  const others = ["styp", "sidx", "emsg", "prft", "free", "uuid", "skip"];
  const junk = serializeBoxes(...others.map((type) => box(type, new Uint8Array(70))));
  const file = concat([junk, INIT, junk, piece(AUDIO, 0, 1000), junk, piece(AUDIO, 2000), junk]);
  for (const size of [file.length, 13]) {
    const { units, drops } = demux(file, size);
    assertEquals([units.map(({ dts }) => dts), drops], [[0, 1000, 2000], []]);
  }
});

Deno.test("a box may have a 64-bit size, and the last one none", () => {
  const { length } = piece(AUDIO, 0);
  const moof = piece(AUDIO, 0).subarray(0, length - 10);
  const large = serializeBoxes(box("free", u32(0, 24), new Uint8Array(8)));
  new DataView(large.buffer).setUint32(0, 1);
  const file = concat([INIT, large, moof, header("mdat", 0), hex("2101"), new Uint8Array(50)]);
  const { units, drops } = demux(file, 5);
  assertEquals([units.length, drops], [1, []]);
});

Deno.test("units come out as soon as their bytes are there", () => {
  const demuxer = new Mp4Demuxer();
  demuxer.push(INIT);
  assertEquals(demuxer.isHolding, true);
  const bytes = piece(AUDIO, 0, 1000);
  const early = mediaOf(demuxer.push(bytes.subarray(0, bytes.length - 2)));
  assertEquals(early.units.map(({ dts }) => dts), [0]);
  const rest = mediaOf(demuxer.push(bytes.subarray(bytes.length - 2)));
  assertEquals(rest.units.map(({ dts }) => dts), [1000]);
});

Deno.test("a further header changes the configuration, and the same one again nothing", () => {
  const other = tracksOf(flvMedia("hevc.flv"))[0];
  assert(other !== undefined);
  const changed = { ...other, id: VIDEO.id };
  const frame = hex("2601af");
  const samples = [{ unit: unitOf(changed, 3000, frame), dts: 3000, duration: 1 }];
  const file = concat([
    ...[INIT, piece(AUDIO, 0), INIT, piece(AUDIO, 1000)],
    ...[
      initSegment([changed, AUDIO]),
      fragment({ sequence: 3, runs: [{ track: changed, samples }] }),
    ],
  ]);
  const { descriptions, units } = demux(file);
  assertEquals(descriptions.map(({ tracks }) => tracks.map(({ codec }) => codec)), [
    ["h264", "aac"],
    ["h265", "aac"],
  ]);
  assertEquals(units.at(-1)?.config, changed.config);
});

Deno.test("parameter sets in band update the configuration, and are not payload", () => {
  const { config } = VIDEO;
  assert(config.codec === "h264");
  const pps = hex("68ce0f20");
  const nals = [config.sps[0] ?? hex(""), pps, hex("650102")];
  const unit = { ...unitOf(VIDEO, 0), payload: nals };
  const runs = [{ track: VIDEO, samples: [{ unit, dts: 0, duration: 1 }] }];
  const { units } = demux(concat([INIT, fragment({ sequence: 1, runs })]));
  assertEquals(units[0]?.payload, [hex("650102")]);
  assertEquals(units[0]?.track.config, { ...config, pps: [pps] });
});

Deno.test("a sample that lies nowhere is dropped and told, the others are read", () => {
  const bytes = piece(AUDIO, 0, 1000);
  const short = concat([bytes.subarray(0, bytes.length - 12), hex("0000000a6d646174 2101")]);
  const { units, drops } = demux(concat([INIT, short, piece(AUDIO, 2000)]));
  assertEquals(units.map(({ dts }) => dts), [0, 2000]);
  assertEquals(drops, [
    "A sample of track 2 cannot be read: it lies before the media data, or in another sample",
  ]);
});

Deno.test("a flush in the middle gives what waits, and the rest comes later", () => {
  const run = (track: Mp4Track, duration: number) => {
    const times = [0, duration];
    return { track, samples: times.map((dts) => ({ unit: unitOf(track, dts), dts, duration })) };
  };
  const runs = [run(VIDEO, 1000), run(AUDIO, 900)];
  const file = concat([INIT, fragment({ sequence: 1, runs })]);
  const demuxer = new Mp4Demuxer();
  const [head, rest] = [file.subarray(0, file.length - 1), file.subarray(file.length - 1)];
  const trackIds = (media: ReturnType<typeof mediaOf>) => media.units.map(({ track }) => track.id);
  assertEquals(trackIds(mediaOf(demuxer.push(head))), [VIDEO.id, AUDIO.id]);
  assertEquals(trackIds(mediaOf(demuxer.flush())), [VIDEO.id]);
  assertEquals(trackIds(mediaOf(demuxer.push(rest))), [AUDIO.id]);
});

Deno.test("of a file that ends within a box all whole samples are read", () => {
  const file = concat([INIT, piece(AUDIO, 0, 1000)]);
  const { units, drops } = demux(file.subarray(0, file.length - 1));
  assertEquals([units.length, drops], [1, []]);
});

Deno.test("tracks of unknown codecs are left out and told", () => {
  const init = INIT.slice();
  const at = new TextDecoder("latin1").decode(init).indexOf("mp4a");
  init.set(new TextEncoder().encode("samr"), at);
  const { descriptions, drops } = demux(concat([init, piece(VIDEO, 0)]));
  assertEquals(descriptions[0]?.tracks, [VIDEO]);
  assertEquals(drops, ['Track 2 cannot be read: "samr" is not supported']);
});

Deno.test("empty samples are passed over", () => {
  const samples = [unitOf(AUDIO, 0, hex("")), unitOf(AUDIO, 1000)]
    .map((unit) => ({ unit, dts: unit.dts, duration: 1000 }));
  const file = concat([INIT, fragment({ sequence: 1, runs: [{ track: AUDIO, samples }] })]);
  assertEquals(demux(file, 1).units.map(({ dts }) => dts), [1000]);
});

/** Decoding and presentation time of what a fragment with these times is read as. */
function timesOf(units: readonly Unit[]): readonly (readonly number[])[] {
  const samples = units.map((unit) => ({ unit, dts: unit.dts, duration: 3000 }));
  const file = concat([INIT, fragment({ sequence: 1, runs: [{ track: VIDEO, samples }] })]);
  return demux(file).units.map(({ dts, pts }) => [dts, pts]);
}

Deno.test("pictures that are shown before they are decoded are decoded earlier, a second later", () => {
  const units = [[0, 0], [3000, 6000], [6000, 3000]].map(([dts = 0, pts = 0]) => {
    return { ...unitOf(VIDEO, dts, hex("650102")), pts };
  });
  assertEquals(timesOf(units), [[87_000, 90_000], [90_000, 96_000], [93_000, 93_000]]);
  const later = units.map((unit) => ({ ...unit, pts: unit.pts + 3000 }));
  assertEquals(timesOf(later), [[0, 3000], [3000, 9000], [6000, 6000]]);
});

const REFUSED: readonly { name: string; file: Uint8Array; reason: string }[] = [
  { name: "media before the header", file: header("mdat", 100), reason: "mdat comes before moov" },
  { name: "a fragment before the header", file: piece(AUDIO, 0), reason: "moof comes before moov" },
  { name: "no boxes", file: hex("47400010 00000000 0000"), reason: "a box type is not text" },
  { name: "a box below its header", file: header("free", 7), reason: "box free has a size of 7" },
  {
    name: "a fragment above the limit",
    file: header("moof", MAX_MOOF_SIZE + 1),
    reason: `box moof of ${MAX_MOOF_SIZE + 1} bytes is above ${MAX_MOOF_SIZE} at byte 0`,
  },
  {
    name: "a header without an end",
    file: header("moov", 0),
    reason: "box moov of Infinity bytes is above",
  },
  { name: "a header without mvhd", file: serializeBoxes(box("moov")), reason: "mvhd is missing" },
  {
    name: "more samples that cannot be had than make sense",
    file: concat([
      INIT,
      serializeBoxes(
        box(
          "moof",
          box(
            "traf",
            fullBox("tfhd", 0, 0x20010, u32(AUDIO.id, 1)),
            fullBox("trun", 0, 1, u32(MAX_MISSING_SAMPLES + 1, -2000)),
          ),
        ),
        box("mdat", new Uint8Array(1)),
      ),
    ]),
    reason: `more than ${MAX_MISSING_SAMPLES} samples in a row cannot be read`,
  },
];

for (const { name, file, reason } of REFUSED) {
  Deno.test(`refused: ${name}`, () => {
    assertThrows(() => demux(file, 1), Mp4Error, reason);
  });
}

Deno.test("a sample waits for earlier ones of another track, but not past the limit", () => {
  const interleaver = new Interleaver<string>();
  const coming = new Map([[2, 0.5]]);
  interleaver.add(1, "0 s", { seconds: 0, bytes: 10 });
  interleaver.add(1, "1 s", { seconds: 1, bytes: 10 });
  assertEquals(interleaver.take(coming), ["0 s"]);
  interleaver.add(2, "0.5 s", { seconds: 0.5, bytes: 10 });
  assertEquals(interleaver.take(new Map([[2, 1.5]])), ["0.5 s", "1 s"]);
  interleaver.add(1, "2 s", { seconds: 2, bytes: MAX_INTERLEAVED_BYTES });
  assertEquals(interleaver.take(coming), ["2 s"]);
});

Deno.test("a whole fragment of one track before another comes out in the order of times", () => {
  const file = mux(MEDIA, 1000);
  const order = demux(file, 100).units.map(({ track, dts }) => dts / track.timescale);
  assertEquals(order, [...order].sort((a, b) => a - b));
  assertEquals(keptOf(demux(file, 100).units), keptOf(MEDIA.units));
});
