import { assert, assertEquals } from "@std/assert";
import { rawCodecOf } from "../../../../../protocols/file/recordings/raw/raw_codec.ts";
import { splitAnnexB } from "../../../../../registry/media/nal.ts";
import { must } from "../../../../must.ts";
import { Shelf, unitsOf } from "../files.ts";

const VECTORS = new URL("../../../_formats/rtp/payload/vectors/", import.meta.url);

function vector(name: string): Uint8Array {
  return Deno.readFileSync(new URL(name, VECTORS));
}

Deno.test("byte streams are told apart by the ending of their names", () => {
  const codecs = ["a.264", "b.H264", "c.h265", "d.265", "e.hevc", "f.mp4", "264", "g.constructor"]
    .map((path) => rawCodecOf(path)?.codec);
  assertEquals(codecs, ["h264", "h264", "h265", "h265", "h265", undefined, "h264", undefined]);
});

for (const [name, codec] of [["h264.h264", "h264"], ["h265.h265", "h265"]] as const) {
  Deno.test(`${name}: pictures are evenly spaced, and nothing of them is lost`, async () => {
    await using shelf = await Shelf.make({ [name]: vector(name) });
    const recording = await shelf.open(name);
    const units = await unitsOf(recording);
    const [track] = recording.description.tracks;
    assertEquals([track?.codec, track?.timescale], [codec, 90_000]);
    const slices = splitAnnexB(vector(name)).filter((nal) =>
      codec === "h264" ? [1, 5].includes(must(nal[0]) & 0x1f) : must(nal[0]) >> 1 < 32
    );
    const sent = units.flatMap(({ payload }) => payload);
    assert(slices.every((slice) => sent.some((nal) => nal.toHex() === slice.toHex())));
    const shown = units.map(({ pts }) => pts).toSorted((a, b) => a - b);
    const gap = must(shown[1]) - must(shown[0]);
    assert(shown.every((pts, index) => pts === must(shown[0]) + index * gap));
    assert(
      units.every(({ pts, dts }, index) => pts >= dts && dts === index * gap + must(units[0]).dts),
    );
    const keys: number[] = [];
    for await (const { pts, isKey } of recording.readKeys(0, "forwards")) {
      assertEquals(isKey, true);
      keys.push(Math.floor(pts / 90) - recording.startMs);
    }
    assertEquals(keys, await recording.keys());
    recording.close();
  });
}
