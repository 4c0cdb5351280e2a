import { assertEquals, assertThrows } from "@std/assert";
import {
  type Box,
  box,
  fullBox,
  serializeBoxes,
  u32,
} from "../../../../protocols/_formats/mp4/box.ts";
import { childBoxes, needBox } from "../../../../protocols/_formats/mp4/box_reader.ts";
import type { Mp4Track } from "../../../../protocols/_formats/mp4/carriage.ts";
import { Mp4Error } from "../../../../protocols/_formats/mp4/errors.ts";
import { initSegment } from "../../../../protocols/_formats/mp4/init_segment.ts";
import { type Movie, parseMovie } from "../../../../protocols/_formats/mp4/movie.ts";
import { flvMedia, tracksOf } from "./files.ts";

const [VIDEO, AUDIO] = tracksOf(flvMedia("avc_aac.flv")) as [Mp4Track, Mp4Track];
const MOOV = needBox(childBoxes(initSegment([VIDEO, AUDIO]), "file"), "moov", "file");

/** The header with its tracks changed, the first and the second each in its own way. */
function parse(...changes: readonly ((trak: readonly Box[]) => readonly Box[])[]): Movie {
  let index = 0;
  const boxes = childBoxes(MOOV, "moov").map(({ type, body }) => {
    const change = type === "trak" ? changes[index++] : undefined;
    if (change === undefined) return box(type, body);
    return box(type, ...change(childBoxes(body, type).map((child) => box(child.type, child.body))));
  });
  return parseMovie(serializeBoxes(...boxes));
}

/** Puts an edit list of one entry into a track. */
function edited(duration: number, mediaTime: number): (trak: readonly Box[]) => readonly Box[] {
  const elst = fullBox("elst", 0, 0, u32(1, duration, mediaTime, 0x10000));
  return (trak) => [...trak, box("edts", elst)];
}

/** Changes bytes of a track where `text` stands. */
function patched(text: string, offset: number, bytes: readonly number[]) {
  return (trak: readonly Box[]): readonly Box[] => {
    const whole = serializeBoxes(...trak);
    whole.set(bytes, new TextDecoder("latin1").decode(whole).indexOf(text) + offset);
    return childBoxes(whole, "trak").map((child) => box(child.type, child.body));
  };
}

function shifts({ tracks }: Movie): readonly number[] {
  return [...tracks.values()].map(({ shift }) => shift);
}

Deno.test("without edit lists no track is moved", () => {
  assertEquals(shifts(parse()), [0, 0]);
});

Deno.test("edit lists move tracks to each other, and whole seconds keep times from being negative", () => {
  assertEquals(shifts(parse(edited(1000, 7200))), [90_000 - 7200, 90_000]);
  assertEquals(shifts(parse(edited(1000, 7200), edited(1000, 200_000))), [262_800, 70_000]);
});

Deno.test("a track without tables, or of a damaged configuration, is left out and told", () => {
  const { tracks, dropped } = parse(
    patched("minf", 0, [0x66, 0x72, 0x65, 0x65]),
    patched("esds", 16, [9]),
  );
  assertEquals(tracks.size, 0);
  assertEquals(dropped, [
    "Track 1 has no sample table",
    "Track 2 cannot be read: Cannot parse esds: descriptor 9 is in the place of 4 at byte 4",
  ]);
});

const REFUSED: readonly {
  name: string;
  change: (trak: readonly Box[]) => readonly Box[];
  reason: string;
}[] = [
  { name: "a timescale of 0", change: patched("mdhd", 16, [0, 0, 0, 0]), reason: "timescale is 0" },
  { name: "a track id of 0", change: patched("tkhd", 16, [0, 0, 0, 0]), reason: "track id is 0" },
  { name: "no media", change: (trak) => trak.slice(0, 1), reason: "mdia is missing" },
  {
    name: "an encrypted track",
    change: patched("avc1", 0, [0x65, 0x6e, 0x63, 0x76]),
    reason: "Cannot parse sample entry encv: it is encrypted",
  },
];

for (const { name, change, reason } of REFUSED) {
  Deno.test(`refused: ${name}`, () => {
    assertThrows(() => parse(change), Mp4Error, reason);
  });
}
