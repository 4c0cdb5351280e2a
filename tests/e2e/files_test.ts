// Files over HTTP: the answers of nginx for the same files, many downloads at once, and uploads.
import { assert, assertEquals, assertLess } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { Client } from "./client.ts";
import { Download } from "./download.ts";
import { NginxFiles } from "./nginx.ts";
import { Program } from "./program.ts";
import { Scratch } from "./scratch.ts";

const SIZE = 1_000_003;
const MODIFIED = new Date(Date.UTC(2026, 10, 20, 12, 30, 15));
const ETAG = `"${(MODIFIED.getTime() / 1000).toString(16)}-${SIZE.toString(16)}"`;
const DATE = MODIFIED.toUTCString();
const EARLIER = new Date(MODIFIED.getTime() - 1000).toUTCString();

/** Arguments of curl. Where nginx goes its own way, docs/files.md says how, and it is not asked here. */
const REQUESTS: readonly (readonly string[])[] = [
  [],
  ["-I"],
  ...[
    ...["0-0", "0-499", "500-", "-1", "-500", "-5000000", "0-", `${SIZE - 1}-`, "999999-9999999"],
    ...["0-1,5-6", "0-0,-1", "5-6,0-1", "0-9,5-14", "0-1,2000000-", "300000-700000,10-19,-100"],
    ...[`${SIZE}-`, "2000000-3000000", "-0", "5-4", "a-b", "0-1,x", "0-,0-"],
  ].map((range) => ["-r", range]),
  ["-H", "Range: seconds=1-2"],
  ["-H", "Range: bytes= 0 - 1 , 5-6"],
  ["-H", `If-None-Match: ${ETAG}`],
  ["-H", `If-None-Match: "x", W/${ETAG}`],
  ["-H", "If-None-Match: *"],
  ["-H", 'If-None-Match: "x"'],
  ["-H", `If-Modified-Since: ${DATE}`],
  ["-H", `If-Modified-Since: ${EARLIER}`],
  ["-H", `If-Match: ${ETAG}`],
  ["-H", 'If-Match: "x"'],
  ["-H", `If-Match: W/${ETAG}`],
  ["-H", `If-Unmodified-Since: ${DATE}`],
  ["-H", `If-Unmodified-Since: ${EARLIER}`],
  ["-r", "0-9", "-H", `If-Range: ${ETAG}`],
  ["-r", "0-9", "-H", 'If-Range: "x"'],
  ["-r", "0-9", "-H", `If-Range: ${DATE}`],
  ["-r", "0-9", "-H", `If-Range: ${EARLIER}`],
  ["-r", "0-9", "-H", `If-None-Match: ${ETAG}`],
];

/** Told alike by both, where they are told of the file. */
const HEADERS = ["content-type", "content-length", "content-range", "etag", "last-modified"];

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** What curl gets; boundaries of multipart bodies, which chance makes, are all of one length. */
async function curl(url: string, args: readonly string[], scratch: Scratch): Promise<Answer> {
  const file = scratch.file();
  await Deno.writeFile(file, new Uint8Array());
  const to = args.includes("-I") ? "/dev/null" : file;
  await using client = Client.start("curl", ["-s", "-D", "-", "-o", to, ...args, url]);
  const { stdout } = await client.succeed();
  const [first = "", ...lines] = stdout.split("\r\n");
  const all = Object.fromEntries(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)];
  }));
  const body = new TextDecoder("latin1").decode(await Deno.readFile(file));
  return comparable(Number(first.split(" ")[1]), all, body);
}

function comparable(status: number, all: Answer["headers"], body: string): Answer {
  const boundary = /boundary=(\S+)/.exec(all["content-type"] ?? "")?.[1];
  // Pages that tell of errors are each server's own.
  const names = status < 400 ? HEADERS : ["content-range"];
  const headers = Object.fromEntries(names.map((name) => [name, all[name]]));
  if (boundary === undefined) return { status, headers, body: status < 400 ? body : "" };
  const count = body.split(boundary).length - 1;
  return {
    status,
    headers: {
      ...headers,
      "content-type": headers["content-type"]?.replace(boundary, "B"),
      "content-length": `${Number(all["content-length"]) - count * (boundary.length - 1)}`,
    },
    body: body.replaceAll(boundary, "B"),
  };
}

Deno.test({
  name: "curl gets from us what it gets from nginx",
  ignore: !hasClient("nginx") || !hasClient("curl"),
  async fn(t) {
    await using scratch = await Scratch.make();
    const folder = scratch.file();
    await Deno.mkdir(`${folder}/media`, { recursive: true });
    const bytes = Uint8Array.from({ length: SIZE }, (_, at) => at * at % 251);
    await Deno.writeFile(`${folder}/media/clip.mp4`, bytes);
    await Deno.utime(`${folder}/media/clip.mp4`, MODIFIED, MODIFIED);
    await using nginx = await NginxFiles.start(folder, scratch);
    await using program = await Program.start({ args: ["--media", `${folder}/media`] });
    for (const args of REQUESTS) {
      await t.step(args.join(" ") || "the whole file", async () => {
        const expected = await curl(`${nginx.url}/media/clip.mp4`, args, scratch);
        const actual = await curl(program.url("http", "media/clip.mp4"), args, scratch);
        assertEquals({ ...actual, body: "" }, { ...expected, body: "" });
        assert(actual.body === expected.body, "the same bytes");
      });
    }
  },
});

const MEBIBYTE = 1024 * 1024;
const LARGE = 200 * MEBIBYTE;
const DOWNLOADS = 200;
/** How many of them read as fast as they can, to the end. */
const FAST = 20;
const STEP = 10 * MEBIBYTE;
/** What a slow one reads while a fast one reads a step. */
const SLOW_STEP = 16 * 1024;
/** A buffer of 256 KiB for each, and twice as much again for all else of a connection and its garbage. */
const MEMORY_LIMIT = DOWNLOADS * 768 * 1024;

Deno.test({
  name: "200 downloads of 200 MB at a time, fast and slow, take a bounded amount of memory",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using scratch = await Scratch.make();
    await Deno.writeFile(`${scratch.path}/large.ts`, new Uint8Array());
    await Deno.truncate(`${scratch.path}/large.ts`, LARGE);
    await using program = await Program.start({ args: ["--media", scratch.path] });
    using stack = new DisposableStack();
    const before = program.memory();
    const url = program.url("http", "media/large.ts");
    const downloads = await Promise.all(
      Array.from({ length: DOWNLOADS }, () => Download.start(url)),
    );
    downloads.forEach((download) => stack.use(download));
    const [fast, slow] = [downloads.slice(0, FAST), downloads.slice(FAST)];
    let peak = 0;
    for (let isGoing = true; isGoing;) {
      const going = await Promise.all([
        ...fast.map((download) => download.read(STEP)),
        ...slow.map(async (download) => await download.read(SLOW_STEP) && false),
      ]);
      isGoing = going.includes(true);
      peak = Math.max(peak, program.memory());
    }
    for (const { received } of fast) assertLess(received - LARGE, 1024);
    for (const { received } of fast) assert(received > LARGE, "the whole file came");
    for (const { received } of slow) assert(received >= SLOW_STEP, "the slow ones get something");
    assertLess(peak - before, MEMORY_LIMIT);
  },
});

Deno.test({
  name: "curl uploads a file, one that is too large is refused, and one that breaks off is gone",
  ignore: !hasClient("curl"),
  async fn() {
    await using scratch = await Scratch.make();
    const dir = scratch.file();
    await Deno.mkdir(dir);
    const source = scratch.file();
    await Deno.writeFile(source, crypto.getRandomValues(new Uint8Array(60_000)));
    await Deno.truncate(source, MEBIBYTE);
    await using program = await Program.start({
      config: { file: { dir, upload: true, maxUploadMiB: 1 } },
      permissions: [`--allow-write=${dir}`],
    });
    const put = (name: string, args: readonly string[] = []) =>
      curl(program.url("http", `media/${name}`), ["-H", "Expect:", "-T", source, ...args], scratch);
    assertEquals((await put("a.mp4")).status, 201);
    assertEquals((await put("a.mp4")).status, 204);
    assertEquals(await Deno.readFile(`${dir}/a.mp4`), await Deno.readFile(source));
    await Deno.truncate(source, MEBIBYTE + 1);
    assertEquals((await put("b.mp4")).status, 413);
    assertEquals((await put("b.mp4", ["-H", "Transfer-Encoding: chunked"])).status, 413);
    await breakOff(program.url("http", "media/c.mp4"));
    await program.seen("an upload was cut", { path: "/media/c.mp4" });
    assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), ["a.mp4"]);
  },
});

/** Sends the half of a file, and goes. */
async function breakOff(url: string): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const head = `PUT ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 1000\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head + "x".repeat(500)));
}
