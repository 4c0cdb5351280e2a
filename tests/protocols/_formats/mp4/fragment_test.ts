import { assertEquals, assertThrows } from "@std/assert";
import type { Mp4Track } from "../../../../protocols/_formats/mp4/carriage.ts";
import { fragment, type Mp4Sample } from "../../../../protocols/_formats/mp4/fragment.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { must } from "../../../must.ts";
import { hex } from "../flv/bytes.ts";
import { flvMedia, tracksOf } from "./files.ts";

const [VIDEO, AUDIO] = tracksOf(flvMedia("avc_aac.flv")) as [Mp4Track, Mp4Track];

function sample(track: Mp4Track, dts: number, duration: number, unit: Partial<Unit>): Mp4Sample {
  const whole = { track, dts, pts: dts, isKey: true, payload: [hex("aabb")], ...unit };
  return { unit: whole, dts, duration };
}

Deno.test("a fragment of two tracks, every byte of it", () => {
  const start = 2 ** 32 + 5;
  const video = [
    sample(VIDEO, start, 3600, { pts: start + 7200, payload: [hex("6501"), hex("06")] }),
    sample(VIDEO, start + 3600, 3000, { pts: start + 3000, isKey: false, payload: [hex("41")] }),
  ];
  const audio = [sample(AUDIO, 9, 2090, {}), sample(AUDIO, 2099, 2090, { payload: [hex("cc")] })];
  const runs = [{ track: VIDEO, samples: video }, { track: AUDIO, samples: audio }];
  assertEquals(
    fragment({ sequence: 2 ** 32 + 3, runs }).toHex(),
    hex(
      "000000c8 6d6f6f66 00000010 6d666864 00000000 00000003" +
        "00000060 74726166 00000010 74666864 00020000 00000001" +
        "00000014 74666474 01000000 0000000100000005" +
        "00000034 7472756e 01000f01 00000002 000000d0" +
        "00000e10 0000000b 02000000 00001c20  00000bb8 00000005 01010000 fffffda8" +
        "00000050 74726166 00000010 74666864 00020000 00000002" +
        "00000014 74666474 01000000 0000000000000009" +
        "00000024 7472756e 01000301 00000002 000000e0 0000082a 00000002 0000082a 00000001" +
        "0000001b 6d646174" +
        "00000002 6501 00000001 06  00000001 41  aabb cc",
    ).toHex(),
  );
});

Deno.test("a segment may begin with styp, and its offsets still count from moof", () => {
  const runs = [{ track: AUDIO, samples: [sample(AUDIO, 0, 1024, {})] }];
  const plain = fragment({ sequence: 1, runs });
  const segment = fragment({ sequence: 1, runs, isSegmentStart: true });
  const styp = hex("00000014 73747970 6d736468 00000000 6d736468");
  assertEquals(segment.toHex(), styp.toHex() + plain.toHex());
});

Deno.test("AV1: OBUs get sizes, and a key sample begins with the sequence header", () => {
  const track = must(tracksOf(flvMedia("av1.flv"))[0]);
  const config = track.config.codec === "av1" ? track.config.sequenceHeader : hex("");
  const samples = [
    sample(track, 0, 1, { payload: [hex("3001"), hex("34 08 02")] }),
    sample(track, 1, 1, { isKey: false, payload: [hex("3003")] }),
  ];
  const bytes = fragment({ sequence: 1, runs: [{ track, samples }] });
  const sized = `0a${(config.length - 1).toString(16).padStart(2, "0")}${
    config.subarray(1).toHex()
  }`;
  const data = hex(`${sized} 320101 360801 02 320103`);
  assertEquals(bytes.subarray(bytes.length - data.length), data);
});

Deno.test("a composition offset that does not fit is the most that does", () => {
  const samples = [
    sample(VIDEO, 0, 1, { pts: 2 ** 40 }),
    sample(VIDEO, 1, 1, { pts: -(2 ** 40) }),
  ];
  const hexed = fragment({ sequence: 1, runs: [{ track: VIDEO, samples }] }).toHex();
  assertEquals(hexed.includes("020000007fffffff"), true);
  assertEquals(hexed.includes("0200000080000001"), true);
});

Deno.test("half an hour has a row for each picture: files may have few key pictures", () => {
  const samples = Array.from({ length: 60_000 }, (_, at) => sample(VIDEO, at, 1, {}));
  const sizeOf = (count: number) =>
    fragment({ sequence: 1, runs: [{ track: VIDEO, samples: samples.slice(0, count) }] }).length;
  // Duration, size and flags; the length of a NAL unit and its two bytes.
  assertEquals(sizeOf(60_000) - sizeOf(1), 59_999 * (12 + 6));
});

Deno.test("a negative decoding time cannot be written", () => {
  const runs = [{ track: AUDIO, samples: [sample(AUDIO, -1, 1024, {})] }];
  assertThrows(
    () => fragment({ sequence: 1, runs }),
    RangeError,
    "Cannot write MP4 fragment: decoding time -1 is out of range",
  );
});
