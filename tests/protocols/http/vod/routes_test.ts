import { assert, assertEquals } from "@std/assert";
import { parsePlaylist } from "../../../../protocols/_formats/m3u8/parser.ts";
import type { AccessPolicy } from "../../../../registry/access.ts";
import { AccessDeniedError, RecordingError } from "../../../../registry/errors.ts";
import { must } from "../../../must.ts";
import { FakeRecording } from "../../../registry/fake_recording.ts";
import { DESCRIPTION, Harness, type HarnessOptions, picture, sound } from "../harness.ts";

const LENGTH_MS = 20_000;

/** A key picture every 4 s. */
const UNITS = Array.from({ length: 500 }, (_, at) => [
  picture(at * 40, at % 100 === 0),
  sound(at * 40 + 5),
]).flat();

/** Serves `media/clip.mp4`, and nothing else. */
async function start(options: HarnessOptions = {}) {
  const harness = await Harness.start(options);
  const opened = { count: 0 };
  harness.registry.addRecordings("media", (name) => {
    if (name === "media/broken.mp4") throw new RecordingError(name, "it is broken");
    if (name !== "media/clip.mp4") return Promise.resolve(undefined);
    opened.count++;
    return Promise.resolve(new FakeRecording(DESCRIPTION, UNITS, LENGTH_MS));
  });
  return { harness, opened };
}

function fetchText(harness: Harness, path: string): Promise<string> {
  return harness.request(`/media/clip.mp4/${path}`).then((response) => response.text());
}

async function statusOf(harness: Harness, path: string): Promise<number> {
  const response = await harness.request(`/media/${path}`);
  await response.body?.cancel();
  return response.status;
}

/** URI of the media playlist behind an entry. */
async function variant(harness: Harness, entry = "index.m3u8"): Promise<string> {
  const text = await fetchText(harness, entry);
  return must(text.split("\n").find((line) => line !== "" && !line.startsWith("#")));
}

async function segmentUris(harness: Harness, uri: string): Promise<readonly string[]> {
  const text = await fetchText(harness, uri);
  const playlist = parsePlaylist(new TextEncoder().encode(text));
  if (playlist.type !== "media") throw new TypeError("Cannot play: it is no media playlist");
  return playlist.segments.map((segment) => segment.uri);
}

Deno.test("a recording is one reader from its entry to its last segment", async () => {
  const { harness, opened } = await start();
  await using _ = harness;
  const uris = await segmentUris(harness, await variant(harness));
  assertEquals(uris.length, 3);
  for (const uri of uris) {
    const response = await harness.request(`/media/clip.mp4/${uri}`);
    assertEquals(response.headers.get("content-type"), "video/mp4");
    assertEquals(response.headers.get("cache-control"), "public, max-age=86400, immutable");
    assert((await response.arrayBuffer()).byteLength > 1000);
  }
  assertEquals([opened.count, harness.viewers], [1, 1]);
  await harness.clock.run(5 * 60_000 + 1);
  assertEquals([harness.viewers, harness.clock.pending], [0, 0]);
});

Deno.test("who fetches segments is there, and who was away for long may go on", async () => {
  const { harness, opened } = await start();
  await using _ = harness;
  const uris = await segmentUris(harness, await variant(harness));
  await harness.clock.run(4 * 60_000);
  assertEquals(await statusOf(harness, `clip.mp4/${uris[0]}`), 200);
  await harness.clock.run(4 * 60_000);
  assertEquals(harness.viewers, 1);
  await harness.clock.run(60 * 60_000);
  assertEquals(harness.viewers, 0);
  assertEquals(await statusOf(harness, `clip.mp4/${uris[1]}`), 200);
  assertEquals([opened.count, harness.viewers], [2, 1]);
});

Deno.test("a recording as MPEG-TS has its own entry", async () => {
  const { harness } = await start();
  await using _ = harness;
  const [uri] = await segmentUris(harness, await variant(harness, "ts.m3u8"));
  const response = await harness.request(`/media/clip.mp4/${uri}`);
  assertEquals(response.headers.get("content-type"), "video/mp2t");
  assertEquals(new Uint8Array(await response.arrayBuffer())[0], 0x47);
});

Deno.test("what there is none of is 404, and what cannot be read says why", async () => {
  const { harness } = await start();
  await using _ = harness;
  const [uri = ""] = await segmentUris(harness, await variant(harness));
  const rows = [
    ["other.mp4/index.m3u8", 404],
    ["broken.mp4/index.m3u8", 415],
    ["clip.mp4/video7.m3u8", 404],
    [`clip.mp4/${uri.replace("_0", "_9")}`, 404],
    [`clip.mp4/${uri.split("?")[0]}`, 404],
    [`clip.mp4/${uri.split("?")[0]}?key=00`, 404],
  ] as const;
  for (const [path, status] of rows) assertEquals(await statusOf(harness, path), status, path);
});

Deno.test("segments of a recording are not to be had by whoever may not read it", async () => {
  const access: AccessPolicy = {
    authorize({ action, name, query }) {
      if (query !== "token=open") throw new AccessDeniedError(name, action, "no token");
    },
  };
  const { harness } = await start({ access });
  await using _ = harness;
  assertEquals(await statusOf(harness, "clip.mp4/index.m3u8"), 403);
  const [uri = ""] = await segmentUris(harness, await variant(harness, "index.m3u8?token=open"));
  assertEquals(await statusOf(harness, `clip.mp4/${uri}`), 200);
  await harness.clock.run(60 * 60_000);
  assertEquals(await statusOf(harness, `clip.mp4/${uri}`), 403);
});
