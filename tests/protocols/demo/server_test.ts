import { assertEquals, assertLess, assertMatch, assertThrows } from "@std/assert";
import { demo } from "../../../protocols/demo/mod.ts";
import { TICK_MS } from "../../../protocols/_ingest/pacer.ts";
import { RETRY_MS } from "../../../protocols/demo/server.ts";
import { Gateway } from "../../../protocols/gateway.ts";
import { ConfigError, type Logger } from "../../../protocols/protocol.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { VirtualClock } from "../../virtual_clock.ts";

const NAME = "demo/clock";
const STEP_MS = 500;

function setUp(section: Readonly<Record<string, unknown>> = {}) {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const write = (message: string, fields = {}) => void lines.push(message + JSON.stringify(fields));
  const log: Logger = { debug: write, info: write, warn: write, error: write };
  const config = { demo: { enabled: true, ...section } };
  return { clock, lines, gateway: new Gateway({ protocols: [demo], config, clock, log }) };
}

/** Runs the gateway for `ms`, and gives what a reader has got by then. */
async function watch(gateway: Gateway, clock: VirtualClock, ms: number): Promise<Unit[]> {
  const reader = await gateway.registry.read({ name: NAME, protocol: "test", remote: "test" });
  const units: Unit[] = [];
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    clock.advance(STEP_MS);
    const batch = await reader.read();
    if (batch?.type === "media") units.push(...batch.units);
  }
  reader.close();
  return units;
}

Deno.test("demo: is off unless it is enabled", async () => {
  const { gateway, clock } = setUp({ enabled: false });
  await gateway.start();
  assertEquals(gateway.registry.snapshot(), []);
  assertEquals(gateway.hints, []);
  await gateway.stop();
  assertEquals(clock.pending, 0);
});

Deno.test("demo: a minute is a minute, and both tracks go on over three loops", async () => {
  const { gateway, clock } = setUp();
  await gateway.start();
  const units = await watch(gateway, clock, 60_000 + STEP_MS);
  for (const [kind, step] of [["video", 40 * 90], ["audio", 32 * 90]] as const) {
    const times = units.filter((unit) => unit.track.kind === kind).map((unit) => unit.dts);
    assertEquals(times, times.map((_, index) => index * step));
    assertLess(clock.now() - (times.at(-1) ?? 0) / 90, TICK_MS + step / 90);
  }
  await gateway.stop();
  assertEquals(clock.pending, 0);
});

Deno.test("demo: takes another name, and refuses what is none", async () => {
  const { gateway } = setUp({ name: "live/test" });
  await gateway.start();
  assertEquals(gateway.registry.isPublished("live/test"), true);
  assertEquals(gateway.hints, ["live/test is live: play it by that name"]);
  await gateway.stop();
  const error = assertThrows(() => demo.parseOptions({ name: "a//b" }), ConfigError);
  assertEquals(error.message, 'name: expected a stream name: a segment is empty, found "a//b"');
});

Deno.test("demo: waits for a name that somebody else has", async () => {
  const { gateway, clock, lines } = setUp();
  const other = await gateway.registry.publish({ name: NAME, protocol: "test", remote: "them" });
  await gateway.start();
  assertMatch(lines.at(-1) ?? "", /the demo waits for its name.*somebody is publishing it/);
  other.close();
  clock.advance(RETRY_MS);
  await gateway.registry.whenPublished(NAME, new AbortController().signal);
  assertEquals(gateway.registry.get(NAME)?.publisher?.peer.protocol, "demo");
  await gateway.stop();
  assertEquals(clock.pending, 0);
});

Deno.test("demo: does not fight for a name that was taken from it", async () => {
  const { gateway, clock, lines } = setUp();
  await gateway.start();
  gateway.registry.get(NAME)?.kick("the operator said so");
  clock.advance(10 * RETRY_MS);
  assertEquals(gateway.registry.isPublished(NAME), false);
  assertMatch(lines.at(-1) ?? "", /the demo has ended.*the operator said so/);
  await gateway.stop();
  assertEquals(clock.pending, 0);
});
