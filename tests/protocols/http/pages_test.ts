import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Harness } from "./harness.ts";

const PAGES = ["/", "/play/live/cam1"];

/** Everything that a page or a script of ours names to be loaded. */
function loadsOf(text: string): string[] {
  const found = text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"|from "\.\/([^"]+)"/g);
  return [...found].map(([, asset, module]) => asset ?? `/assets/${module}`);
}

Deno.test("the pages load only what the gateway serves", async () => {
  await using harness = await Harness.start();
  const queue = [...PAGES];
  for (const path of queue) {
    const response = await harness.request(path);
    assertEquals(response.status, 200, path);
    const text = await response.text();
    const loads = path === "/assets/mpegts.js" ? [] : loadsOf(text);
    for (const load of loads) if (!queue.includes(load)) queue.push(load);
  }
  assertEquals(queue.length, 10);
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

Deno.test("the player page holds nothing of the name that was asked for", async () => {
  await using harness = await Harness.start();
  const plain = await (await harness.request("/play/live/cam1")).text();
  assertEquals(await (await harness.request("/play/live/other-ö")).text(), plain);
  for (const name of ["<script>alert(1)</script>", '"><img src=x>', "a'b", "%3Csvg%3E"]) {
    const response = await harness.request(`/play/${encodeURIComponent(name)}`);
    assertEquals(response.status, 400, name);
    assertEquals(response.headers.get("content-type"), "text/plain; charset=UTF-8");
    await response.body?.cancel();
  }
});
