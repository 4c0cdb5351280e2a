import { assertEquals, assertStringIncludes } from "@std/assert";
import { SILENCE_MS } from "../../../protocols/http/ingest.ts";
import type { AccessPolicy, AccessRequest } from "../../../registry/access.ts";
import { AccessDeniedError } from "../../../registry/errors.ts";
import { joinBytes } from "../../../protocols/_formats/join.ts";
import { settle } from "../../virtual_clock.ts";
import { Harness } from "./harness.ts";
import { flvFile, handFed, mp4Parts, tsFile } from "./media.ts";

const { init, media } = mp4Parts();
const FILES = { ".flv": flvFile(), ".ts": tsFile(), ".mp4": joinBytes([init, media]) };
const JSON_PLEASE = { accept: "application/json" };

/** Publishes a body that goes on. */
function publish(harness: Harness, path = "/live/cam1.flv") {
  const { body, feed } = handFed();
  const init = { method: "PUT", body, headers: JSON_PLEASE };
  return { feed, answer: harness.request(path, init) };
}

function stateOf(harness: Harness): string | undefined {
  return harness.registry.get("live/cam1")?.state;
}

Deno.test("each container is published, by PUT and by POST, until its end", async (t) => {
  for (const [suffix, file] of Object.entries(FILES)) {
    for (const method of ["PUT", "POST"]) {
      await t.step(`${method} ${suffix}`, async () => {
        await using harness = await Harness.start();
        const reader = await harness.registry.read({
          name: "live/cam1",
          protocol: "test",
          remote: "test",
        });
        const body = new Uint8Array(file);
        const response = await harness.request(`/live/cam1${suffix}`, { method, body });
        assertEquals(response.status, 204);
        const codecs = new Map<string, number>();
        for (;;) {
          const batch = await reader.read();
          if (batch?.type !== "media") break;
          for (const { track } of batch.units) {
            codecs.set(track.codec, (codecs.get(track.codec) ?? 0) + 1);
          }
        }
        assertEquals(Object.fromEntries(codecs), { h264: 12, aac: 12 });
        reader.close();
        assertEquals(stateOf(harness), undefined);
      });
    }
  }
});

Deno.test("a publisher is seen while it goes on, and its end is an orderly one", async () => {
  await using harness = await Harness.start();
  const { feed, answer } = publish(harness);
  feed.enqueue(flvFile());
  await settle();
  assertEquals(stateOf(harness), "live");
  assertEquals(harness.registry.get("live/cam1")?.publisher?.peer.protocol, "http");
  feed.close();
  assertEquals((await answer).status, 204);
  assertEquals(stateOf(harness), undefined);
  assertEquals(harness.clock.pending, 0);
});

Deno.test("a connection that breaks off leaves a stream that may be resumed", async () => {
  await using harness = await Harness.start();
  const { feed, answer } = publish(harness);
  feed.enqueue(flvFile());
  await settle();
  feed.error(new Error("reset"));
  await settle();
  assertEquals(stateOf(harness), "interrupted");
  await (await answer).body?.cancel();
});

Deno.test("a publisher that falls silent is told so, and may come back", async () => {
  await using harness = await Harness.start();
  const { feed, answer } = publish(harness);
  feed.enqueue(flvFile());
  await harness.clock.run(SILENCE_MS - 1);
  assertEquals(stateOf(harness), "live");
  await harness.clock.run(1);
  assertEquals(stateOf(harness), "interrupted");
  const response = await answer;
  assertEquals([response.status, response.headers.get("connection")], [408, "close"]);
  await response.body?.cancel();
});

Deno.test("what cannot be read is told at once, however long the body goes on", async () => {
  await using harness = await Harness.start();
  const { feed, answer } = publish(harness);
  feed.enqueue(new Uint8Array(1000));
  const response = await answer;
  assertEquals(response.status, 400);
  assertEquals(response.headers.get("connection"), "close");
  assertEquals(stateOf(harness), undefined);
  assertEquals(await response.json(), {
    error: "invalid-media",
    reason: "Cannot parse FLV header: no FLV signature at byte 0",
  });
  assertEquals(harness.clock.pending, 0);
});

Deno.test("a body without media is no stream", async () => {
  await using harness = await Harness.start();
  const body = flvFile().slice(0, 13);
  const response = await harness.request("/live/cam1.flv", { method: "POST", body });
  assertEquals(response.status, 400);
  assertStringIncludes(await response.text(), "there was no media");
});

Deno.test("a name that is taken, and one that is not for streams, are refused", async (t) => {
  await using harness = await Harness.start();
  await harness.publish();
  const rows = [["/live/cam1.flv", 409], ["/api/cam1.flv", 403], ["/live/a..b.ts", 400]] as const;
  for (const [path, status] of rows) {
    await t.step(`${path}: ${status}`, async () => {
      const body = new Uint8Array(flvFile());
      const response = await harness.request(path, { method: "PUT", body });
      assertEquals(response.status, status);
      await response.body?.cancel();
    });
  }
});

Deno.test("the access policy decides, with the query", async () => {
  const asked: AccessRequest[] = [];
  const access: AccessPolicy = {
    authorize(request) {
      asked.push(request);
      throw new AccessDeniedError(request.name, request.action, "no token");
    },
  };
  await using harness = await Harness.start({ access });
  const response = await harness.request("/live/cam1.ts?token=a%2Bb", {
    method: "POST",
    body: new Uint8Array(tsFile()),
    headers: JSON_PLEASE,
  });
  assertEquals(response.status, 403);
  assertEquals(await response.json(), {
    error: "access-denied",
    reason: "Cannot publish live/cam1: no token",
  });
  assertEquals(asked.map(({ action, query }) => [action, query]), [["publish", "token=a%2Bb"]]);
});

Deno.test("a publisher that is kicked is told why", async () => {
  await using harness = await Harness.start();
  const { feed, answer } = publish(harness);
  feed.enqueue(flvFile());
  await settle();
  harness.registry.get("live/cam1")?.kick("enough");
  const response = await answer;
  assertEquals(response.status, 403);
  feed.close();
  assertStringIncludes(await response.text(), "enough");
});

Deno.test("the end of the gateway ends publishers", async () => {
  await using harness = await Harness.start();
  const { feed, answer } = publish(harness);
  feed.enqueue(flvFile());
  await settle();
  harness.registry.close();
  const response = await answer;
  assertEquals(response.status, 503);
  feed.close();
  await response.body?.cancel();
});

Deno.test("nothing of a body is read before it may be published, and then all of it", async () => {
  const allowed = Promise.withResolvers<void>();
  const access: AccessPolicy = { authorize: () => allowed.promise };
  await using harness = await Harness.start({ access });
  let asked = 0;
  const file = flvFile();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(asked++ === 0 ? file : new Uint8Array(0));
      if (asked === 100) controller.close();
    },
  }, { highWaterMark: 0 });
  const answer = harness.request("/live/cam1.flv", { method: "PUT", body });
  await settle();
  assertEquals(asked, 0);
  allowed.resolve();
  assertEquals((await answer).status, 204);
  assertEquals(asked, 100);
});
