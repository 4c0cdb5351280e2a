import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MANIFEST_TYPE, PLAYLIST_TYPE } from "../../../../protocols/http/hls/responses.ts";
import type { MediaPlaylist } from "../../../../protocols/_formats/m3u8/playlist.ts";
import { must } from "../../../must.ts";
import { LiveStage, variantOf, withParameter } from "./live_stage.ts";
import { AUDIO, OTHER_VIDEO } from "./simulated.ts";

/** Number of the segment that comes next. */
function nextOf({ mediaSequence, segments }: MediaPlaylist): number {
  return mediaSequence + segments.length;
}

Deno.test("the first segment is whole at the first key picture after the viewer came", async () => {
  await using stage = await LiveStage.open({ seconds: 1.5 });
  const entry = stage.text("index.m3u8");
  await stage.play(0.4);
  const state = await Promise.race([entry.then(() => "sent"), Promise.resolve("waiting")]);
  assertEquals(state, "waiting");
  await stage.play(0.2);
  assertStringIncludes(await entry, "video1.m3u8?session=");
});

Deno.test("a player finds all that it needs from the entry on", async () => {
  await using stage = await LiveStage.open();
  const entry = await stage.enter();
  assertEquals(entry.variants[0]?.codecs, ["avc1.42c00d", "mp4a.40.2"]);
  const playlist = await stage.playlist(variantOf(entry));
  const [segment] = playlist.segments;
  assertEquals(playlist.partTargetUs, 205_000);
  const init = must(await stage.bytes(must(segment?.map).uri));
  assertEquals(new TextDecoder().decode(init.subarray(4, 8)), "ftyp");
  const bytes = must(await stage.bytes(must(segment).uri));
  assertEquals(new TextDecoder().decode(bytes.subarray(4, 8)), "styp");
  const [part] = playlist.open?.parts ?? [];
  assert(must(await stage.bytes(must(part).uri)).length > 0);
});

Deno.test("types and ages are such as caches and players want", async () => {
  await using stage = await LiveStage.open();
  const playlist = await stage.playlist(variantOf(await stage.enter("index.m3u8")));
  const uri = variantOf(await stage.enter());
  const rows = [
    ["index.m3u8", PLAYLIST_TYPE, "no-store"],
    [uri, PLAYLIST_TYPE, "max-age=1"],
    [withParameter(uri, `_HLS_msn=${playlist.mediaSequence}`), PLAYLIST_TYPE, "max-age=18"],
    ["manifest.mpd", MANIFEST_TYPE, "max-age=1"],
    [must(playlist.segments[0]).uri, "video/mp4", "public, max-age=86400, immutable"],
  ] as const;
  for (const [path, type, cache] of rows) {
    const response = await stage.fetch(path);
    const bytes = await response.arrayBuffer();
    const { headers } = response;
    assertEquals([response.status, headers.get("content-type")], [200, type], path);
    assertEquals(headers.get("cache-control"), cache, path);
    assertEquals(headers.get("content-length"), `${bytes.byteLength}`);
    assertEquals(headers.get("access-control-allow-origin"), "*");
  }
});

Deno.test("playlists are compressed for those who take that", async () => {
  await using stage = await LiveStage.open();
  const uri = variantOf(await stage.enter());
  const plain = await stage.text(uri);
  for (const accepted of ["gzip, deflate", "br, GZIP;q=0.5", "*"]) {
    const response = await stage.fetch(uri, { headers: { "accept-encoding": accepted } });
    assertEquals(response.headers.get("content-encoding"), "gzip");
    assertEquals(response.headers.get("vary"), "accept-encoding");
    const unzipped = must(response.body).pipeThrough(new DecompressionStream("gzip"));
    assertEquals(await new Response(unzipped).text(), plain);
  }
  const refused = await stage.fetch(uri, { headers: { "accept-encoding": "gzip;q=0, br" } });
  assertEquals([refused.headers.get("content-encoding"), await refused.text()], [null, plain]);
});

Deno.test("a blocking reload is answered with the part that it waits for", async () => {
  await using stage = await LiveStage.open();
  const uri = variantOf(await stage.enter());
  const before = await stage.playlist(uri);
  const msn = nextOf(before);
  const part = before.open?.parts.length ?? 0;
  const next = stage.playlist(withParameter(uri, `_HLS_msn=${msn}&_HLS_part=${part}`));
  await stage.play(0.1);
  const state = await Promise.race([next.then(() => "sent"), Promise.resolve("waiting")]);
  assertEquals(state, "waiting");
  await stage.play(0.2);
  assertEquals((await next).open?.parts.length, part + 1);
});

Deno.test("a hinted part is sent when it has come", async () => {
  await using stage = await LiveStage.open();
  const { preloadHints: [hint], mediaSequence } = await stage.playlist(
    variantOf(await stage.enter()),
  );
  const part = stage.bytes(must(hint).uri);
  await stage.play(0.3);
  assert(must(await part).length > 0);
  const later = must(hint).uri.replace(/_\d+\.\d+/, `_${mediaSequence + 9}.0`);
  assertEquals(await stage.bytes(later), undefined);
});

Deno.test("the segment in the making is sent when it is whole", async () => {
  await using stage = await LiveStage.open();
  const playlist = await stage.playlist(variantOf(await stage.enter()));
  const { uri } = must(playlist.segments.at(-1));
  const next = stage.bytes(uri.replace(/_\d+/, `_${nextOf(playlist)}`));
  assertEquals(await stage.bytes(uri.replace(/_\d+/, `_${nextOf(playlist) + 1}`)), undefined);
  await stage.play(2.1);
  assert(must(await next).length > 0);
});

Deno.test("reloads that cannot be answered are refused, each in its way", async () => {
  await using stage = await LiveStage.open();
  const uri = variantOf(await stage.enter());
  const msn = nextOf(await stage.playlist(uri));
  for (const query of [`_HLS_msn=${msn + 2}`, "_HLS_part=1", "_HLS_msn=x", "_HLS_msn=-1"]) {
    const response = await stage.fetch(withParameter(uri, query));
    await response.body?.cancel();
    assertEquals(response.status, 400, query);
  }
  const silent = stage.fetch(withParameter(uri, `_HLS_msn=${msn + 1}`));
  await stage.harness.clock.run(9_000);
  const response = await silent;
  assertEquals(response.status, 503);
  await response.body?.cancel();
});

Deno.test("a delta update leaves out what the player knows", async () => {
  await using stage = await LiveStage.open();
  const uri = variantOf(await stage.enter());
  for (let at = 0; at < 4; at++) {
    await stage.play(6);
    await stage.playlist(uri);
  }
  const full = await stage.playlist(uri);
  const delta = await stage.playlist(withParameter(uri, "_HLS_skip=YES"));
  assert(delta.skippedSegments > 0);
  assertEquals(delta.skippedSegments + delta.segments.length, full.segments.length);
});

Deno.test("MPEG-TS begins at its own entry", async () => {
  await using stage = await LiveStage.open();
  const entry = await stage.enter("ts.m3u8");
  assertEquals(entry.renditions, []);
  const playlist = await stage.playlist(variantOf(entry));
  assertEquals(playlist.partTargetUs, undefined);
  const response = await stage.fetch(must(playlist.segments[0]).uri);
  assertEquals(response.headers.get("content-type"), "video/mp2t");
  assertEquals(new Uint8Array(await response.arrayBuffer())[0], 0x47);
});

Deno.test("the manifest of DASH names segments that are there", async () => {
  await using stage = await LiveStage.open();
  await stage.enter();
  const text = await stage.text("manifest.mpd");
  const [, template = ""] = /media="([^"]+)"/.exec(text) ?? [];
  const [, number = ""] = /startNumber="(\d+)"/.exec(text) ?? [];
  assert(must(await stage.bytes(template.replace("$Number$", number))).length > 0);
  const [, init = ""] = /initialization="([^"]+)"/.exec(text) ?? [];
  assert(must(await stage.bytes(init)).length > 0);
});

Deno.test("segments are not to be had without the key that playlists tell", async () => {
  await using stage = await LiveStage.open();
  const { segments: [segment] } = await stage.playlist(variantOf(await stage.enter()));
  const [name = "", key = ""] = must(segment).uri.split("?");
  assertEquals(await stage.bytes(name), undefined);
  assertEquals(await stage.bytes(`${name}?${key.replace(/.$/, "")}`), undefined);
  assert(await stage.bytes(`${name}?${key}`));
});

Deno.test("the playlist ends with the publisher, and the last segments can still be fetched", async () => {
  await using stage = await LiveStage.open();
  const uri = variantOf(await stage.enter());
  stage.publisher.close();
  const playlist = await stage.playlist(uri);
  assertEquals([playlist.isEnded, playlist.preloadHints], [true, []]);
  for (const segment of playlist.segments) assert(await stage.bytes(segment.uri));
});

Deno.test("a publisher who drops may come back with another configuration", async () => {
  await using stage = await LiveStage.open();
  const uri = variantOf(await stage.enter());
  await stage.replace({ tracks: [OTHER_VIDEO, AUDIO], metadata: {} });
  await stage.play(5, { description: { tracks: [OTHER_VIDEO, AUDIO], metadata: {} } });
  const { segments } = await stage.playlist(uri);
  const marks = segments.map(({ isDiscontinuous }) => isDiscontinuous);
  assertEquals(marks.filter((mark) => mark).length, 1);
  assertEquals(new Set(segments.map(({ map }) => map?.uri)).size, 2);
});

Deno.test("a stream after the end of another is one of its own", async () => {
  await using stage = await LiveStage.open();
  const uri = variantOf(await stage.enter());
  const before = await stage.playlist(uri);
  stage.publisher.close();
  stage.publisher = await stage.harness.publish();
  stage.publisher.describe({ tracks: [OTHER_VIDEO], metadata: {} });
  await stage.play(5, { description: { tracks: [OTHER_VIDEO], metadata: {} } });
  const after = await stage.playlist(uri);
  assert(after.mediaSequence > nextOf(before));
  assertEquals([after.isEnded, after.discontinuitySequence], [false, 0]);
  assert(await stage.bytes(must(before.segments[0]).uri));
});
