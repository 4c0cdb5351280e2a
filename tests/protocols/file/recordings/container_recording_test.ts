// What needs no encoder; tests/e2e/recordings_test.ts has the containers that do.
import { assertEquals, assertRejects } from "@std/assert";
import { MediaFileError } from "../../../../protocols/file/recordings/errors.ts";
import { must } from "../../../must.ts";
import { Shelf, unitsOf, wav } from "./files.ts";

Deno.test("samples of WAV are L16, most significant byte first, or G.711 as they are", async () => {
  await using shelf = await Shelf.make({
    "a.wav": wav(4000, 8000),
    "b.wav": wav(4000, 8000, "alaw"),
  });
  for (
    const [name, codec, first] of [["a.wav", "l16", [0, 0, 0, 1]], ["b.wav", "g711a", [0, 1, 2, 3]]]
  ) {
    const recording = await shelf.open(`${name}`);
    const [track] = recording.description.tracks;
    assertEquals([track?.codec, track?.timescale, recording.durationMs], [codec, 8000, 500]);
    const units = await unitsOf(recording);
    recording.close();
    assertEquals([...must(units[0]?.payload[0]).subarray(0, 4)], first);
    const bytes = units.reduce((size, { payload }) => size + must(payload[0]).byteLength, 0);
    assertEquals(bytes, codec === "l16" ? 8000 : 4000);
  }
});

Deno.test("sound can be entered at some places, and each is what reading from it gives first", async () => {
  await using shelf = await Shelf.make({ "long.wav": wav(8000 * 5, 8000) });
  const recording = await shelf.open("long.wav");
  const keys = await recording.keys();
  assertEquals(keys.length, 5);
  for (const key of keys) {
    const [first] = await unitsOf(recording, key);
    assertEquals(Math.floor(must(first).pts / 8), key);
    assertEquals(await recording.keyAt(key + 10), key);
  }
  recording.close();
});

Deno.test("the file tells its length and size", async () => {
  await using shelf = await Shelf.make({ "a.wav": wav(4000, 8000) });
  const recording = await shelf.open("a.wav");
  recording.close();
  assertEquals(recording.description.metadata, { duration: 0.5, filesize: 8044 });
});

Deno.test("what is no media file is refused, and closed", async () => {
  const text = new TextEncoder().encode("Read me.\n".repeat(1000));
  await using shelf = await Shelf.make({
    "readme.txt": text,
    "empty.mp4": new Uint8Array(0),
    "empty.264": new Uint8Array(0),
    "bytes.wav": wav(100, 8000).with(34, 8), // bits of a sample
    "fake.264": text,
    "fake.flv": new TextEncoder().encode("FLV\x01 and nothing else of it"),
  });
  for (
    const [name, reason] of [
      ["readme.txt", "it is no media file that Sluice knows"],
      ["empty.mp4", "it is empty"],
      ["empty.264", "it is empty"],
      ["bytes.wav", "nothing in it can be carried: pcm-u8 is not carried"],
      ["fake.264", "there is no key picture of h264 in it"],
      ["fake.flv", "its FLV header says"],
    ]
  ) {
    await assertRejects(() => shelf.open(must(name)), MediaFileError, must(reason));
  }
});
