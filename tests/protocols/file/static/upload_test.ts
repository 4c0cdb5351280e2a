import { assertEquals, assertMatch } from "@std/assert";
import { IDLE_MS } from "../../../../protocols/file/static/upload.ts";
import type { AccessRequest } from "../../../../registry/access.ts";
import { AccessDeniedError } from "../../../../registry/errors.ts";
import { MediaBench } from "./harness.ts";

const MEBIBYTE = 1024 * 1024;

function benchWithUploads(
  files: Readonly<Record<string, string>> = {},
  access?: { authorize(request: AccessRequest): void },
): Promise<MediaBench> {
  return MediaBench.start(files, {
    section: { upload: true, maxUploadMiB: 1 },
    ...(access && { access }),
  });
}

/** A body that comes piece by piece, without its length being told. */
function chunks(...pieces: readonly Uint8Array[]): RequestInit {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  return { method: "PUT", body };
}

Deno.test("a new file is 201 and can be read at once, one that was there 204", async () => {
  await using bench = await benchWithUploads();
  const created = await bench.request("/My%20clip.mp4", { method: "PUT", body: "one" });
  assertEquals([created.status, created.headers.get("location")], [201, "/media/My%20clip.mp4"]);
  const read = await bench.request("/My%20clip.mp4");
  assertEquals([await read.text(), read.headers.get("etag")], ["one", created.headers.get("etag")]);
  assertEquals(await bench.status("/My%20clip.mp4", { method: "PUT", body: "two" }), 204);
  assertEquals([bench.read("My clip.mp4"), bench.names()], ["two", ["My clip.mp4"]]);
});

Deno.test("an empty file is a file", async () => {
  await using bench = await benchWithUploads();
  assertEquals(await bench.status("/empty", { method: "PUT" }), 201);
  assertEquals([bench.names(), bench.read("empty")], [["empty"], ""]);
});

Deno.test("a file that is being replaced is whole until the new one is", async () => {
  await using bench = await benchWithUploads({ "a.txt": "old" });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const answer = bench.request("/a.txt", { method: "PUT", body: readable });
  await writer.write(new TextEncoder().encode("new"));
  assertEquals(await (await bench.request("/a.txt")).text(), "old");
  await writer.close();
  assertEquals((await answer).status, 204);
  assertEquals(bench.read("a.txt"), "new");
});

Deno.test("too large is 413, whether it is told before or found out on the way", async () => {
  await using bench = await benchWithUploads();
  const headers = { "content-length": `${MEBIBYTE + 1}` };
  const told = await bench.request("/a", { method: "PUT", body: "x", headers });
  assertEquals([told.status, told.headers.get("connection")], [413, "close"]);
  assertMatch(await told.text(), /larger than 1048576 bytes/);
  const half = new Uint8Array(MEBIBYTE / 2);
  assertEquals(await bench.status("/a", chunks(half, half, new Uint8Array(1))), 413);
  assertEquals(bench.names(), []);
  assertEquals(await bench.status("/a", chunks(half, half)), 201);
});

Deno.test("a client that goes away leaves nothing", async () => {
  await using bench = await benchWithUploads({ "a.txt": "old" });
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new Uint8Array(10));
      controller.error(new Error("the client has gone"));
    },
  });
  assertEquals(await bench.status("/a.txt", { method: "PUT", body }), 400);
  assertEquals([bench.names(), bench.read("a.txt")], [["a.txt"], "old"]);
});

Deno.test("a client that sends nothing for half a minute is given up", async () => {
  await using bench = await benchWithUploads();
  const pulled = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    pull: () => pulled.resolve(),
  }, { highWaterMark: 0 });
  const answer = bench.status("/a.txt", { method: "PUT", body });
  await pulled.promise;
  bench.clock.advance(IDLE_MS);
  assertEquals([await answer, bench.names(), bench.clock.pending], [408, [], 0]);
});

Deno.test("parts of files, directories, and files in directories that do not exist are refused", async () => {
  await using bench = await benchWithUploads({ "sub/a": "a" });
  const put = (path: string, headers: HeadersInit = {}) =>
    bench.status(path, { method: "PUT", body: "x", headers });
  assertEquals(await put("/a", { "content-range": "bytes 0-0/5" }), 400);
  assertEquals(await put("/sub"), 409);
  assertEquals(await put("/new/a"), 409);
  assertEquals(await put("/sub/a/b"), 409);
  for (const path of ["", "/", "/sub/", "/.hidden", "/..%2fa", "/a%00"]) {
    assertEquals([path, await put(path)], [path, 400]);
  }
  assertEquals([bench.names(), bench.read("sub/a")], [["sub"], "a"]);
});

Deno.test("an upload can be told to make a new file, or to replace a certain one", async () => {
  await using bench = await benchWithUploads();
  const put = (headers: HeadersInit) => bench.request("/a", { method: "PUT", body: "x", headers });
  assertEquals((await put({ "if-match": "*" })).status, 412);
  const created = await put({ "if-none-match": "*" });
  assertEquals(created.status, 201);
  assertEquals((await put({ "if-none-match": "*" })).status, 412);
  assertEquals((await put({ "if-match": created.headers.get("etag") ?? "" })).status, 204);
});

Deno.test("an upload does not go through a link that leaves, and replaces one that it names", async () => {
  await using bench = await benchWithUploads();
  await Deno.symlink("..", `${bench.dir}/up`);
  await Deno.symlink("../outside.txt", `${bench.dir}/link.txt`);
  assertEquals(await bench.status("/up/outside.txt", { method: "PUT", body: "x" }), 409);
  assertEquals(await bench.status("/link.txt", { method: "PUT", body: "x" }), 201);
  assertEquals([bench.read("link.txt"), bench.read("../outside.txt")], ["x", "outside"]);
});

Deno.test("only those upload whom the policy lets publish the name, also behind a link", async () => {
  const asked: string[] = [];
  const bench = await benchWithUploads({ "private/a": "a" }, {
    authorize({ name, action, protocol }) {
      asked.push(`${action} ${protocol} ${name}`);
      if (!name.startsWith("media/open")) {
        throw new AccessDeniedError(name, action, "it is private");
      }
    },
  });
  await using _end = bench;
  await Deno.symlink("private", `${bench.dir}/open`);
  const put = (path: string) => bench.status(path, { method: "PUT", body: "x" });
  assertEquals([await put("/open.txt"), await put("/a.txt"), await put("/open/a")], [
    201,
    403,
    403,
  ]);
  assertEquals(asked, [
    "publish http media/open.txt",
    "publish http media/a.txt",
    "publish http media/open/a",
    "publish http media/private/a",
  ]);
  assertEquals(bench.read("private/a"), "a");
});
