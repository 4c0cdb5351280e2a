import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ListenError } from "../../protocols/_transport/errors.ts";
import { MemoryTransport } from "../../protocols/_transport/memory_transport.ts";
import { Gateway, type GatewayOptions } from "../../protocols/gateway.ts";
import type { LogFields } from "../../protocols/logger.ts";
import { ConfigError, type Context, type Protocol, type Server } from "../../protocols/protocol.ts";
import { rtmp } from "../../protocols/rtmp/mod.ts";
import { peer } from "../registry/units.ts";
import { must } from "../must.ts";
import { settle, VirtualClock } from "../virtual_clock.ts";

const ADDRESS = { host: "127.0.0.1", port: 7 };

/** A module that notes what is done with it. */
class FakeProtocol implements Protocol {
  readonly schemes = ["fake"];
  readonly calls: string[] = [];
  context: Context | undefined;
  /** What `serve` and the attempts wait for. */
  gate: Promise<void> = Promise.resolve();
  pull: NonNullable<Protocol["pull"]> = (context, url, target) =>
    this.#attempt(`pull ${url} as ${target}`, context);

  constructor(readonly name = "fake", readonly failure?: Error) {}

  parseOptions(raw: unknown): unknown {
    return raw;
  }

  async serve(context: Context, options: unknown): Promise<Server> {
    this.context = context;
    this.calls.push(`serve ${JSON.stringify(options)}`);
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    return {
      endpoints: [{ scheme: this.name, address: ADDRESS }],
      hints: [`try ${this.name}`],
      close: () => Promise.resolve(void this.calls.push("close")),
    };
  }

  #attempt(label: string, { signal }: Context): Promise<void> {
    this.calls.push(label);
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => {
        this.calls.push("stopped");
        resolve();
      });
    });
  }
}

function gatewayOf(protocols: readonly Protocol[], options: Partial<GatewayOptions> = {}) {
  const transport = new MemoryTransport();
  return new Gateway({ protocols, transport, clock: new VirtualClock(), ...options });
}

Deno.test("modules are started in order, each with its own section, and stopped", async () => {
  const [first, second] = [new FakeProtocol("first"), new FakeProtocol("second")];
  const gateway = gatewayOf([first, second], { config: { first: { x: 1 }, host: "127.0.0.1" } });
  await gateway.start();
  assertEquals(gateway.endpoints.map(({ scheme }) => scheme), ["first", "second"]);
  assertEquals(gateway.hints, ["try first", "try second"]);
  assertEquals(must(second.context).endpoints().length, 2);
  assertEquals(must(first.context).host, "127.0.0.1");
  await gateway.stop();
  await gateway.stop();
  assertEquals([first.calls, second.calls], [
    ['serve {"x":1}', "close"],
    ["serve undefined", "close"],
  ]);
  assert(must(first.context).signal.aborted);
});

Deno.test("when a module does not start, those before it are stopped again", async () => {
  const [good, bad] = [
    new FakeProtocol("good"),
    new FakeProtocol("bad", new ListenError("::", 1, "x")),
  ];
  const never = new FakeProtocol("never");
  const gateway = gatewayOf([good, bad, never]);
  await assertRejects(() => gateway.start(), ListenError);
  assertEquals([good.calls, never.calls], [["serve undefined", "close"], []]);
  assertEquals(gateway.endpoints, []);
});

Deno.test("a stop while modules start stops what starts", async () => {
  const gate = Promise.withResolvers<void>();
  const [slow, never] = [new FakeProtocol("slow"), new FakeProtocol("never")];
  slow.gate = gate.promise;
  const gateway = gatewayOf([slow, never]);
  const refused = assertRejects(() => gateway.start(), DOMException);
  await gateway.stop();
  gate.resolve();
  await refused;
  assertEquals([slow.calls, never.calls], [["serve undefined", "close"], []]);
});

Deno.test("stopping ends publishers and readers, and waits for pulls", async () => {
  const module = new FakeProtocol();
  const gateway = gatewayOf([module], {
    config: { streams: { "live/a": { source: "fake://x/y" } } },
  });
  await gateway.start();
  const publisher = await gateway.registry.publish(peer());
  assertEquals(module.calls.slice(1), ["pull fake://x/y as live/a"]);
  await gateway.stop();
  assertEquals(publisher.signal.reason.code, "closed");
  assertEquals(module.calls.slice(2).sort(), ["close", "stopped"]);
});

Deno.test("an attempt that throws before it waits stops nothing else", async () => {
  const module = new FakeProtocol();
  module.pull = () => {
    throw new Error("bug");
  };
  const clock = new VirtualClock();
  const lines: LogFields[] = [];
  const warn = (_message: string, fields: LogFields = {}) => void lines.push(fields);
  const gateway = gatewayOf([module], {
    clock,
    log: { debug: () => {}, info: () => {}, warn, error: warn },
  });
  await gateway.start();
  gateway.pull("fake://x/y", "live/a");
  await clock.run(1000);
  assertEquals(lines.map(({ reason }) => reason), ["bug", "bug"]);
  await gateway.stop();
  assertEquals(clock.pending, 0);
});

Deno.test("URLs that no module can pull or push are mistakes of the configuration", () => {
  const module = new FakeProtocol();
  const rows = [
    [{ source: "srt://x/y" }, "streams.live/a.source", "no module can pull srt:// URLs"],
    [{ push: "fake://x/y" }, "streams.live/a.push", "no module can push fake:// URLs"],
  ] as const;
  for (const [section, path, reason] of rows) {
    const config = { streams: { "live/a": section } };
    const error = assertThrows(() => gatewayOf([module], { config }), ConfigError);
    assertEquals([error.path.join("."), error.reason], [path, reason]);
  }
  const gateway = gatewayOf([module]);
  assertThrows(() => gateway.pull("srt://x/y", "live/a"), ConfigError);
  assertThrows(() => gateway.push("live/a", "fake://x/y"), ConfigError);
});

Deno.test("a reload with a mistake changes nothing", async () => {
  const module = new FakeProtocol();
  const gateway = gatewayOf([module], {
    config: { streams: { "live/a": { source: "fake://x/y" } } },
  });
  await gateway.start();
  const before = [...module.calls];
  assertThrows(
    () => gateway.reload({ streams: { "live/b": { source: "srt://x/y" } } }),
    ConfigError,
  );
  assertThrows(() => gateway.reload({ nonsense: 1 }), ConfigError);
  await settle();
  assertEquals(module.calls, before);
  await gateway.stop();
});

Deno.test("settings of streams hold for the streams that come after a reload", async () => {
  const gateway = gatewayOf([new FakeProtocol()], { config: { streams: { "*": { grace: 1 } } } });
  const before = await gateway.registry.publish(peer("live/a"));
  gateway.reload({ streams: { "*": { grace: 0 } } });
  const after = await gateway.registry.publish(peer("live/b"));
  before.close({ resumable: true });
  after.close({ resumable: true });
  assertEquals(gateway.registry.snapshot().map(({ name }) => name), ["live/a"]);
  await gateway.stop();
});

Deno.test("what happens in the registry is logged, and so is an access policy that fails", async () => {
  const lines: (readonly [message: string, stream: unknown])[] = [];
  const write = (message: string, fields: LogFields = {}) =>
    void lines.push([message, fields.stream ?? fields.reason]);
  const gateway = gatewayOf([rtmp], {
    log: { debug: () => {}, info: write, warn: write, error: write },
    access: {
      authorize({ action }) {
        if (action === "read") throw new TypeError("no database");
      },
    },
  });
  await gateway.registry.publish(peer());
  await assertRejects(() => gateway.registry.read(peer()));
  assertEquals(lines.map(([message]) => message), [
    "published",
    "a listener or access policy failed",
    "refused",
  ]);
  assert(`${lines[1]?.[1]}`.includes("no database"));
  await gateway.stop();
});
