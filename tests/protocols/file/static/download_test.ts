import { assert, assertEquals, assertMatch } from "@std/assert";
import { STALL_MS } from "../../../../protocols/file/static/file_body.ts";
import { must } from "../../../must.ts";
import { MediaBench } from "./harness.ts";

const TEXT = "abcdefghijklmnopqrstuvwxyz";
const MODIFIED = new Date(Date.UTC(2026, 10, 20, 12));

async function benchWithFile(): Promise<MediaBench> {
  const bench = await MediaBench.start({ "clip.mp4": TEXT });
  await Deno.utime(`${bench.dir}/clip.mp4`, MODIFIED, MODIFIED);
  return bench;
}

const ETAG = `"${(MODIFIED.getTime() / 1000).toString(16)}-1a"`;

Deno.test("a file comes whole, with what caches and players need to know", async () => {
  await using bench = await benchWithFile();
  const response = await bench.request("/clip.mp4");
  assertEquals(response.status, 200);
  assertEquals(await response.text(), TEXT);
  const told = (name: string) => response.headers.get(name);
  assertEquals(told("content-type"), "video/mp4");
  assertEquals(told("content-length"), "26");
  assertEquals(told("accept-ranges"), "bytes");
  assertEquals(told("etag"), ETAG);
  assertEquals(told("last-modified"), "Fri, 20 Nov 2026 12:00:00 GMT");
  assertEquals(told("content-disposition"), null);
});

Deno.test("HEAD tells the same, and nothing of ranges", async () => {
  await using bench = await benchWithFile();
  const response = await bench.request("/clip.mp4", {
    method: "HEAD",
    headers: { range: "bytes=0-1" },
  });
  assertEquals([response.status, response.body], [200, null]);
  assertEquals(response.headers.get("content-length"), "26");
  assertEquals(response.headers.get("content-range"), null);
});

Deno.test("one range is a part of the file", async () => {
  await using bench = await benchWithFile();
  const response = await bench.request("/clip.mp4", { headers: { range: "bytes=24-" } });
  assertEquals(response.status, 206);
  assertEquals(await response.text(), "yz");
  assertEquals(response.headers.get("content-range"), "bytes 24-25/26");
  assertEquals(response.headers.get("content-length"), "2");
  assertEquals(response.headers.get("content-type"), "video/mp4");
});

Deno.test("several ranges are a multipart body of the length that was told", async () => {
  await using bench = await benchWithFile();
  const response = await bench.request("/clip.mp4", { headers: { range: "bytes=0-1,-2" } });
  const boundary = /boundary=(\w+)$/.exec(must(response.headers.get("content-type")))?.[1];
  const body = await response.text();
  assertEquals(response.status, 206);
  assertEquals(`${body.length}`, response.headers.get("content-length"));
  assertEquals(
    body.replaceAll(must(boundary), "B"),
    "\r\n--B\r\nContent-Type: video/mp4\r\nContent-Range: bytes 0-1/26\r\n\r\nab" +
      "\r\n--B\r\nContent-Type: video/mp4\r\nContent-Range: bytes 24-25/26\r\n\r\nyz\r\n--B--\r\n",
  );
});

Deno.test("a range that the file does not have is 416, with the size that it has", async () => {
  await using bench = await benchWithFile();
  const response = await bench.request("/clip.mp4", { headers: { range: "bytes=26-" } });
  assertEquals(response.status, 416);
  assertEquals(response.headers.get("content-range"), "bytes */26");
  assertMatch(await response.text(), /has no such range/);
});

Deno.test("a range of another state of the file is all of this one", async () => {
  await using bench = await benchWithFile();
  const get = (condition: string) =>
    bench.request("/clip.mp4", { headers: { range: "bytes=0-1", "if-range": condition } });
  assertEquals(await (await get('"x"')).text(), TEXT);
  assertEquals(await (await get(ETAG)).text(), "ab");
  assertEquals(await (await get("Fri, 20 Nov 2026 12:00:00 GMT")).text(), "ab");
});

Deno.test("a client that has the file is told so, and one that expects another too", async () => {
  await using bench = await benchWithFile();
  const known = await bench.request("/clip.mp4", { headers: { "if-none-match": ETAG } });
  assertEquals([known.status, known.body, known.headers.get("etag")], [304, null, ETAG]);
  assertEquals(known.headers.get("content-length"), null);
  assertEquals(await bench.status("/clip.mp4", { headers: { "if-match": '"x"' } }), 412);
});

Deno.test("?download tells the browser to save the file under its name", async () => {
  await using bench = await MediaBench.start({ "\u00fcber uns.mp4": TEXT });
  const response = await bench.request("/%C3%BCber%20uns.mp4?download");
  assertEquals(await response.text(), TEXT);
  const disposition = `attachment; filename="uber uns.mp4"; filename*=UTF-8''%C3%BCber%20uns.mp4`;
  assertEquals(response.headers.get("content-disposition"), disposition);
});

Deno.test("a page among the files does not act in the name of the gateway's own", async () => {
  await using bench = await MediaBench.start({ "a.html": "<script>1</script>", "a.txt": "" });
  const page = await bench.request("/a.html");
  assertEquals(page.headers.get("content-security-policy"), "sandbox allow-scripts");
  assertEquals(page.headers.get("x-content-type-options"), "nosniff");
  await page.body?.cancel();
  assertEquals((await bench.request("/a.txt")).headers.get("content-security-policy"), null);
});

Deno.test("an empty file is empty, and has no ranges", async () => {
  await using bench = await MediaBench.start({ "empty.ts": "" });
  const response = await bench.request("/empty.ts");
  assertEquals([response.status, await response.text()], [200, ""]);
  assertEquals(response.headers.get("content-length"), "0");
  assertEquals(await bench.status("/empty.ts", { headers: { range: "bytes=0-" } }), 416);
});

Deno.test("a file that grows is sent up to what was told", async () => {
  await using bench = await benchWithFile();
  const response = await bench.request("/clip.mp4");
  await bench.write("clip.mp4", TEXT + TEXT);
  assertEquals(await response.text(), TEXT);
});

Deno.test("a file that shrinks ends the body with an error, and is not padded", async () => {
  await using bench = await benchWithFile();
  const response = await bench.request("/clip.mp4");
  await Deno.truncate(`${bench.dir}/clip.mp4`, 5);
  const error = await response.text().then(() => undefined, (reason: Error) => reason);
  assertEquals(error?.message, "Cannot go on sending a file: it has become shorter");
  assert(bench.log.some((line) => line.startsWith("a download was cut ")));
});

Deno.test("a file that is replaced is sent as it was", async () => {
  await using bench = await benchWithFile();
  const response = await bench.request("/clip.mp4");
  await bench.write("new.mp4", "new");
  await Deno.rename(`${bench.dir}/new.mp4`, `${bench.dir}/clip.mp4`);
  assertEquals(await response.text(), TEXT);
  assertEquals(await (await bench.request("/clip.mp4")).text(), "new");
});

Deno.test("a client that takes nothing for a minute is cut, one that takes something is not", async () => {
  await using bench = await MediaBench.start({ "large.ts": "x".repeat(1_000_000) });
  const response = await bench.request("/large.ts");
  const reader = must(response.body).getReader();
  for (let turn = 0; turn < 3; turn++) {
    await reader.read();
    bench.clock.advance(STALL_MS - 1);
  }
  bench.clock.advance(1);
  const error = await reader.read().then(() => undefined, (reason: Error) => reason);
  assertMatch(must(error).message, /has taken nothing for 60 s/);
  assertEquals(bench.clock.pending, 0);
});
