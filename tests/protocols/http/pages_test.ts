import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Harness } from "./harness.ts";

const PAGES = ["/", "/play/live/cam1", "/publish/live/cam1"];

/** Packages that pages load when they need them; what these name is not ours. */
const PACKAGES = ["/assets/hls.js", "/assets/mpegts.js"];

/** Everything that a page or a script of ours names to be loaded. */
function loadsOf(text: string): string[] {
  return [...text.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, asset = ""]) => asset);
}

Deno.test("the pages load only what the gateway serves", async () => {
  await using harness = await Harness.start();
  const queue = [...PAGES];
  for (const path of queue) {
    const response = await harness.request(path);
    assertEquals(response.status, 200, path);
    const text = await response.text();
    const loads = PACKAGES.includes(path) ? [] : loadsOf(text);
    for (const load of loads) if (!queue.includes(load)) queue.push(load);
  }
  assertEquals(queue.filter((path) => path.startsWith("/assets/")).toSorted(), [
    "/assets/dashboard.js",
    "/assets/hls.js",
    "/assets/icon.svg",
    "/assets/mpegts.js",
    "/assets/play.js",
    "/assets/publish.js",
    "/assets/style.css",
    "/assets/ticker.js",
  ]);
});

Deno.test("the pages allow nothing inline and nothing from elsewhere", async (t) => {
  await using harness = await Harness.start();
  for (const path of PAGES) {
    await t.step(path, async () => {
      const response = await harness.request(path);
      const policy = response.headers.get("content-security-policy") ?? "";
      assertStringIncludes(policy, "default-src 'self'");
      assert(!policy.includes("unsafe"));
      assertEquals(response.headers.get("x-content-type-options"), "nosniff");
      const page = await response.text();
      assert(!/<script>|<style>| on[a-z]+=| style=|https?:/.test(page));
    });
  }
});

Deno.test("a page that the browser has is not sent again", async () => {
  await using harness = await Harness.start();
  const first = await harness.request("/assets/mpegts.js");
  const etag = first.headers.get("etag") ?? "";
  assert((await first.text()).length > 100_000);
  const again = await harness.request("/assets/mpegts.js", { headers: { "if-none-match": etag } });
  assertEquals(again.status, 304);
  assertEquals(await again.text(), "");
  const other = await harness.request("/", { headers: { "if-none-match": etag } });
  assertEquals(other.status, 200);
  await other.body?.cancel();
});

Deno.test("pages hold nothing of the name that was asked for", async (t) => {
  await using harness = await Harness.start();
  for (const prefix of ["/play/", "/publish/"]) {
    const plain = await (await harness.request(`${prefix}live/cam1`)).text();
    assertEquals(await (await harness.request(`${prefix}live/other-ö`)).text(), plain);
    for (const name of ["<script>alert(1)</script>", '"><img src=x>', "a'b", "%3Csvg%3E"]) {
      await t.step(`${prefix}${name}`, async () => {
        const response = await harness.request(`${prefix}${encodeURIComponent(name)}`);
        assertEquals(response.status, 400);
        assertEquals(response.headers.get("content-type"), "text/plain; charset=UTF-8");
        await response.body?.cancel();
      });
    }
  }
});
