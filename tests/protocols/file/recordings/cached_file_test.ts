import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  CachedFile,
  MAX_FULL_TURNS,
  MAX_READ_BYTES,
  READS_PER_TURN,
} from "../../../../protocols/file/recordings/cached_file.ts";
import { MediaFileError } from "../../../../protocols/file/recordings/errors.ts";
import { Shelf } from "./files.ts";

const BYTES = Uint8Array.from({ length: 600_000 }, (_, index) => index * 7);

Deno.test("any part of a file is read, from the disk or from what is kept", async () => {
  await using shelf = await Shelf.make({ a: BYTES });
  const file = new CachedFile(await shelf.file("a"));
  for (
    const [start, end] of [[0, 4], [1, 2], [262_140, 262_150], [0, 600_000], [599_999, 600_000]]
  ) {
    assertEquals(await file.read(start ?? 0, end ?? 0), BYTES.subarray(start, end));
  }
  assertEquals(file.read(0, 4) instanceof Uint8Array, true);
  file.close();
});

Deno.test("windows that move on by a few bytes are read from the disk once in a block", async () => {
  await using shelf = await Shelf.make({ a: BYTES });
  const opened = await shelf.file("a");
  let loads = 0;
  const read = opened.read.bind(opened);
  opened.read = (start, end) => (loads++, read(start, end));
  const file = new CachedFile(opened);
  for (let at = 0; at < 500_000; at += 1000) {
    assertEquals(await file.read(at, at + 65_536), BYTES.subarray(at, at + 65_536));
  }
  for (let at = 500_000; at >= 0; at -= 1000) await file.read(at, at + 100);
  assert(loads <= 6, `${loads}`);
  file.close();
});

Deno.test("who reads for ever leaves others their turns, and is stopped", async () => {
  await using shelf = await Shelf.make({ a: BYTES });
  const file = new CachedFile(await shelf.file("a"));
  let turns = 0;
  const timer = setInterval(() => turns++);
  const circle = async () => {
    for (;;) await file.read(0, 8);
  };
  await assertRejects(circle, MediaFileError, "its parts lead in a circle");
  clearInterval(timer);
  assert(turns > MAX_FULL_TURNS / 2, `${turns}`);
  await new Promise((resolve) => setTimeout(resolve));
  assertThrows(() => file.read(0, 1), MediaFileError, "its parts lead in a circle");
  file.close();
});

Deno.test("whoever reads much, but pauses, may go on", async () => {
  await using shelf = await Shelf.make({ a: BYTES });
  const file = new CachedFile(await shelf.file("a"));
  for (let turn = 0; turn < MAX_FULL_TURNS + 5; turn++) {
    for (let reads = 0; reads < READS_PER_TURN / 10; reads++) await file.read(0, 8);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals(await file.read(0, 1), BYTES.subarray(0, 1));
  file.close();
});

Deno.test("whoever gets somewhere may go on without a pause", async () => {
  await using shelf = await Shelf.make({ a: BYTES });
  const file = new CachedFile(await shelf.file("a"));
  for (let reads = 0; reads < (MAX_FULL_TURNS + 5) * READS_PER_TURN; reads++) {
    const bytes = file.read(0, 8);
    if (bytes instanceof Promise) await bytes;
    if (reads % 5000 === 0) file.progress();
  }
  file.close();
});

Deno.test("a read that waits for its turn fails when the file is closed", async () => {
  await using shelf = await Shelf.make({ a: BYTES });
  const file = new CachedFile(await shelf.file("a"));
  await file.read(0, 8);
  let read = file.read(0, 8);
  while (read instanceof Uint8Array) read = file.read(0, 8);
  file.close();
  await assertRejects(() => Promise.resolve(read), MediaFileError, "it was closed");
});

Deno.test("no part is as large as all that a damaged file may ask for", async () => {
  await using shelf = await Shelf.make({ a: BYTES });
  const file = new CachedFile(await shelf.file("a"));
  assertThrows(() => file.read(0, MAX_READ_BYTES + 1), MediaFileError, "has more than");
  file.close();
});
