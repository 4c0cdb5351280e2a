import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { publishTone } from "../../docs/examples/publish_tone.ts";
import { raw } from "../../docs/examples/raw_module.ts";
import { watch } from "../../docs/examples/read_units.ts";
import { start } from "../../docs/examples/start.ts";
import { tokenPolicy } from "../../docs/examples/token_policy.ts";
import {
  AccessDeniedError,
  ConfigError,
  demo,
  Gateway,
  http,
  MemoryTransport,
  splitAnnexB,
} from "../../mod.ts";
import { VirtualClock } from "../virtual_clock.ts";
import { runExample } from "./run_example.ts";

Deno.test("start.ts: a gateway with two modules listens and stops", async () => {
  const gateway = await start({ host: "127.0.0.1", rtmp: { port: 0 }, http: { port: 0 } });
  assertEquals(gateway.endpoints.map(({ scheme }) => scheme), ["rtmp", "http"]);
  await gateway.stop();
});

Deno.test("publish_tone.ts and read_units.ts: what one publishes the other reads", async () => {
  const clock = new VirtualClock();
  const gateway = new Gateway({ protocols: [], clock });
  const abort = new AbortController();
  const publishing = publishTone(gateway, "app/tone", abort.signal);
  const watching = watch(gateway, "app/tone", 1000);
  while (clock.now() < 1100) {
    clock.advance(20);
    await new Promise((resolve) => setTimeout(resolve));
  }
  assertEquals(await watching, "app/tone: 1000 ms of g711u");
  abort.abort();
  clock.advance(20);
  await publishing;
  await gateway.stop();
  assertEquals(clock.pending, 0);
});

Deno.test("token_policy.ts: reading is free, publishing needs the token", async () => {
  const access = tokenPolicy(new Map([["live/cam1", "secret"]]));
  const { registry } = new Gateway({ protocols: [], access });
  const cam1 = { name: "live/cam1", protocol: "test", remote: "test" };
  await assertRejects(() => registry.publish(cam1), AccessDeniedError, "missing or wrong");
  await assertRejects(() => registry.publish({ ...cam1, query: "token=x" }), AccessDeniedError);
  const cam2 = { ...cam1, name: "live/cam2" };
  await assertRejects(() => registry.publish({ ...cam2, query: "" }), AccessDeniedError);
  (await registry.publish({ ...cam1, query: "token=secret" })).close();
  (await registry.read(cam1)).close();
});

Deno.test("raw_module.ts: streams Annex B that begins with the parameter sets", async () => {
  const transport = new MemoryTransport();
  const clock = new VirtualClock();
  const config = { demo: { enabled: true }, raw: { wait: 0 } };
  const gateway = new Gateway({ protocols: [demo, raw, http], config, transport, clock });
  await gateway.start();
  clock.advance(1500);
  const port = gateway.endpoints[0]?.address.port;
  const abort = new AbortController();
  const { signal } = abort;
  const response = await transport.fetch(
    new Request(`http://localhost:${port}/demo/clock.h264`, { signal }),
  );
  assertEquals(response.headers.get("content-type"), "video/h264");
  const body = response.body?.getReader();
  const first = await body?.read();
  assert(first?.value !== undefined);
  const types = splitAnnexB(first.value).map((nal) => (nal[0] ?? 0) & 0x1f);
  assertEquals(types.slice(0, 3), [7, 8, 5]);
  abort.abort();
  await body?.cancel();
  assertEquals(gateway.registry.get("demo/clock")?.readers.size, 0);

  const missing = await transport.fetch(new Request(`http://localhost:${port}/live/none.h264`));
  assertEquals(missing.status, 404);
  await missing.body?.cancel();
  await gateway.stop();
});

Deno.test("raw_module.ts: its section is checked with the others", () => {
  const error = assertThrows(
    () => new Gateway({ protocols: [raw], config: { raw: { wait: "long" } } }),
    ConfigError,
  );
  assertEquals(error.message, 'raw.wait: expected seconds, found "long"');
});

Deno.test("separate_project: another project runs the gateway as a library", async () => {
  const { code, stdout, stderr } = await runExample("separate_project", "main.ts");
  assertEquals({ code, stderr: code === 0 ? "" : stderr }, { code: 0, stderr: "" });
  assertMatch(stdout, /rtmp listens on port \d+\nhttp listens on port \d+\n/);
  assertMatch(stdout, /read 3 units of app\/levels\n/);
  assertMatch(stdout, /the API says that app\/levels is live\nstopped\n$/);
});
