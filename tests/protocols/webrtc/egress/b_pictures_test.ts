import { assertEquals } from "@std/assert";
import { BPictures, type PictureVerdict } from "../../../../protocols/webrtc/egress/b_pictures.ts";
import type { Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";

function judge(
  codec: "h264" | "h265" | "vp8",
  pictures: readonly (readonly [pts: number, nals: readonly (readonly number[])[], isKey?: true])[],
): readonly PictureVerdict[] {
  const track: Track = { id: 1, kind: "video", codec, timescale: 90_000 };
  const watch = new BPictures(codec);
  return pictures.map(([pts, nals, isKey = false], dts) => {
    const payload = nals.map((nal) => Uint8Array.from(nal));
    const unit: Unit = { track, pts, dts, isKey, payload };
    return watch.judge(unit);
  });
}

const [ordered, disposable, needed] = [
  "in order",
  "disposable B-picture",
  "needed B-picture",
] as const;

/** NAL unit headers of H.264: nal_ref_idc in bits 5 and 6, the type below. */
const IDR = [0x65];
const REFERENCE = [0x41];
const NO_REFERENCE = [0x01];
const SEI = [0x06];

Deno.test("H.264: what is shown before a picture that was decoded is a B-picture, needed by nal_ref_idc", () => {
  // The order of x264 with bframes=3 and b-pyramid: I P B b b.
  const verdicts = judge("h264", [
    [2, [IDR], true],
    [6, [REFERENCE]],
    [4, [REFERENCE]],
    [3, [NO_REFERENCE]],
    [5, [NO_REFERENCE]],
    [7, [NO_REFERENCE]], // a P-picture that nobody needs is in order all the same
    [9, [REFERENCE]],
    [8, [SEI, NO_REFERENCE, NO_REFERENCE]],
    [8, [NO_REFERENCE, REFERENCE]],
  ]);
  assertEquals(verdicts, [
    ordered,
    ordered,
    needed,
    disposable,
    disposable,
    ordered,
    ordered,
    disposable,
    needed,
  ]);
});

Deno.test("a key picture begins anew, also where its time is before that of the last picture", () => {
  assertEquals(
    judge("h264", [[2, [IDR], true], [9, [REFERENCE]], [3, [IDR], true], [4, [REFERENCE]]]),
    [ordered, ordered, ordered, ordered],
  );
});

/** A slice of H.265: its type, and its sub-layer from 0. */
const slice = (type: number, layer = 0): readonly number[] => [type << 1, layer + 1];

/** ITU-T H.265 table 7-1: what becomes of a B-picture of each type. */
const H265_TYPES: readonly (readonly [type: number, name: string, verdict: PictureVerdict])[] = [
  [0, "TRAIL_N", disposable],
  [1, "TRAIL_R", needed],
  [2, "TSA_N", disposable],
  [3, "TSA_R", needed],
  [4, "STSA_N", disposable],
  [5, "STSA_R", needed],
  [6, "RADL_N", disposable],
  [7, "RADL_R", disposable],
  [8, "RASL_N", disposable],
  [9, "RASL_R", disposable],
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
  assertEquals(verdicts, [ordered, ordered, disposable, disposable, needed]);
});

Deno.test("a codec whose pictures are not told apart keeps all of them", () => {
  assertEquals(judge("vp8", [[2, [[0]], true], [1, [[0]]]]), [ordered, needed]);
});
