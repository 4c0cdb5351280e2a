import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { AccessRequest } from "../../../../registry/access.ts";
import { AccessDeniedError } from "../../../../registry/errors.ts";
import { MediaBench } from "./harness.ts";

Deno.test("nothing outside of the directory can be reached, whichever way it is asked for", async () => {
  await using bench = await MediaBench.start({ "a.txt": "a", "sub/b.txt": "b" });
  await Deno.symlink("../outside.txt", `${bench.dir}/leaves.txt`);
  await Deno.symlink("..", `${bench.dir}/up`);
  await Deno.symlink("loop", `${bench.dir}/loop`);
  const paths = [
    ...["/../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt", "/..%5coutside.txt"],
    ...["/sub/..%2f..%2foutside.txt", "/a.txt%00", "//etc/passwd", "/sub//b.txt", "/a.txt/"],
    ...["/leaves.txt", "/up/outside.txt", "/loop", `/${"x".repeat(300)}`],
  ];
  for (const path of paths) assertEquals([path, await bench.status(path)], [path, 404]);
  assertEquals(await bench.status("/%ff"), 400);
});

Deno.test("links that stay inside are followed", async () => {
  await using bench = await MediaBench.start({ "sub/b.txt": "b", ".hidden/c.txt": "c" });
  await Deno.symlink("sub", `${bench.dir}/same`);
  await Deno.symlink("sub/b.txt", `${bench.dir}/b.txt`);
  await Deno.symlink(".hidden", `${bench.dir}/shown`);
  assertEquals(await (await bench.request("/same/b.txt")).text(), "b");
  assertEquals(await (await bench.request("/b.txt")).text(), "b");
  assertEquals(await bench.status("/shown/c.txt"), 404);
});

Deno.test("hidden files, and what is neither file nor directory, are not there", async () => {
  await using bench = await MediaBench.start({ ".secret": "s", ".upload-1": "part" });
  await new Deno.Command("mkfifo", { args: [`${bench.dir}/pipe.ts`] }).output();
  using _socket = Deno.listen({ transport: "unix", path: `${bench.dir}/socket` });
  for (const path of ["/.secret", "/.upload-1", "/pipe.ts", "/socket"]) {
    assertEquals([path, await bench.status(path)], [path, 404]);
  }
  const { entries } = await (await bench.request("/?format=json")).json();
  assertEquals(entries, []);
});

Deno.test("a directory is listed as JSON for programs", async () => {
  await using bench = await MediaBench.start({
    "clips/10.ts": "xx",
    "clips/9.ts": "",
    "clips/z/a": "",
  });
  const time = new Date(Date.UTC(2026, 10, 20));
  for (const name of ["10.ts", "9.ts", "z"]) {
    await Deno.utime(`${bench.dir}/clips/${name}`, time, time);
  }
  const listing = {
    path: "clips",
    entries: [
      { name: "z", type: "directory", modified: "2026-11-20T00:00:00.000Z" },
      { name: "9.ts", type: "file", size: 0, modified: "2026-11-20T00:00:00.000Z" },
      { name: "10.ts", type: "file", size: 2, modified: "2026-11-20T00:00:00.000Z" },
    ],
    truncated: false,
  };
  assertEquals(await (await bench.request("/clips/?format=json")).json(), listing);
  const headers = { accept: "application/json" };
  assertEquals(await (await bench.request("/clips/", { headers })).json(), listing);
});

Deno.test("a directory is a page for people, whatever its files are called", async () => {
  await using bench = await MediaBench.start({ "<img src=x>.mp4": "x", "javascript:1.mp4": "x" });
  const response = await bench.request("/");
  const page = await response.text();
  assertMatch(response.headers.get("content-type") ?? "", /^text\/html/);
  assertMatch(response.headers.get("content-security-policy") ?? "", /^default-src 'none'/);
  assertStringIncludes(page, '<a href="./%3Cimg%20src%3Dx%3E.mp4">&#60;img src=x&#62;.mp4</a>');
  assertStringIncludes(page, '<a href="./javascript%3A1.mp4">');
});

Deno.test("a directory without its slash is a redirect that keeps the query", async () => {
  await using bench = await MediaBench.start({ "my clips/a": "" });
  const response = await bench.request("/my%20clips?token=1");
  assertEquals([response.status, response.headers.get("location")], [
    301,
    "/media/my%20clips/?token=1",
  ]);
  assertEquals((await bench.request("")).headers.get("location"), "/media/");
});

Deno.test("where listing is off there are no directories, and files as ever", async () => {
  await using bench = await MediaBench.start({ "clips/a.txt": "a" }, {
    section: { listing: false },
  });
  for (const path of ["", "/", "/clips", "/clips/", "/clips/?format=json"]) {
    assertEquals([path, await bench.status(path)], [path, 404]);
  }
  assertEquals(await (await bench.request("/clips/a.txt")).text(), "a");
});

Deno.test("reading asks the access policy as any reader of the name does", async () => {
  const asked: AccessRequest[] = [];
  const access = { authorize: (request: AccessRequest) => void asked.push(request) };
  await using bench = await MediaBench.start({ "My clip.mp4": "x" }, { access });
  await bench.status("/My%20clip.mp4?token=a%2Fb&download&user=1");
  const [request] = asked;
  assertEquals(request?.name, "media/My clip.mp4");
  assertEquals([request?.action, request?.protocol], ["read", "http"]);
  assertEquals(request?.query, "token=a%2Fb&user=1");
  assertMatch(request?.remote ?? "", /^127\.0\.0\.1:\d+$/);
});

Deno.test("what the policy denies is 403, whether it is there or not", async () => {
  const access = {
    authorize({ name, action }: AccessRequest) {
      if (!name.startsWith("media/open/")) {
        throw new AccessDeniedError(name, action, "it is private");
      }
    },
  };
  const files = { "open/a.txt": "a", "private/b.txt": "b" };
  await using bench = await MediaBench.start(files, { access });
  await Deno.symlink("../private/b.txt", `${bench.dir}/open/way_in.txt`);
  assertEquals(await bench.status("/open/a.txt"), 200);
  assertEquals(await bench.status("/open/nothing.txt"), 404);
  for (const path of ["/private/b.txt", "/private/nothing.txt", "/private/", "/"]) {
    assertEquals([path, await bench.status(path)], [path, 403]);
  }
  assertEquals(await bench.status("/open/way_in.txt"), 403);
});

Deno.test("an upload is refused where uploads are off", async () => {
  await using bench = await MediaBench.start();
  const response = await bench.request("/a.txt", { method: "PUT", body: "x" });
  assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD, OPTIONS"]);
  assertMatch(await response.text(), /uploads are not enabled/);
  assertEquals(bench.names(), []);
});
