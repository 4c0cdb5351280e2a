import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Demuxer } from "../../../protocols/_formats/demux/events.ts";
import { FlvDemuxer } from "../../../protocols/_formats/flv/demuxer.ts";
import { Mp4Demuxer } from "../../../protocols/_formats/mp4/demuxer.ts";
import { TsDemuxer } from "../../../protocols/_formats/mpegts/demuxer.ts";
import { type AccessRequest } from "../../../registry/access.ts";
import { RecordingError } from "../../../registry/errors.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { FakeRecording } from "../../registry/fake_recording.ts";
import { bodyReader, DESCRIPTION, Harness, nextPiece, picture, settle, sound } from "./harness.ts";

const LENGTH_MS = 20_000;

/** A picture and a sound every 40 ms, one in 50 pictures a key. */
const UNITS = Array.from(
  { length: LENGTH_MS / 40 },
  (_, at) => [picture(at * 40, at % 50 === 0), sound(at * 40)],
).flat();

async function start(options: Parameters<typeof Harness.start>[0] = {}) {
  const harness = await Harness.start(options);
  const opened: FakeRecording[] = [];
  harness.registry.addRecordings("media", (name) => {
    if (name === "media/bad.mp4") return Promise.reject(new RecordingError(name, "it is damaged"));
    if (name !== "media/clip.mp4") return Promise.resolve(undefined);
    const recording = new FakeRecording(DESCRIPTION, UNITS, LENGTH_MS);
    opened.push(recording);
    return Promise.resolve(recording);
  });
  return { harness, opened };
}

/** Pictures and sounds of a whole body, and the first picture's time in milliseconds. */
async function demuxed(response: Response, demuxer: Demuxer) {
  const events = [...demuxer.push(await response.bytes()), ...demuxer.flush()];
  const units: Unit[] = events.flatMap((event) => event.type === "unit" ? [event.unit] : []);
  const of = (kind: string) => units.filter(({ track }) => track.kind === kind);
  return { pictures: of("video").length, sounds: of("audio").length, first: of("video")[0]?.dts };
}

const CONTAINERS = [
  { suffix: ".flv", open: () => new FlvDemuxer() },
  { suffix: ".ts", open: () => new TsDemuxer() },
  { suffix: ".mp4", open: () => new Mp4Demuxer() },
] as const;

for (const { suffix, open } of CONTAINERS) {
  Deno.test(`a recording as ${suffix} is whole, and comes as fast as it is taken`, async () => {
    const { harness, opened } = await start();
    await using _ = harness;
    const response = await harness.request(`/media/clip.mp4${suffix}`);
    const { pictures, sounds } = await demuxed(response, open());
    assertEquals([pictures, sounds], [500, 500]);
    assertEquals(opened.map(({ isClosed }) => isClosed), [true]);
    assertEquals(harness.clock.pending, 0);
  });
}

Deno.test("?start= begins at the key picture at or before", async () => {
  const { harness } = await start();
  await using _ = harness;
  const response = await harness.request("/media/clip.mp4.flv?start=7.5");
  const { pictures, first } = await demuxed(response, new FlvDemuxer());
  assertEquals([pictures, first], [350, 6000 * 90]);
});

Deno.test("a start that is no number is refused", async () => {
  const { harness } = await start();
  await using _ = harness;
  const headers = { accept: "application/json" };
  const response = await harness.request("/media/clip.mp4.flv?start=soon", { headers });
  assertEquals([response.status, (await response.json()).error], [400, "invalid-start"]);
});

Deno.test("sound alone is had of it too", async () => {
  const { harness } = await start();
  await using _ = harness;
  const response = await harness.request("/media/clip.mp4.aac");
  const bytes = await response.bytes();
  // ISO/IEC 14496-3 1.A.3.2: seven bytes before each frame of four.
  assertEquals([bytes.length, bytes[0]], [500 * 11, 0xff]);
});

Deno.test("HEAD opens and closes it", async () => {
  const { harness, opened } = await start();
  await using _ = harness;
  const response = await harness.request("/media/clip.mp4.ts", { method: "HEAD" });
  assertEquals(response.headers.get("content-type"), "video/mp2t");
  assertEquals(opened.map(({ isClosed }) => isClosed), [true]);
});

Deno.test("a client that leaves gives the recording back", async () => {
  const { harness, opened } = await start();
  await using _ = harness;
  const reader = bodyReader(await harness.request("/media/clip.mp4.flv"));
  await nextPiece(reader);
  await reader.cancel();
  await settle();
  assertEquals(opened.map(({ isClosed }) => isClosed), [true]);
});

Deno.test("a client that takes nothing for a minute is cut", async () => {
  const { harness, opened } = await start();
  await using _ = harness;
  const reader = bodyReader(await harness.request("/media/clip.mp4.flv"));
  await nextPiece(reader);
  await harness.clock.run(60_000);
  assertEquals(opened.map(({ isClosed }) => isClosed), [true]);
  await assertRejects(async () => {
    for (;;) await nextPiece(reader);
  });
});

Deno.test("what cannot be read is refused with the reason, and what is not there is 404", async () => {
  const { harness } = await start();
  await using _ = harness;
  const damaged = await harness.request("/media/bad.mp4.flv");
  assertEquals(damaged.status, 415);
  assert((await damaged.text()).includes("it is damaged"));
  const missing = await harness.request("/media/none.mp4.flv");
  assertEquals(missing.status, 404);
  await missing.body?.cancel();
});

Deno.test("the access policy is given the query without what is ours", async () => {
  const asked: AccessRequest[] = [];
  const { harness } = await start({ access: { authorize: (request) => void asked.push(request) } });
  await using _ = harness;
  const response = await harness.request("/media/clip.mp4.flv?start=1&token=x&wait=0");
  await response.body?.cancel();
  assertEquals(asked.map(({ name, query }) => [name, query]), [["media/clip.mp4", "token=x"]]);
});
