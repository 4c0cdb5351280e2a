import { assertEquals } from "@std/assert";
import { Harness } from "./harness.ts";

function preflight(harness: Harness, origin: string) {
  return harness.request("/live/cam1.flv", {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "GET" },
  });
}

Deno.test("a preflight is answered for every page", async () => {
  await using harness = await Harness.start();
  const response = await preflight(harness, "https://example.org");
  assertEquals(response.status, 204);
  assertEquals(response.headers.get("access-control-allow-origin"), "*");
  assertEquals(response.headers.get("access-control-allow-methods")?.includes("GET"), true);
});

Deno.test("only the configured origins are let in, and caches are told", async () => {
  await using harness = await Harness.start({
    section: { cors: ["https://example.org", "https://example.com"] },
  });
  const friend = await preflight(harness, "https://example.com");
  assertEquals(friend.headers.get("access-control-allow-origin"), "https://example.com");
  const stranger = await harness.request("/healthz", { headers: { origin: "https://evil.test" } });
  assertEquals(stranger.headers.get("access-control-allow-origin"), null);
  assertEquals(stranger.headers.get("vary"), "Origin");
  await stranger.body?.cancel();
});

Deno.test("what another module mounts is let in too", async () => {
  await using harness = await Harness.start({
    mount: (app) => void app.get("/other", (c) => c.text("here")),
  });
  const response = await harness.request("/other");
  assertEquals(await response.text(), "here");
  assertEquals(response.headers.get("access-control-allow-origin"), "*");
});
