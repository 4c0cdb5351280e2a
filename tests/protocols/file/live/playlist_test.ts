import { assertEquals } from "@std/assert";
import { basename } from "node:path";
import { findPlaylist, matcher } from "../../../../protocols/file/live/playlist.ts";
import { Shelf } from "../recordings/files.ts";

const BYTES = new Uint8Array(1);

async function namesOf(url: string, dir?: string): Promise<readonly string[]> {
  return (await findPlaylist(new URL(url), dir)).map(({ path }) => basename(path));
}

Deno.test("a pattern stands for the names that are like it, and dots for themselves", () => {
  const rows = [["*", "a", true], ["*.mp4", "a.mp4", true], ["*.mp4", "axmp4", false]] as const;
  for (const [pattern, name, isLike] of rows) assertEquals(matcher(pattern)(name), isLike, pattern);
  assertEquals(["a.mp4", "a-1.mp4", "ab.mp4"].filter(matcher("a*b.mp4")), ["ab.mp4"]);
  assertEquals(["[a].mp4", "a.mp4"].filter(matcher("[a].mp4")), ["[a].mp4"]);
});

Deno.test("files are found by name, in the media directory first, and then by their path", async () => {
  await using shelf = await Shelf.make({
    ...{ "clips/b.mp4": BYTES, "clips/a.mp4": BYTES, "clips/c.ts": BYTES, "a b.mp4": BYTES },
    ...{ "clips/.d.mp4": BYTES, "clips/deeper/e.mp4": BYTES },
  });
  assertEquals(await namesOf("file:clips/*.mp4", shelf.dir), ["a.mp4", "b.mp4"]);
  assertEquals(await namesOf("file:clips/*", shelf.dir), ["a.mp4", "b.mp4", "c.ts"]);
  assertEquals(await namesOf("file:a b.mp4", shelf.dir), ["a b.mp4"]);
  assertEquals(await namesOf(`file:${shelf.dir}/clips/*.ts`, shelf.dir), ["c.ts"]);
  assertEquals(await namesOf(`file:${shelf.dir}/clips/b.mp4`), ["b.mp4"]);
  for (const none of ["file:clips", "file:nowhere/*.mp4", "file:clips/*.mkv"]) {
    assertEquals(await namesOf(none, shelf.dir), [], none);
  }
});
