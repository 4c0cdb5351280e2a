import { assertEquals } from "@std/assert";
import { Harness, picture } from "./harness.ts";

Deno.test("the streams are listed as the registry sees them", async () => {
  await using harness = await Harness.start();
  assertEquals(await (await harness.request("/api/v1/streams")).json(), []);
  const publisher = await harness.publish();
  publisher.write([picture(0, true)]);
  const response = await harness.request("/api/v1/streams");
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("cache-control"), "no-store");
  const plain = JSON.parse(JSON.stringify(harness.registry.snapshot()));
  assertEquals(await response.json(), plain);
  const one = await harness.request("/api/v1/streams/live/cam1");
  assertEquals(await one.json(), plain[0]);
});

Deno.test("the addresses are listed, so that a page can name them", async () => {
  await using harness = await Harness.start();
  const response = await harness.request("/api/v1/endpoints");
  assertEquals(await response.json(), [{ scheme: "http", host: "127.0.0.1", port: harness.port }]);
});

Deno.test("a name under /api is nobody's stream", async () => {
  await using harness = await Harness.start();
  const request = { name: "api/v1/streams", protocol: "rtmp", remote: "test" };
  const refused = await harness.registry.publish(request).catch((error) => error.code);
  assertEquals(refused, "reserved-name");
});

Deno.test("/healthz tells when the gateway is stopping", async () => {
  await using harness = await Harness.start();
  const well = await harness.request("/healthz");
  assertEquals([well.status, await well.json()], [200, { status: "ok" }]);
  harness.abort.abort();
  const stopping = await harness.request("/healthz");
  assertEquals([stopping.status, await stopping.json()], [503, { status: "stopping" }]);
});
