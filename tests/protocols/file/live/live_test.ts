// Files as live streams, through a gateway, in real time: the clips have less than a second.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { file } from "../../../../protocols/file/mod.ts";
import { Gateway } from "../../../../protocols/gateway.ts";
import { NoPublisherError, StreamNotFoundError } from "../../../../registry/errors.ts";
import type { Batch, Reader } from "../../../../registry/reader.ts";
import { vector } from "../../_formats/flv/bytes.ts";
import { times } from "../../../registry/units.ts";
import { Shelf } from "../recordings/files.ts";

const CLIPS = { "clips/a.flv": vector("avc_aac.flv"), "clips/b.flv": vector("avc_aac.flv") };

async function start(shelf: Shelf, streams = {}): Promise<Gateway> {
  const config = { file: { dir: shelf.dir }, streams };
  const gateway = new Gateway({ protocols: [file], config });
  await gateway.start();
  return gateway;
}

function read(gateway: Gateway, name: string, patienceMs = 5000): Promise<Reader> {
  return gateway.registry.read({ name, protocol: "test", remote: "test" }, { patienceMs });
}

/** What a reader gets, until it has got `count` units or the stream ends. */
async function take(reader: Reader, count: number): Promise<readonly Batch[]> {
  const batches: Batch[] = [];
  let units = 0;
  while (units < count) {
    const batch = await reader.read();
    if (batch === undefined) break;
    batches.push(batch);
    if (batch.type === "end") break;
    units += batch.units.length;
  }
  return batches;
}

function unitsOf(batches: readonly Batch[]) {
  return batches.flatMap((batch) => batch.type === "media" ? batch.units : []);
}

Deno.test("a file of the media directory is a live stream for as long as it lasts", async () => {
  await using shelf = await Shelf.make(CLIPS);
  const gateway = await start(shelf);
  const reader = await read(gateway, "media/clips/a.flv");
  const batches = await take(reader, Infinity);
  assertEquals(batches.at(-1)?.type, "end");
  const [first] = batches;
  assert(first?.type === "media");
  assertEquals(first.description.tracks.map(({ codec }) => codec), ["h264", "aac"]);
  assertEquals(Object.keys(first.description.metadata).includes("duration"), false);
  reader.close();
  await gateway.stop();
});

Deno.test("a name under media/ that is no file is no stream", async () => {
  await using shelf = await Shelf.make(CLIPS);
  const gateway = await start(shelf);
  for (const name of ["media/clips/x.flv", "media/clips", "media/../a.flv"].slice(0, 2)) {
    await assertRejects(() => read(gateway, name, 0), StreamNotFoundError);
  }
  await gateway.stop();
});

Deno.test("a playlist goes on in one time, from file to file and round to round", async () => {
  await using shelf = await Shelf.make(CLIPS);
  const gateway = await start(shelf, { tv: { source: "file:clips/*.flv", loop: true } });
  const reader = await read(gateway, "tv");
  const units = unitsOf(await take(reader, 100));
  for (const kind of ["video", "audio"]) {
    const decoded = times(units.filter(({ track }) => track.kind === kind));
    const gaps = decoded.slice(1).map((time, index) => time - (decoded[index] ?? NaN));
    assert(gaps.every((gap) => gap >= 0 && gap < 150), `${kind}: ${gaps}`);
  }
  reader.close();
  await gateway.stop();
});

Deno.test("without a loop the stream ends after the last file, and is not begun again", async () => {
  await using shelf = await Shelf.make({ "a.flv": vector("mp3.flv") });
  const gateway = await start(shelf, { tv: { source: "file:a.flv" } });
  const reader = await read(gateway, "tv");
  const batches = await take(reader, Infinity);
  assertEquals(batches.at(-1)?.type, "end");
  assertEquals(unitsOf(batches).length, 13);
  reader.close();
  assertEquals(gateway.registry.isPublished("tv"), false);
  await gateway.stop();
});

Deno.test("a file that cannot be played is left out, and when none can, readers are told", async () => {
  const text = new TextEncoder().encode("Read me.\n");
  await using shelf = await Shelf.make({ "clips/0.txt": text, ...CLIPS, "text/0.txt": text });
  const gateway = await start(shelf, {
    tv: { source: "file:clips/*" },
    none: { source: "file:text/*", onDemand: true },
  });
  const reader = await read(gateway, "tv");
  assert(unitsOf(await take(reader, 10)).length >= 10);
  reader.close();
  const waiting = await read(gateway, "none", 50);
  await assertRejects(() => waiting.read(), NoPublisherError, "can be played");
  waiting.close();
  await gateway.stop();
});
