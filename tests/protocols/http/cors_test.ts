import { assertEquals } from "@std/assert";
import { mountMethods } from "../../../protocols/_http/routing.ts";
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

Deno.test("OPTIONS is answered by the route, which names its methods, with what a preflight needs", async () => {
  await using harness = await Harness.start({
    mount: (app) => {
      const options = new Headers({ "accept-post": "text/plain" });
      mountMethods(app, "/other", { post: (c) => c.text("here"), options });
    },
  });
  const response = await harness.request("/other", {
    method: "OPTIONS",
    headers: {
      origin: "https://example.org",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type",
    },
  });
  assertEquals(response.status, 204);
  assertEquals(response.headers.get("allow"), "POST, OPTIONS");
  assertEquals(response.headers.get("accept-post"), "text/plain");
  assertEquals(response.headers.get("access-control-allow-origin"), "*");
  const headers = response.headers.get("access-control-allow-headers");
  assertEquals(headers, "authorization,content-type");
});

Deno.test("a refusal is exposed to pages as an answer is", async () => {
  await using harness = await Harness.start();
  const response = await harness.request("/live/nobody.flv", {
    headers: { origin: "https://example.org" },
  });
  assertEquals(response.status, 404);
  assertEquals(response.headers.get("access-control-allow-origin"), "*");
  assertEquals(
    response.headers.get("access-control-expose-headers"),
    "Location,Link,ETag,Accept-Patch",
  );
  await response.body?.cancel();
});
