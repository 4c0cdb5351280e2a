import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import type { AccessRequest } from "../../registry/access.ts";
import {
  AccessDeniedError,
  InvalidStreamNameError,
  NameTakenError,
  RegistryClosedError,
  ReservedNameError,
  StreamNotFoundError,
  TooManyStreamsError,
} from "../../registry/errors.ts";
import { MAX_STREAMS, Registry } from "../../registry/registry.ts";
import { must } from "../must.ts";
import { settle } from "../virtual_clock.ts";
import { RegistryBench } from "./bench.ts";
import { key, peer } from "./units.ts";

Deno.test("a second publisher of a name is refused, and told who has it", async () => {
  const bench = new RegistryBench();
  const { registry } = bench;
  await registry.publish(peer("live/cam1", "192.0.2.9:1"));
  const error = await assertRejects(() => registry.publish(peer()), NameTakenError);
  assertEquals(error.message, "Cannot publish live/cam1: somebody is publishing it");
  assertEquals(bench.eventTypes, ["published", "refused"]);
  await registry.publish(peer("live/cam2"));
});

Deno.test("of two publishers that are authorized at the same time one gets the name", async () => {
  const gates: (() => void)[] = [];
  const authorize = () => new Promise<void>((resolve) => gates.push(resolve));
  const { registry } = new RegistryBench({ access: { authorize } });
  const [first, second] = [registry.publish(peer()), registry.publish(peer())];
  const refused = assertRejects(() => first, NameTakenError);
  await settle();
  must(gates[1])();
  const publisher = await second;
  must(gates[0])();
  await refused;
  assertStrictEquals(registry.get("live/cam1")?.publisher, publisher);
});

Deno.test("with overridePublisher the second one takes over, and the first is told", async () => {
  const bench = new RegistryBench({ settings: () => ({ overridePublisher: true }) });
  const viewer = await bench.read();
  const first = await bench.publish();
  first.write([key(0)]);
  const second = await bench.publish();
  assertEquals(first.signal.reason.code, "replaced");
  first.write([key(40)]);
  first.close();
  second.write([key(0)]);
  assertEquals(await viewer.log(), [0, 20]);
  assertEquals(bench.eventTypes, ["read", "published", "resumed"]);
});

Deno.test("two streams are independent", async () => {
  const bench = new RegistryBench();
  const [one, two] = [await bench.read({}, "live/cam1"), await bench.read({}, "live/cam2")];
  (await bench.publish("live/cam2")).write([key(0)]);
  assertEquals([await one.log(), await two.log()], [[], [0]]);
});

Deno.test("a bad name is neither published nor read, nor does it reach the access policy", async () => {
  const asked: AccessRequest[] = [];
  const { registry, events } = new RegistryBench({
    access: { authorize: (request) => void asked.push(request) },
  });
  await assertRejects(() => registry.publish(peer("live/../x")), InvalidStreamNameError);
  await assertRejects(() => registry.read(peer("")), InvalidStreamNameError);
  assertEquals(asked, []);
  assertEquals(events.map((event) => event.type === "refused" && event.code), [
    "invalid-name",
    "invalid-name",
  ]);
});

Deno.test("names under a reserved segment are published by its owner only, and read by all", async () => {
  const { registry } = new RegistryBench();
  registry.reserve("media", "file");
  const error = await assertRejects(() => registry.publish(peer("media/a")), ReservedNameError);
  assertEquals([error.segment, error.owner], ["media", "file"]);
  await assertRejects(() => registry.publish(peer("media")), ReservedNameError);
  await registry.publish(peer("mediaset/a"));
  await registry.publish({ ...peer("media/a"), protocol: "file" });
  await registry.read(peer("media/a"), { patienceMs: 0 });
});

Deno.test("nobody waits for a reserved name that its owner does not publish", async () => {
  const { registry } = new RegistryBench();
  registry.reserve("media", "file");
  await assertRejects(() => registry.read(peer("media/a")), StreamNotFoundError);
  registry.addSources(() => ({ label: "a", run: () => new Promise<void>(() => {}) }));
  using reader = await registry.read(peer("media/a"));
  assertEquals(reader.name, "media/a");
});

Deno.test("the access policy is told who asks for what", async () => {
  const asked: AccessRequest[] = [];
  const { registry } = new RegistryBench({
    access: { authorize: (request) => void asked.push(request) },
  });
  await registry.publish({ ...peer(), query: "token=1" });
  await registry.read(peer());
  await registry.read({ ...peer(), user: "ann" });
  const common = { name: "live/cam1", protocol: "test", remote: "192.0.2.1:5000" };
  assertEquals(asked, [
    { ...common, action: "publish", query: "token=1" },
    { ...common, action: "read", query: "" },
    { ...common, action: "read", query: "", user: "ann" },
  ]);
});

Deno.test("the access policy can be asked alone, with the checks of names", async () => {
  const bench = new RegistryBench({
    access: {
      authorize: ({ name, action }) => {
        if (action === "publish") throw new AccessDeniedError(name, action, "nobody may");
      },
    },
  });
  const { registry } = bench;
  registry.reserve("media", "file");
  assertEquals(await registry.authorize("read", peer()), "live/cam1");
  await assertRejects(() => registry.authorize("publish", peer()), AccessDeniedError);
  await assertRejects(() => registry.authorize("publish", peer("media/a")), ReservedNameError);
  await assertRejects(() => registry.authorize("read", peer("../a")), InvalidStreamNameError);
  assertEquals(registry.snapshot(), []);
  assertEquals(bench.eventTypes, ["refused", "refused", "refused"]);
});

Deno.test("the access policy can be asked about files, whose names are no names of streams", async () => {
  const asked: string[] = [];
  const bench = new RegistryBench({
    access: {
      authorize: ({ name, action }) => {
        asked.push(name);
        if (action === "publish") throw new AccessDeniedError(name, action, "nobody may");
      },
    },
  });
  const { registry } = bench;
  registry.reserve("media", "file");
  const file = peer("media/My holiday (1).mp4");
  await registry.authorizePath("read", file);
  await assertRejects(() => registry.authorizePath("publish", file), AccessDeniedError);
  assertEquals(asked, [file.name, file.name]);
  assertEquals(bench.eventTypes, ["refused"]);
});

Deno.test("what the access policy denies at once or later leaves no trace but an event", async () => {
  for (const delay of [() => {}, settle]) {
    const bench = new RegistryBench({
      access: {
        async authorize({ name, action }) {
          await delay();
          throw new AccessDeniedError(name, action, "the token is wrong");
        },
      },
    });
    for (const action of ["publish", "read"] as const) {
      const error = await assertRejects(() => bench.registry[action](peer()), AccessDeniedError);
      assertEquals(error.message, `Cannot ${action} live/cam1: the token is wrong`);
    }
    assertEquals(bench.registry.snapshot(), []);
    assertEquals(bench.eventTypes, ["refused", "refused"]);
    assertEquals(bench.internalErrors, []);
  }
});

Deno.test("an access policy that fails refuses, and tells the peer nothing of it", async () => {
  const failure = new TypeError("password of the database is 1234");
  const bench = new RegistryBench({
    access: {
      authorize: () => {
        throw failure;
      },
    },
  });
  const error = await assertRejects(() => bench.registry.read(peer()), AccessDeniedError);
  assertEquals(error.reason, "the access policy failed");
  assertEquals(bench.internalErrors, [failure]);
});

Deno.test("an access policy that never answers refuses after ten seconds", async () => {
  const bench = new RegistryBench({ access: { authorize: () => new Promise(() => {}) } });
  const refused = assertRejects(() => bench.registry.publish(peer()), AccessDeniedError, "answer");
  await bench.clock.run(10_000);
  await refused;
  assertEquals(bench.clock.pending, 0);
});

Deno.test("a name without publisher is refused to a reader without patience", async () => {
  const { registry, events } = new RegistryBench();
  await assertRejects(() => registry.read(peer(), { patienceMs: 0 }), StreamNotFoundError);
  assertEquals(registry.get("live/cam1"), undefined);
  assertEquals(events.at(-1)?.type, "refused");
});

Deno.test("the number of streams is bounded, and a stream that is left makes room", async () => {
  const { registry } = new RegistryBench();
  const readers = [];
  for (let n = 0; n < MAX_STREAMS; n++) readers.push(await registry.read(peer(`live/${n}`)));
  const error = await assertRejects(() => registry.publish(peer()), TooManyStreamsError);
  assertEquals(error.limit, MAX_STREAMS);
  must(readers[0]).close();
  await registry.publish(peer());
  registry.close();
});

Deno.test("a stream that nobody publishes or reads is forgotten", async () => {
  const bench = new RegistryBench();
  const viewer = await bench.read();
  const publisher = await bench.publish();
  publisher.close();
  assertEquals(bench.registry.snapshot().length, 1);
  viewer.reader.close();
  assertEquals(bench.registry.get("live/cam1"), undefined);
  assertEquals(bench.clock.pending, 0);
});

Deno.test("whenPublished resolves at once, at the first publisher, or when it is given up", async () => {
  const bench = new RegistryBench();
  const done: string[] = [];
  const watch = (label: string, name: string, signal = new AbortController().signal) =>
    bench.registry.whenPublished(name, signal).then(() => done.push(label));
  const abort = new AbortController();
  watch("later", "live/cam1");
  watch("other", "live/cam2", abort.signal);
  await settle();
  assertEquals(done, []);
  await bench.publish();
  watch("now", "live/cam1");
  await settle();
  assertEquals(done, ["later", "now"]);
  abort.abort();
  watch("aborted", "live/cam2", abort.signal);
  await settle();
  assertEquals(done, ["later", "now", "other", "aborted"]);
});

Deno.test("a listener that throws is reported, and the others are told all the same", async () => {
  const failure = new Error("listener");
  const bench = new RegistryBench();
  const seen: string[] = [];
  bench.registry.subscribe(() => {
    throw failure;
  });
  const unsubscribe = bench.registry.subscribe(({ type }) => seen.push(type));
  await bench.publish();
  unsubscribe();
  await bench.publish("live/cam2");
  assertEquals(seen, ["published"]);
  assertEquals(bench.internalErrors, [failure, failure]);
});

Deno.test("closing ends publishers, readers, sources and timers, and refuses what comes later", async () => {
  const bench = new RegistryBench();
  const publisher = await bench.publish();
  const viewer = await bench.read();
  const waiting = await bench.read({ mergeMs: 100 }, "live/cam2");
  bench.registry.close();
  assertInstanceOf(publisher.signal.reason, RegistryClosedError);
  assertInstanceOf(viewer.reader.signal.reason, RegistryClosedError);
  await settle();
  assertInstanceOf(viewer.error, RegistryClosedError);
  assertInstanceOf(waiting.error, RegistryClosedError);
  await assertRejects(() => bench.registry.publish(peer()), RegistryClosedError);
  await assertRejects(() => bench.registry.read(peer()), RegistryClosedError);
  publisher.write([key(0)]);
  assertEquals([bench.clock.pending, bench.registry.snapshot()], [0, []]);
});

Deno.test("a peer that is authorized after the end is refused", async () => {
  const gate = Promise.withResolvers<void>();
  const bench = new RegistryBench({ access: { authorize: () => gate.promise } });
  const refused = assertRejects(() => bench.registry.publish(peer()), RegistryClosedError);
  bench.registry.close();
  gate.resolve();
  await refused;
});

Deno.test("a registry needs nothing to be told", async () => {
  const registry = new Registry();
  const publisher = await registry.publish(peer());
  publisher.close();
  assertEquals(registry.snapshot(), []);
});
