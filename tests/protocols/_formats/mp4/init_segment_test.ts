import { assert, assertEquals } from "@std/assert";
import { childBoxes, findBox, needBox } from "../../../../protocols/_formats/mp4/box_reader.ts";
import { mp4Carries, type Mp4Track } from "../../../../protocols/_formats/mp4/carriage.ts";
import { initSegment, sameInit } from "../../../../protocols/_formats/mp4/init_segment.ts";
import { parseMovie } from "../../../../protocols/_formats/mp4/movie.ts";
import type { Track } from "../../../../registry/media/track.ts";
import { must } from "../../../must.ts";
import { hex } from "../flv/bytes.ts";
import { flvMedia, tracksOf } from "./files.ts";

const [VIDEO, AUDIO] = tracksOf(flvMedia("avc_aac.flv")) as [Mp4Track, Mp4Track];
const AV1 = must(tracksOf(flvMedia("av1.flv"))[0]);

Deno.test("the header of one audio track, every byte of it", () => {
  const expected = hex(
    "0000001c 66747970 69736f36 00000000 69736f36 6d703431 636d6663" +
      "0000023b 6d6f6f76" +
      "0000006c 6d766864 00000000 00000000 00000000 000003e8 00000000 00010000 0100 0000" +
      "0000000000000000 00010000 00000000 00000000 00000000 00010000 00000000 00000000 00000000" +
      "40000000 000000000000000000000000000000000000000000000000 00000003" +
      "0000019f 7472616b" +
      "0000005c 746b6864 00000003 00000000 00000000 00000002 00000000 00000000 0000000000000000" +
      "0000 0001 0100 0000 00010000 00000000 00000000 00000000 00010000 00000000 00000000 00000000" +
      "40000000 00000000 00000000" +
      "0000013b 6d646961" +
      "00000020 6d646864 00000000 00000000 00000000 00015f90 00000000 55c4 0000" +
      "00000021 68646c72 00000000 00000000 736f756e 000000000000000000000000 00" +
      "000000f2 6d696e66 00000010 736d6864 00000000 0000 0000" +
      "00000024 64696e66 0000001c 64726566 00000000 00000001 0000000c 75726c20 00000001" +
      "000000b6 7374626c 0000006a 73747364 00000000 00000001" +
      "0000005a 6d703461 000000000000 0001 0000000000000000 0001 0010 0000 0000 ac440000" +
      "00000036 65736473 00000000 0380808025 0000 00 0480808017 40 15 000000 00000000 00000000" +
      "0580808005 120856e500 0680808001 02" +
      "00000010 73747473 00000000 00000000 00000010 73747363 00000000 00000000" +
      "00000014 7374737a 00000000 00000000 00000000 00000010 7374636f 00000000 00000000" +
      "00000028 6d766578 00000020 74726578 00000000 00000002 00000001 00000000 00000000 02000000",
  );
  assertEquals(initSegment([AUDIO]).toHex(), expected.toHex());
});

function brands(tracks: readonly Mp4Track[]): string {
  const ftyp = needBox(childBoxes(initSegment(tracks), "file"), "ftyp", "file");
  return new TextDecoder().decode(ftyp.subarray(8));
}

Deno.test("brands: CMAF for one track, and AV1's", () => {
  assertEquals(brands([VIDEO, AUDIO]), "iso6mp41");
  assertEquals(brands([VIDEO]), "iso6mp41cmfc");
  assertEquals(brands([AV1]), "iso6mp41cmfcav01");
});

Deno.test("tracks keep their ids and timescales", () => {
  const track = { ...VIDEO, id: 7, timescale: 1000 };
  const moov = needBox(childBoxes(initSegment([track, AUDIO]), "file"), "moov", "file");
  const { tracks, dropped } = parseMovie(moov);
  assertEquals(dropped, []);
  assertEquals([...tracks.keys()], [7, AUDIO.id]);
  assertEquals(tracks.get(7)?.timescale, 1000);
  assertEquals(tracks.get(7)?.entries[0]?.config, VIDEO.config);
  assert(findBox(childBoxes(moov, "moov"), "mvex") !== undefined);
});

Deno.test("a header stands for others of the same tracks, timescales and configurations", () => {
  assert(sameInit([VIDEO, AUDIO], [{ ...VIDEO }, AUDIO]));
  assert(!sameInit([VIDEO, AUDIO], [VIDEO]));
  assert(!sameInit([VIDEO, AUDIO], [AUDIO, VIDEO]));
  assert(!sameInit([VIDEO], [{ ...VIDEO, timescale: 1000 }]));
  assert(!sameInit([VIDEO], [{ ...AV1, id: VIDEO.id, timescale: VIDEO.timescale }]));
});

const UNCARRIED: readonly { name: string; track: Track; reason: string }[] = [
  {
    name: "a codec without a form",
    track: { id: 1, kind: "audio", codec: "g722", timescale: 16_000 },
    reason: "g722 has no form in MP4",
  },
  {
    name: "an opaque codec",
    track: { id: 1, kind: "video", codec: "flv:video4", timescale: 1000 },
    reason: "flv:video4 has no form in MP4",
  },
  {
    name: "a configuration that is not known",
    track: { id: 1, kind: "video", codec: "h264", timescale: 90_000 },
    reason: "the configuration of h264 is not known yet",
  },
  {
    name: "a configuration of another codec",
    track: { ...AUDIO, codec: "opus" },
    reason: "opus has a configuration of aac",
  },
  {
    name: "a damaged configuration",
    track: { ...VIDEO, config: { codec: "h264", sps: [], pps: [] } },
    reason: "the configuration of h264 is damaged",
  },
  { name: "an id of 0", track: { ...VIDEO, id: 0 }, reason: "its id 0 cannot be one in MP4" },
];

for (const { name, track, reason } of UNCARRIED) {
  Deno.test(`not carried: ${name}`, () => {
    assertEquals(mp4Carries(track), { carried: false, reason });
  });
}

Deno.test("a whole track is carried", () => {
  assertEquals(mp4Carries(VIDEO), { carried: true, track: VIDEO });
});
