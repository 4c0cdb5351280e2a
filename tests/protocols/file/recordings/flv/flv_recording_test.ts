import { assert, assertEquals, assertRejects } from "@std/assert";
import { MediaFileError } from "../../../../../protocols/file/recordings/errors.ts";
import { FlvDemuxer } from "../../../../../protocols/_formats/flv/demuxer.ts";
import type { Unit } from "../../../../../registry/media/unit.ts";
import { vector } from "../../../_formats/flv/bytes.ts";
import { must } from "../../../../must.ts";
import { Shelf, unitsOf } from "../files.ts";

const NAMES = [
  ...["avc_aac", "mp3", "speex", "alaw", "h263", "hevc", "av1", "vp9"],
  ...["opus", "flac", "ac3", "eac3", "multitrack"],
];

function demuxed(bytes: Uint8Array): readonly Unit[] {
  const demuxer = new FlvDemuxer();
  return [...demuxer.push(bytes), ...demuxer.flush()]
    .flatMap((event) => event.type === "unit" ? [event.unit] : []);
}

function written({ track, pts, dts, isKey, payload }: Unit): string {
  return [track.id, pts, dts, isKey, ...payload.map((part) => part.toHex())].join(" ");
}

for (const name of NAMES) {
  Deno.test(`${name}.flv gives what the demuxer gives, from any of its keys`, async () => {
    await using shelf = await Shelf.make({ "a.flv": vector(`${name}.flv`) });
    const recording = await shelf.open("a.flv");
    const expected = demuxed(vector(`${name}.flv`));
    const units = await unitsOf(recording);
    assertEquals(units.map(({ payload }) => payload), expected.map(({ payload }) => payload));
    const shift = must(units[0]).dts - must(expected[0]).dts;
    assertEquals(units.map(({ pts }) => pts - shift), expected.map(({ pts }) => pts));
    assert(units.every(({ dts }) => dts >= 0));
    const whole = units.map(written);
    for (const key of await recording.keys()) {
      const rest = (await unitsOf(recording, key)).map(written);
      assertEquals(rest, whole.slice(whole.length - rest.length), `from ${key}`);
    }
    recording.close();
  });
}

Deno.test("key pictures come alone, in both directions", async () => {
  await using shelf = await Shelf.make({ "a.flv": vector("av1.flv") });
  const recording = await shelf.open("a.flv");
  assertEquals(await recording.keys(), [0, 200]);
  for (
    const [from, direction, expected] of [
      [0, "forwards", [0, 200]],
      [300, "backwards", [200, 0]],
    ] as const
  ) {
    const positions: number[] = [];
    for await (const { pts, dts } of recording.readKeys(from, direction)) {
      assertEquals(dts, pts);
      positions.push(pts / 90 - recording.startMs);
    }
    assertEquals(positions, [...expected]);
  }
  recording.close();
});

Deno.test("what comes before a broken tag plays, and the rest is said", async () => {
  const bytes = vector("avc_aac.flv").slice();
  const at = Math.floor(bytes.length / 2);
  bytes.fill(0xff, at);
  await using shelf = await Shelf.make({ "a.flv": bytes });
  const recording = await shelf.open("a.flv");
  const units: Unit[] = [];
  const read = async () => {
    for await (const piece of recording.read(0)) units.push(...piece);
  };
  await assertRejects(read, MediaFileError, "Cannot parse FLV tag");
  recording.close();
  const all = demuxed(vector("avc_aac.flv"));
  assert(units.length > 0 && units.length < all.length, `${units.length} of ${all.length}`);
});

Deno.test("a tag that is cut short is the end of a file that grows", async () => {
  const bytes = vector("mp3.flv");
  await using shelf = await Shelf.make({ "a.flv": bytes.subarray(0, bytes.length - 20) });
  const recording = await shelf.open("a.flv");
  const units = await unitsOf(recording);
  recording.close();
  assertEquals(units.length, demuxed(bytes).length - 1);
});

Deno.test("a picture that would be shown long before the beginning is shown at it", async () => {
  const bytes = vector("avc_aac.flv").slice();
  // An AVC picture behind the header of its tag, and its CompositionTime (Video File Format E.4.3.1).
  const picture = bytes.findLastIndex((byte, at) =>
    byte === 0x27 && bytes[at + 1] === 1 && bytes[at - 11] === 9
  );
  bytes.set([0x80, 0, 0], picture + 2);
  await using shelf = await Shelf.make({ "a.flv": bytes });
  const recording = await shelf.open("a.flv");
  const units = await unitsOf(recording);
  recording.close();
  assertEquals(units.length, demuxed(bytes).length);
  assert(units.every(({ pts, dts }) => pts >= 0 && dts >= 0));
});
