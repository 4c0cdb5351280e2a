import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { FlvIngest } from "../../../protocols/_formats/flv/ingest.ts";
import { FlvReader } from "../../../protocols/_formats/flv/reader.ts";
import { parseWait } from "../../../protocols/_http/query.ts";
import { type AccessPolicy, type AccessRequest } from "../../../registry/access.ts";
import { AccessDeniedError, KickedError } from "../../../registry/errors.ts";
import {
  AUDIO,
  bodyReader,
  DESCRIPTION,
  Harness,
  nextPiece,
  picture,
  settle,
  sound,
  VIDEO,
} from "./harness.ts";

const GOP = [picture(0, true), sound(10), picture(40, false)];

async function startWithGop(options = {}) {
  const harness = await Harness.start(options);
  const publisher = await harness.publish();
  publisher.write(GOP);
  return { harness, publisher };
}

/** Reads a live body: the header bytes, the headers' tags, then one batch. */
async function openBody(harness: Harness, path = "/live/cam1.flv") {
  const response = await harness.request(path);
  assertEquals(response.status, 200);
  const reader = bodyReader(response);
  const pieces = [await nextPiece(reader), await nextPiece(reader), await nextPiece(reader)];
  return { response, reader, pieces };
}

Deno.test("a viewer is given header, metadata, sequence headers and the kept pictures", async () => {
  const { harness } = await startWithGop();
  await using _ = harness;
  const { response, reader, pieces } = await openBody(harness);
  assertEquals(response.headers.get("content-type"), "video/x-flv");
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertEquals(response.headers.get("access-control-allow-origin"), "*");
  // FLV 10.1 section E.2: audio and video flags.
  assertEquals(pieces[0]?.toHex(), "464c5601050000000900000000");

  const tags = new FlvReader();
  const ingest = new FlvIngest();
  const messages = pieces.flatMap((piece) => tags.feed(piece));
  assertEquals(messages.map(({ type, timestamp }) => [type, timestamp]), [
    ["data", 0],
    ["video", 0],
    ["audio", 0],
    ["video", 0],
    ["audio", 10],
    ["video", 40],
  ]);
  const events = messages.flatMap((message) => ingest.push(message));
  const units = [...events, ...ingest.flush()].flatMap((event) =>
    event.type === "unit" ? [event.unit] : []
  );
  assertEquals(units.map((unit) => unit.payload), GOP.map((unit) => unit.payload));
  await reader.cancel();
});

Deno.test("viewers at the same place are given the same bytes, not equal ones", async () => {
  const { harness, publisher } = await startWithGop();
  await using _ = harness;
  const [one, two] = [await openBody(harness), await openBody(harness)];
  one.pieces.forEach((piece, index) => assertStrictEquals(piece, two.pieces[index]));
  publisher.write([picture(80, false)]);
  assertStrictEquals(await nextPiece(one.reader), await nextPiece(two.reader));
  await Promise.all([one.reader.cancel(), two.reader.cancel()]);
});

Deno.test("what queued while a viewer was away comes as one piece", async () => {
  const { harness, publisher } = await startWithGop();
  await using _ = harness;
  const { reader } = await openBody(harness);
  publisher.write([picture(80, false)]);
  publisher.write([picture(120, false), sound(125)]);
  const tags = new FlvReader();
  tags.feed(Uint8Array.fromHex("464c5601050000000900000000"));
  assertEquals(tags.feed(await nextPiece(reader)).map((tag) => tag.timestamp), [80, 120, 125]);
  await reader.cancel();
});

Deno.test("a changed description sends its sequence headers before its first unit", async () => {
  const { harness, publisher } = await startWithGop();
  await using _ = harness;
  const { reader } = await openBody(harness);
  publisher.describe({ ...DESCRIPTION, metadata: { title: "second half" } });
  publisher.write([picture(80, true)]);
  const tags = new FlvReader();
  tags.feed(Uint8Array.fromHex("464c5601050000000900000000"));
  const messages = [...tags.feed(await nextPiece(reader)), ...tags.feed(await nextPiece(reader))];
  assertEquals(messages.map(({ type, timestamp }) => [type, timestamp]), [
    ["data", 0],
    ["video", 0],
    ["audio", 0],
    ["video", 80],
  ]);
  await reader.cancel();
});

Deno.test("the end of the publisher ends the response", async () => {
  const { harness, publisher } = await startWithGop();
  await using _ = harness;
  const { reader } = await openBody(harness);
  publisher.close();
  assertEquals((await reader.read()).done, true);
  assertEquals(harness.viewers, 0);
});

Deno.test("a publisher that is expected back does not end the response", async () => {
  const { harness, publisher } = await startWithGop();
  await using _ = harness;
  const { reader } = await openBody(harness);
  publisher.close({ resumable: true });
  const next = nextPiece(reader);
  await settle();
  const second = await harness.publish();
  second.write([picture(5000, true)]);
  assert((await next).byteLength > 0);
  await reader.cancel();
});

Deno.test("a viewer that the registry cuts has its body fail, also while it reads nothing", async () => {
  const { harness } = await startWithGop();
  await using _ = harness;
  const { reader } = await openBody(harness);
  harness.reader.cut(new KickedError("live/cam1", "enough"));
  await assertRejects(() => reader.closed, KickedError);
  assertEquals(harness.viewers, 0);
  assert(harness.log.some((line) => line.includes("viewer was cut") && line.includes("enough")));
});

Deno.test("the end of the gateway ends the response as the end of the stream does", async () => {
  const { harness } = await startWithGop();
  await using _ = harness;
  const { reader } = await openBody(harness);
  await harness.server.close();
  assertEquals((await reader.read()).done, true);
});

Deno.test("a client that leaves gives its reader and its place back", async () => {
  const { harness } = await startWithGop({ section: { maxViewers: 1 } });
  await using _ = harness;
  const first = await openBody(harness);
  assertEquals((await harness.request("/live/cam1.flv")).status, 503);
  await first.reader.cancel();
  assertEquals(harness.viewers, 0);
  const second = await openBody(harness);
  await second.reader.cancel();
});

Deno.test("too many viewers from one address are told so", async () => {
  const { harness } = await startWithGop({ section: { maxViewersPerAddress: 1 } });
  await using _ = harness;
  const { reader } = await openBody(harness);
  const refused = await harness.request("/live/cam1.flv");
  assertEquals(refused.status, 503);
  assertEquals(
    await refused.text(),
    "Cannot read live/cam1: the limit of 1 connections from 127.0.0.1 is reached\n",
  );
  await reader.cancel();
});

Deno.test("HEAD answers as GET does, without a body and without staying", async () => {
  const { harness } = await startWithGop();
  await using _ = harness;
  const response = await harness.request("/live/cam1.flv", { method: "HEAD" });
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "video/x-flv");
  assertEquals(await response.text(), "");
  assertEquals(harness.viewers, 0);
});

Deno.test("?wait waits for the publisher", async () => {
  await using harness = await Harness.start();
  const asked = harness.request("/live/cam1.flv?wait=20");
  await settle();
  harness.clock.advance(19_000);
  const publisher = await harness.publish();
  publisher.write(GOP);
  const response = await asked;
  assertEquals(response.status, 200);
  await response.body?.cancel();
});

Deno.test("?wait gives up after its time, and after the limit of the settings", async () => {
  await using harness = await Harness.start({ section: { waitLimit: 30 } });
  for (const [wait, ms] of [["2.5", 2500], ["9999", 30_000]] as const) {
    const asked = harness.request(`/live/cam1.flv?wait=${wait}`);
    await settle();
    assertEquals(harness.viewers, 1);
    harness.clock.advance(ms);
    const response = await asked;
    assertEquals(response.status, 404);
    assertEquals(
      await response.text(),
      `Cannot read live/cam1: no publisher came within ${ms / 1000} s\n`,
    );
  }
});

Deno.test("a client that leaves while it waits is forgotten", async () => {
  await using harness = await Harness.start();
  const abort = new AbortController();
  const asked = harness.request("/live/cam1.flv?wait=20", { signal: abort.signal });
  await settle();
  assertEquals(harness.viewers, 1);
  abort.abort();
  await asked;
  assertEquals(harness.viewers, 0);
  assertEquals(harness.clock.pending, 0);
});

Deno.test("parseWait takes seconds up to the limit and nothing else", async (t) => {
  const good = [[undefined, 0], ["0", 0], ["5", 5], ["1.5", 1.5], ["61", 60]] as const;
  for (const [text, seconds] of good) {
    await t.step(`${text}`, () => assertEquals(parseWait(text, 60), seconds));
  }
  await using harness = await Harness.start();
  for (const text of ["", "-1", "1e9", "NaN", "Infinity", "5s", "99999999999", "0x10"]) {
    await t.step(JSON.stringify(text), async () => {
      const response = await harness.request(`/live/cam1.flv?wait=${encodeURIComponent(text)}`);
      assertEquals(response.status, 400);
      await response.body?.cancel();
    });
  }
});

Deno.test("the access policy is told who asks, with the query but for what is ours", async () => {
  const asked: AccessRequest[] = [];
  const access: AccessPolicy = { authorize: (request) => void asked.push(request) };
  const { harness } = await startWithGop({ access });
  await using _ = harness;
  const response = await harness.request("/live/cam1.flv?token=a%2Bb&wait=3&waiter=x&flag");
  await response.body?.cancel();
  const request = asked.at(-1);
  assertEquals(request?.action, "read");
  assertEquals(request?.protocol, "http");
  assertEquals(request?.name, "live/cam1");
  assertEquals(request?.query, "token=a%2Bb&waiter=x&flag");
  assert(request?.remote.startsWith("127.0.0.1:"));
});

Deno.test("a viewer that the access policy refuses is told why", async () => {
  const access: AccessPolicy = {
    authorize({ action, name }) {
      if (action === "read") throw new AccessDeniedError(name, action, "no token");
    },
  };
  const { harness } = await startWithGop({ access });
  await using _ = harness;
  const response = await harness.request("/live/cam1.flv", {
    headers: { accept: "application/json" },
  });
  assertEquals(response.status, 403);
  assertEquals(await response.json(), {
    error: "access-denied",
    reason: "Cannot read live/cam1: no token",
  });
});

Deno.test("a stream that FLV cannot carry is refused with the reason", async () => {
  await using harness = await Harness.start();
  const track = { id: 1, kind: "video", codec: "rtp:JPEG", timescale: 90_000 } as const;
  const publisher = await harness.publish("live/cam1", { tracks: [track], metadata: {} });
  publisher.write([{ track, pts: 0, dts: 0, isKey: true, payload: [Uint8Array.of(1)] }]);
  const response = await harness.request("/live/cam1.flv");
  assertEquals(response.status, 406);
  assertEquals(
    await response.text(),
    "Cannot send live/cam1 as FLV: FLV does not carry rtp:JPEG\n",
  );
  assertEquals(harness.viewers, 0);
});

Deno.test("a stream with damaged parameter sets is refused, and is no fault of the gateway", async () => {
  await using harness = await Harness.start();
  const config = { codec: "h264", sps: [Uint8Array.of(0x67)], pps: [] } as const;
  const publisher = await harness.publish("live/cam1", {
    tracks: [{ ...VIDEO, config }],
    metadata: {},
  });
  publisher.write([picture(0, true)]);
  const response = await harness.request("/live/cam1.flv");
  assertEquals(response.status, 502);
  await response.body?.cancel();
  assertEquals(harness.viewers, 0);
});

Deno.test("a name of any script is one name, however it is encoded", async () => {
  await using harness = await Harness.start();
  const publisher = await harness.publish("live/kamera-ö", {
    tracks: [VIDEO, AUDIO],
    metadata: {},
  });
  publisher.write(GOP);
  for (
    const path of ["/live/kamera-%C3%B6.flv", "/live/kamera-o%CC%88.flv", "/live%2Fkamera-ö.flv"]
  ) {
    const response = await harness.request(path);
    assertEquals(response.status, 200, path);
    await response.body?.cancel();
  }
});
