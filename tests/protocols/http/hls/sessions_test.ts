import { assertEquals } from "@std/assert";
import type { AccessPolicy } from "../../../../registry/access.ts";
import { AccessDeniedError } from "../../../../registry/errors.ts";
import { must } from "../../../must.ts";
import { LiveStage, NAME, variantOf } from "./live_stage.ts";

/** Lets those read who say `token=open`, and writes down whom it was asked about. */
function tokenPolicy(): { readonly access: AccessPolicy; readonly asked: string[] } {
  const asked: string[] = [];
  const access: AccessPolicy = {
    authorize({ action, name, query }) {
      if (action !== "read") return;
      asked.push(query);
      if (query !== "token=open") throw new AccessDeniedError(name, action, "no token");
    },
  };
  return { access, asked };
}

function statusOf(response: Response): number {
  response.body?.cancel();
  return response.status;
}

Deno.test("a session is one reader, however many requests it makes", async () => {
  await using stage = await LiveStage.open();
  const events: string[] = [];
  stage.harness.registry.subscribe(({ type }) => void events.push(type));
  const uri = variantOf(await stage.enter());
  for (let at = 0; at < 5; at++) await stage.playlist(uri);
  assertEquals(stage.harness.viewers, 1);
  assertEquals(events, ["read"]);
  await stage.enter();
  assertEquals(stage.harness.viewers, 2);
});

Deno.test("the API tells what a viewer was sent: headers, segments and parts", async () => {
  await using stage = await LiveStage.open();
  const { segments: [segment], open } = await stage.playlist(variantOf(await stage.enter()));
  const { counters } = stage.harness.reader;
  assertEquals([counters.units, counters.bytes], [0, 0]);
  const { uri, map } = must(segment);
  let bytes = 0;
  for (const name of [must(map).uri, uri, must(open?.parts[0]).uri]) {
    bytes += must(await stage.bytes(name)).length;
  }
  assertEquals(statusOf(await stage.fetch(uri, { method: "HEAD" })), 200);
  const [snapshot] = await (await stage.harness.request("/api/v1/streams")).json();
  assertEquals([snapshot.readers[0].units, snapshot.readers[0].bytes], [3, bytes]);
  // They tell no session: of the viewers at one address, the newest is taken for it.
  await stage.enter();
  await stage.bytes(uri);
  const readers = [...must(stage.harness.registry.get(NAME)).readers];
  assertEquals(readers.map((reader) => reader.counters.units), [3, 1]);
});

Deno.test("a viewer is gone when it has been silent for long, and not before", async () => {
  await using stage = await LiveStage.open({ section: { hls: { linger: 5 } } });
  const uri = variantOf(await stage.enter());
  await stage.harness.clock.run(7_000);
  await stage.playlist(uri);
  assertEquals(stage.harness.viewers, 1);
  // Three target durations of three seconds.
  await stage.harness.clock.run(9_001);
  assertEquals(stage.harness.viewers, 0);
  assertEquals(stage.harness.clock.pending, 0);
});

Deno.test("a viewer who waits for a playlist is there", async () => {
  await using stage = await LiveStage.open({ section: { hls: { linger: 5 } }, seconds: 0.5 });
  const entry = stage.fetch("index.m3u8");
  await stage.harness.clock.run(20_000);
  assertEquals(stage.harness.viewers, 1);
  await stage.harness.clock.run(10_000);
  assertEquals(statusOf(await entry), 503);
  assertEquals(stage.harness.viewers, 0);
});

Deno.test("the access policy is asked once, with the query that the viewer came with", async () => {
  const { access, asked } = tokenPolicy();
  await using stage = await LiveStage.open({ access });
  const uri = variantOf(await stage.enter("index.m3u8?token=open&wait=3"));
  await stage.playlist(uri);
  const { segments: [segment] } = await stage.playlist(uri);
  assertEquals(must(segment).uri.includes("token"), false);
  assertEquals(statusOf(await stage.fetch(must(segment).uri)), 200);
  assertEquals(asked, ["token=open"]);
});

Deno.test("whoever has no token is refused everything", async () => {
  const { access } = tokenPolicy();
  await using stage = await LiveStage.open({ access });
  await stage.enter("index.m3u8?token=open");
  for (const path of ["index.m3u8", "ts.m3u8", "video1.m3u8", "manifest.mpd?token=shut"]) {
    assertEquals(statusOf(await stage.fetch(path)), 403, path);
  }
  const session = "session=00112233445566778899aabbccddeeff";
  assertEquals(statusOf(await stage.fetch(`video1.m3u8?${session}`)), 403);
  assertEquals(stage.harness.viewers, 1);
});

Deno.test("a session that is over is let in again by its token", async () => {
  const { access, asked } = tokenPolicy();
  await using stage = await LiveStage.open({ access });
  const uri = variantOf(await stage.enter("index.m3u8?token=open"));
  await stage.harness.clock.run(30_000);
  assertEquals(stage.harness.viewers, 0);
  const playlist = stage.playlist(uri);
  await stage.play(33);
  await playlist;
  assertEquals([asked.length, stage.harness.viewers], [2, 1]);
});

Deno.test("too many viewers are refused, and those who leave make room", async () => {
  await using stage = await LiveStage.open({ section: { maxViewers: 1 } });
  await stage.enter();
  assertEquals(statusOf(await stage.fetch("index.m3u8")), 503);
  await stage.harness.clock.run(30_000);
  await stage.play(33);
  await stage.enter();
});

Deno.test("a stream that nobody publishes is not there, and one may wait for it", async () => {
  await using stage = await LiveStage.open();
  stage.publisher.close();
  assertEquals(statusOf(await stage.fetch("index.m3u8")), 404);
  const waiting = stage.fetch("index.m3u8?wait=5");
  await stage.harness.clock.run(1_000);
  stage.publisher = await stage.harness.publish(NAME);
  await stage.play(8);
  assertEquals(statusOf(await waiting), 200);
});

Deno.test("a viewer of DASH is known by address and program", async () => {
  await using stage = await LiveStage.open();
  await stage.enter();
  for (const agent of ["one", "two", "one", "one"]) {
    await stage.text("manifest.mpd", { headers: { "user-agent": agent } });
  }
  assertEquals(stage.harness.viewers, 3);
});

Deno.test("nobody sees a manifest because a neighbour with the same program may", async () => {
  const { access } = tokenPolicy();
  await using stage = await LiveStage.open({ access });
  const manifest = stage.fetch("manifest.mpd?token=open");
  await stage.play(3);
  assertEquals(statusOf(await manifest), 200);
  assertEquals(statusOf(await stage.fetch("manifest.mpd")), 403);
  assertEquals(stage.harness.viewers, 1);
});

Deno.test("whoever only looks with HEAD does not stay", async () => {
  await using stage = await LiveStage.open();
  const head = stage.fetch("index.m3u8", { method: "HEAD" });
  await stage.play(3);
  assertEquals(statusOf(await head), 200);
  assertEquals(stage.harness.viewers, 0);
});

Deno.test("a stream of which segments carry nothing is refused with the reason", async () => {
  const track = { id: 1, kind: "video", codec: "rtp:JPEG", timescale: 90_000 } as const;
  await using stage = await LiveStage.open({
    description: { tracks: [track], metadata: {} },
    seconds: 0,
  });
  stage.publisher.write([{ track, pts: 0, dts: 0, isKey: true, payload: [Uint8Array.of(1)] }]);
  const response = await stage.fetch("index.m3u8");
  assertEquals(response.status, 406);
  assertEquals(
    await response.text(),
    `Cannot send ${NAME} as fragmented MP4: fragmented MP4 does not carry rtp:JPEG\n`,
  );
  assertEquals(stage.harness.viewers, 0);
});

Deno.test("the end of the gateway ends sessions and those who wait", async () => {
  const stage = await LiveStage.open();
  await stage.enter();
  const waiting = stage.fetch("ts.m3u8");
  await stage.harness.clock.run(100);
  await stage[Symbol.asyncDispose]();
  assertEquals(statusOf(await waiting), 503);
  assertEquals(stage.harness.clock.pending, 0);
});
