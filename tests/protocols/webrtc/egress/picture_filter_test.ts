import { assertEquals } from "@std/assert";
import {
  PictureFilter,
  type PictureVerdict,
} from "../../../../protocols/webrtc/egress/picture_filter.ts";
import type { CodecConfig } from "../../../../registry/media/codec.ts";
import type { Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { must } from "../../../must.ts";

type Picture = readonly [pts: number, nals: readonly (readonly number[])[], isKey?: true];

function judge(
  codec: "h264" | "h265" | "vp8",
  pictures: readonly Picture[],
  config?: CodecConfig,
): readonly PictureVerdict[] {
  const track: Track = {
    id: 1,
    kind: "video",
    codec,
    timescale: 90_000,
    ...(config && { config }),
  };
  const filter = new PictureFilter(codec);
  return pictures.map(([pts, nals, isKey = false], dts) => {
    const payload = nals.map((nal) => Uint8Array.from(nal));
    const unit: Unit = { track, pts, dts, isKey, payload };
    return filter.judge(unit);
  });
}

const [ordered, B, broken, needed] = [
  "in order",
  "B-picture",
  "needs B-pictures",
  "needed B-picture",
] as const;

/** NAL unit headers of H.264: nal_ref_idc in bits 5 and 6, the type below. */
const IDR = [0x65];
const REFERENCE = [0x41];
const NO_REFERENCE = [0x01];
const SEI = [0x06];

Deno.test("H.264: what is shown before a picture that was decoded is a B-picture", () => {
  const verdicts = judge("h264", [
    [2, [IDR], true],
    [5, [REFERENCE]],
    [3, [NO_REFERENCE]],
    [4, [SEI, NO_REFERENCE, NO_REFERENCE]],
    [6, [NO_REFERENCE]], // a P-picture that nobody needs is in order all the same
    [8, [REFERENCE]],
    [7, [NO_REFERENCE]],
  ]);
  assertEquals(verdicts, [ordered, ordered, B, B, ordered, ordered, B]);
});

Deno.test("a key picture begins anew, also where its time is before that of the last picture", () => {
  assertEquals(
    judge("h264", [[2, [IDR], true], [9, [REFERENCE]], [3, [IDR], true], [4, [REFERENCE]]]),
    [ordered, ordered, ordered, ordered],
  );
});

Deno.test("H.264: where slices cannot be read, all need a B-picture that others may refer to", () => {
  const verdicts = judge("h264", [
    [2, [IDR], true],
    [6, [REFERENCE]],
    [4, [NO_REFERENCE, REFERENCE]],
    [3, [NO_REFERENCE]],
    [7, [REFERENCE]],
    [8, [NO_REFERENCE]],
    [9, [IDR], true],
    [10, [REFERENCE]],
  ]);
  assertEquals(verdicts, [ordered, ordered, B, B, broken, broken, ordered, ordered]);
});

/** Presentation times of x264 with bframes=3 and its pyramid, in the order of decoding. */
const X264_ORDER = [0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11, 13];

/** The beginning of each slice, and what became of the pictures. */
const X264 = [
  {
    what: "with one reference frame, as of preset veryfast: P-pictures refer to P-pictures only",
    pps: "68efbcb0",
    slices: [
      "6588840077d71a7b598c0bb78e3a",
      "419a2418843fd53888ff5b8692c4",
      "419e424218fffed703d95eb483bb",
      "019e614439fffee11947b8b0815b",
      "019e634439ffcab69d164c0dbfe6",
      "419a68344c429f76b8e4c3bf8bd4",
      "419e8645112c31ffc2e5dd008f17",
      "019ea54439ffceeef6a5e7365399",
      "019ea7443dffcab8a47afe5878c3",
      "419aac344c429f76b6be172986e9",
      "419eca45152c31ffc7d60defffdc",
      "019ee94439ffca7d4b4ff7e98973",
      "019eeb4435ffca597421903ffe59",
      "419aed344c42df71033c7ae480fc",
    ],
    last: ordered,
  },
  {
    what: "with three, as of preset medium: P-pictures refer to B-pictures too",
    pps: "68ebecb22c",
    slices: [
      "6588840067d74766a02d1acca33b",
      "419a246c477fd0bd58917fd055cd",
      "419e4278863ff1d928b353c7ba68",
      "019e6174439ff438955b4ee5d235",
      "019e636a439fcab7b8e7be1e293d",
      "419a6849a84168994c0853ff76f0",
      "419e8645112c35ffc59b2945fd52",
      "019ea574439fceeeeb09cd6960d8",
      "019ea76a43dfca1edf74354c331c",
      "419aac49a8416c994c085bff87da",
      "419eca45152c31ffcacf0535feb4",
      "019ee97443dfccd6056175a30c7c",
      "019eeb6a435fca30bb6e81b7fea9",
      "419aed49a8416c994c085bff756f",
    ],
    last: broken,
  },
];

for (const { what, pps, slices, last } of X264) {
  Deno.test(`x264 ${what}`, () => {
    const config: CodecConfig = {
      codec: "h264",
      sps: [Uint8Array.fromHex("6764001eacd940a02ff970110000030001000003003c0f162d96")],
      pps: [Uint8Array.fromHex(pps)],
    };
    const pictures = slices.map((slice, at): Picture => {
      const nals = [[...Uint8Array.fromHex(slice)]];
      const pts = X264_ORDER[at] ?? NaN;
      return at === 0 ? [pts, nals, true] : [pts, nals];
    });
    const group = [B, B, B, last];
    assertEquals(judge("h264", pictures, config), [ordered, ordered, ...group, ...group, ...group]);
  });
}

Deno.test("H.264: a slice that is cut short, or damaged, is taken to refer to everything", () => {
  const { pps, slices } = must(X264[0]);
  const config: CodecConfig = {
    codec: "h264",
    sps: [Uint8Array.fromHex("6764001eacd940a02ff970110000030001000003003c0f162d96")],
    pps: [Uint8Array.fromHex(pps)],
  };
  const [idr, p4, b2, , , p8] = slices.map((slice) => [...Uint8Array.fromHex(slice)]);
  const verdicts = [1, 2, 3, 4, 14].map((length) =>
    judge("h264", [
      [0, [must(idr)], true],
      [4, [must(p4)]],
      [2, [must(b2)]],
      [8, [must(p8).slice(0, length)]],
    ], config).at(-1)
  );
  assertEquals(verdicts, [broken, broken, broken, broken, ordered]);
});

/** A slice of H.265: its type, and its sub-layer from 0. */
const slice = (type: number, layer = 0): readonly number[] => [type << 1, layer + 1];

/** ITU-T H.265 table 7-1: what becomes of a B-picture of each type. */
const H265_TYPES: readonly (readonly [type: number, name: string, verdict: PictureVerdict])[] = [
  [0, "TRAIL_N", B],
  [1, "TRAIL_R", needed],
  [2, "TSA_N", B],
  [3, "TSA_R", needed],
  [4, "STSA_N", B],
  [5, "STSA_R", needed],
  [6, "RADL_N", B],
  [7, "RADL_R", B],
  [8, "RASL_N", B],
  [9, "RASL_R", B],
];

for (const [type, name, verdict] of H265_TYPES) {
  Deno.test(`H.265: a B-picture of type ${name} is a ${verdict}`, () => {
    const verdicts = judge("h265", [[3, [slice(21)], true], [2, [slice(39), slice(type)]]]);
    assertEquals(verdicts, [ordered, verdict]);
  });
}

Deno.test("H.265: one that is no reference in its sub-layer may be one for a higher sub-layer", () => {
  const verdicts = judge("h265", [
    [2, [slice(19)], true],
    [6, [slice(1)]],
    [4, [slice(0)]],
    [3, [slice(2, 1)]],
    [5, [slice(0)]],
  ]);
  assertEquals(verdicts, [ordered, ordered, B, B, needed]);
});

Deno.test("a codec whose pictures are not told apart keeps all of them", () => {
  assertEquals(judge("vp8", [[2, [[0]], true], [1, [[0]]]]), [ordered, ordered]);
});
