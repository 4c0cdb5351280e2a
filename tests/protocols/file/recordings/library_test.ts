import { assertEquals, assertRejects } from "@std/assert";
import { silentLogger } from "../../../../protocols/logger.ts";
import { MediaDirectory } from "../../../../protocols/file/media_directory.ts";
import {
  IDLE_MS,
  Library,
  MAX_OPEN_RECORDINGS,
} from "../../../../protocols/file/recordings/library.ts";
import { mediaRecordings } from "../../../../protocols/file/recordings/media_recordings.ts";
import { RecordingError } from "../../../../registry/errors.ts";
import type { Recording } from "../../../../registry/recording.ts";
import { must } from "../../../must.ts";
import { settle, VirtualClock } from "../../../virtual_clock.ts";
import { Shelf, unitsOf, wav } from "./files.ts";

const CLIP = wav(800, 8000);

/** A library of the files on a shelf. Closed before the test ends, so that no file stays open. */
class Bench implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly library = new Library(this.clock, silentLogger);
  readonly shelf: Shelf;
  readonly #open: (name: string) => Promise<Recording | undefined>;

  private constructor(shelf: Shelf, directory: MediaDirectory) {
    this.shelf = shelf;
    this.#open = mediaRecordings(directory, this.library);
  }

  static async make(files: Readonly<Record<string, Uint8Array>>): Promise<Bench> {
    const shelf = await Shelf.make(files);
    return new Bench(shelf, await MediaDirectory.open(shelf.dir));
  }

  open(name: string): Promise<Recording | undefined> {
    return this.#open(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.library.close();
    await settle();
    await this.shelf[Symbol.asyncDispose]();
  }
}

Deno.test("names of files that are there, and of nothing else, have recordings", async () => {
  await using bench = await Bench.make({
    "a.wav": CLIP,
    "clips/b.wav": CLIP,
    ".hidden/c.wav": CLIP,
  });
  const names = [
    ...["media/a.wav", "media/clips/b.wav"],
    ...["media/.hidden/c.wav", "media/../a.wav", "media/clips", "media", "a.wav", "media/x.wav"],
  ];
  const found = await Promise.all(names.map((name) => bench.open(name)));
  assertEquals(found.map((recording) => recording !== undefined), [
    ...[true, true],
    ...[false, false, false, false, false, false],
  ]);
});

Deno.test("a link that leads out of the directory has no recording", async () => {
  await using outside = await Shelf.make({ "secret.wav": CLIP });
  await using bench = await Bench.make({ "a.wav": CLIP });
  await Deno.symlink(`${outside.dir}/secret.wav`, `${bench.shelf.dir}/link.wav`);
  assertEquals(await bench.open("media/link.wav"), undefined);
});

Deno.test("readers of one file share it, and it is closed some time after the last", async () => {
  await using bench = await Bench.make({ "a.wav": CLIP });
  const [first, second] = await Promise.all([bench.open("media/a.wav"), bench.open("media/a.wav")]);
  assertEquals([bench.library.size, first?.description === second?.description], [1, true]);
  first?.close();
  first?.close();
  await bench.clock.run(2 * IDLE_MS);
  assertEquals((await unitsOf(must(second))).length > 0, true);
  second?.close();
  await bench.clock.run(IDLE_MS - 1);
  const third = await bench.open("media/a.wav");
  assertEquals(third?.description === first?.description, true);
  third?.close();
  await bench.clock.run(IDLE_MS);
  assertEquals(bench.library.size, 0);
});

Deno.test("a file that was written to is another one", async () => {
  await using bench = await Bench.make({ "a.wav": CLIP });
  const before = must(await bench.open("media/a.wav"));
  await bench.shelf.put("a.wav", wav(1600, 8000));
  const after = must(await bench.open("media/a.wav"));
  assertEquals([before.durationMs, after.durationMs, bench.library.size], [100, 200, 2]);
});

Deno.test("a file that another one of its size and time takes the place of is another one", async () => {
  await using bench = await Bench.make({ "a.wav": CLIP, "b.wav": wav(800, 16_000) });
  const { dir } = bench.shelf;
  const time = new Date(1_700_000_000_000);
  for (const name of ["a.wav", "b.wav"]) await Deno.utime(`${dir}/${name}`, time, time);
  const before = must(await bench.open("media/a.wav"));
  await Deno.rename(`${dir}/b.wav`, `${dir}/a.wav`);
  const after = must(await bench.open("media/a.wav"));
  assertEquals([before.durationMs, after.durationMs], [100, 50]);
});

Deno.test("what cannot be read is refused by the name of the stream, and not kept", async () => {
  await using bench = await Bench.make({ "readme.txt": new TextEncoder().encode("Read me.\n") });
  const error = await assertRejects(() => bench.open("media/readme.txt"), RecordingError);
  assertEquals(
    error.message,
    "Cannot read media/readme.txt: it is no media file that Sluice knows",
  );
  assertEquals(bench.library.size, 0);
});

Deno.test("reads that go on fail when the reader has closed its recording", async () => {
  await using bench = await Bench.make({ "a.wav": wav(80_000, 8000) });
  const recording = must(await bench.open("media/a.wav"));
  const pieces = recording.read(0);
  await pieces.next();
  recording.close();
  await assertRejects(() => pieces.next(), RecordingError, "it was closed");
});

Deno.test("no more files are open than the limit, of which idle ones make room", async () => {
  const names = Array.from({ length: MAX_OPEN_RECORDINGS + 1 }, (_, index) => `${index}.wav`);
  await using bench = await Bench.make(Object.fromEntries(names.map((name) => [name, CLIP])));
  const [last = "", ...others] = names;
  const opened = await Promise.all(others.map((name) => bench.open(`media/${name}`)));
  const limit = `${MAX_OPEN_RECORDINGS} other files are being read`;
  await assertRejects(() => bench.open(`media/${last}`), RecordingError, limit);
  opened[0]?.close();
  assertEquals(await bench.open(`media/${last}`) === undefined, false);
  assertEquals(bench.library.size, MAX_OPEN_RECORDINGS);
});
