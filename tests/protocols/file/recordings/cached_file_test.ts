import { assertEquals, assertThrows } from "@std/assert";
import {
  CachedFile,
  MAX_READS_PER_TURN,
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

Deno.test("who reads for ever without a turn for others is stopped", async () => {
  await using shelf = await Shelf.make({ a: BYTES });
  const file = new CachedFile(await shelf.file("a"));
  await file.read(0, 8);
  const circle = () => {
    for (let reads = 0; reads <= MAX_READS_PER_TURN; reads++) file.read(0, 8);
  };
  assertThrows(circle, MediaFileError, "its parts lead in a circle");
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(await file.read(0, 1), BYTES.subarray(0, 1));
  file.close();
});
