// What the HTTP module adds to signaling that is mounted on its application.
import { assertEquals } from "@std/assert";
import type { HttpEnv } from "../../../../protocols/protocol.ts";
import type { Hono } from "hono";
import { Harness } from "../../http/harness.ts";
import { Bench } from "./harness.ts";

async function start(section: Readonly<Record<string, unknown>> = {}) {
  const bench = new Bench();
  const mount = (app: Hono<HttpEnv>) => void app.route("/", bench.app);
  return { bench, harness: await Harness.start({ mount, section }) };
}

Deno.test("a page of another origin may use the room, as far as the HTTP module lets it", async () => {
  const { bench, harness } = await start({ cors: ["https://friend.test"] });
  await using _bench = bench;
  await using _harness = harness;
  for (
    const [origin, allowed] of [
      ["https://friend.test", "https://friend.test"],
      ["https://stranger.test", null],
    ] as const
  ) {
    const preflight = await harness.request("/message", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
    await preflight.text();
    assertEquals([preflight.status, preflight.headers.get("access-control-allow-origin")], [
      200,
      allowed,
    ]);
    const signIn = await harness.request("/sign_in?x", { headers: { origin } });
    await signIn.text();
    assertEquals([signIn.status, signIn.headers.get("access-control-allow-origin")], [
      200,
      allowed,
    ]);
    assertEquals(signIn.statusText, "Added");
  }
});

Deno.test("what is refused is refused with the words of the HTTP module", async () => {
  const { bench, harness } = await start();
  await using _bench = bench;
  await using _harness = harness;
  for (
    const [path, init, status] of [
      ["/message?peer_id=1&to=2", {}, 405],
      ["/sign_in", { method: "DELETE" }, 405],
      ["/ws", {}, 426],
    ] as const
  ) {
    const response = await harness.request(path, init);
    assertEquals([path, response.status], [path, status]);
    assertEquals((await response.text()).startsWith("Cannot "), true);
  }
});
