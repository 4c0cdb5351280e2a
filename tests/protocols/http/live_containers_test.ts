import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Demuxer } from "../../../protocols/_formats/demux/events.ts";
import { Mp4Demuxer } from "../../../protocols/_formats/mp4/demuxer.ts";
import { TsDemuxer } from "../../../protocols/_formats/mpegts/demuxer.ts";
import { parseAdts } from "../../../registry/media/aac.ts";
import type { Track } from "../../../registry/media/track.ts";
import { must } from "../../must.ts";
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

const GOP = [picture(0, true), sound(5), picture(40, false), sound(28), picture(80, false)];

const MP3: Track = {
  id: 3,
  kind: "audio",
  codec: "mp3",
  timescale: 90_000,
  config: { codec: "mp3", sampleRate: 44_100, channels: 2 },
};

/** How many units of each codec come out of a container. */
function unitsIn(demuxer: Demuxer, pieces: readonly Uint8Array[]): Record<string, number> {
  const events = [...pieces.flatMap((piece) => demuxer.push(piece)), ...demuxer.flush()];
  const counts: Record<string, number> = {};
  for (const event of [...events, ...demuxer.flush()]) {
    if (event.type !== "unit") continue;
    const { codec } = event.unit.track;
    counts[codec] = (counts[codec] ?? 0) + 1;
  }
  return counts;
}

async function piecesOf(response: Response): Promise<readonly Uint8Array[]> {
  return await Array.fromAsync(must(response.body));
}

Deno.test("each container comes with its type, all that is kept, and the end", async (t) => {
  const rows = [
    [".ts", "video/mp2t", () => new TsDemuxer()],
    [".mp4", "video/mp4", () => new Mp4Demuxer()],
  ] as const;
  for (const [suffix, type, open] of rows) {
    await t.step(suffix, async () => {
      await using harness = await Harness.start();
      const publisher = await harness.publish();
      publisher.write(GOP);
      const response = await harness.request(`/live/cam1${suffix}`);
      assertEquals(response.status, 200);
      assertEquals(response.headers.get("content-type"), type);
      assertEquals(response.headers.get("cache-control"), "no-store");
      publisher.close();
      assertEquals(unitsIn(open(), await piecesOf(response)), { h264: 3, aac: 2 });
      assertEquals(harness.viewers, 0);
    });
  }
});

Deno.test("viewers at the same place are sent the same bytes, made once", async (t) => {
  for (const suffix of [".ts", ".mp4", ".aac"]) {
    await t.step(suffix, async () => {
      await using harness = await Harness.start();
      const publisher = await harness.publish();
      publisher.write(GOP);
      const responses = [
        await harness.request(`/live/cam1${suffix}`),
        await harness.request(`/live/cam1${suffix}`),
      ];
      publisher.write([picture(120, true), sound(125), picture(160, false)]);
      publisher.close();
      const [first = [], second = []] = await Promise.all(responses.map(piecesOf));
      assert(first.length > 0);
      assertEquals(first.length, second.length);
      assertStrictEquals(first.at(-1), second.at(-1));
    });
  }
});

Deno.test("a late viewer begins with a key picture and what it needs in front", async (t) => {
  for (
    const [suffix, open] of [[".ts", () => new TsDemuxer()], [
      ".mp4",
      () => new Mp4Demuxer(),
    ]] as const
  ) {
    await t.step(suffix, async () => {
      await using harness = await Harness.start();
      const publisher = await harness.publish();
      publisher.write(GOP);
      const early = await harness.request(`/live/cam1${suffix}`);
      publisher.write([picture(1000, true), picture(1040, false)]);
      const late = await harness.request(`/live/cam1${suffix}`);
      publisher.close();
      assertEquals(unitsIn(open(), await piecesOf(late)).h264, 2);
      assertEquals(unitsIn(open(), await piecesOf(early)).h264, 5);
    });
  }
});

Deno.test("a changed configuration ends MP4, which has one header, and goes on in TS", async () => {
  await using harness = await Harness.start();
  const publisher = await harness.publish();
  publisher.write(GOP);
  const mp4 = await harness.request("/live/cam1.mp4");
  const ts = await harness.request("/live/cam1.ts");
  publisher.describe({ ...DESCRIPTION, tracks: [VIDEO] });
  publisher.write([picture(1000, true), picture(1040, false)]);
  assertEquals(unitsIn(new Mp4Demuxer(), await piecesOf(mp4)), { h264: 3, aac: 2 });
  publisher.close();
  assertEquals(unitsIn(new TsDemuxer(), await piecesOf(ts)), { h264: 5, aac: 2 });
});

Deno.test("audio alone comes as frames with their headers", async () => {
  await using harness = await Harness.start();
  const publisher = await harness.publish();
  publisher.write(GOP);
  const response = await harness.request("/live/cam1.aac");
  assertEquals(response.headers.get("content-type"), "audio/aac");
  const reader = bodyReader(response);
  const bytes = await nextPiece(reader);
  const { frameSize, sampleRate, headerSize } = must(parseAdts(bytes));
  assertEquals([frameSize, headerSize, sampleRate, bytes.byteLength], [11, 7, 44_100, 22]);
  await reader.cancel();
});

Deno.test("MP3 comes as it is", async () => {
  await using harness = await Harness.start();
  const publisher = await harness.publish("live/cam1", { tracks: [VIDEO, MP3], metadata: {} });
  const frame = Uint8Array.of(0xff, 0xfb, 0x90, 0x00);
  const unit = { track: MP3, pts: 0, dts: 0, isKey: true, payload: [frame] };
  publisher.write([picture(0, true), unit]);
  const reader = bodyReader(await harness.request("/live/cam1.mp3"));
  assertEquals(await nextPiece(reader), frame);
  await reader.cancel();
});

Deno.test("a container that carries nothing of a stream is refused with the reason", async (t) => {
  await using harness = await Harness.start();
  const jpeg = { id: 1, kind: "video", codec: "rtp:X", timescale: 90_000 } as const;
  const unit = { track: jpeg, pts: 0, dts: 0, isKey: true, payload: [Uint8Array.of(1)] };
  const publisher = await harness.publish("live/cam1", { tracks: [jpeg], metadata: {} });
  publisher.write([unit]);
  for (const [suffix, format] of [[".ts", "MPEG-TS"], [".mp4", "MP4"], [".aac", "ADTS"]]) {
    await t.step(`${suffix}`, async () => {
      const response = await harness.request(`/live/cam1${suffix}`);
      assertEquals(response.status, 406);
      assertEquals(
        await response.text(),
        `Cannot send live/cam1 as ${format}: ${format} does not carry rtp:X\n`,
      );
      assertEquals(harness.viewers, 0);
    });
  }
});

Deno.test("HEAD answers as GET does, and 404 where nobody publishes", async (t) => {
  await using harness = await Harness.start();
  for (const suffix of [".ts", ".mp4", ".aac", ".mp3"]) {
    await t.step(suffix, async () => {
      assertEquals((await harness.request(`/live/none${suffix}`, { method: "HEAD" })).status, 404);
    });
  }
  const publisher = await harness.publish("live/cam1", { tracks: [AUDIO], metadata: {} });
  publisher.write([sound(0)]);
  for (const [index, suffix] of [".ts", ".mp4", ".aac"].entries()) {
    await t.step(`${suffix} of audio alone`, async () => {
      const asked = harness.request(`/live/cam1${suffix}`, { method: "HEAD" });
      await settle();
      const start = 1000 * (index + 1);
      publisher.write([0, 23, 46, 70, 93, 116].map((ms) => sound(start + ms)));
      assertEquals((await asked).status, 200);
      assertEquals(harness.viewers, 0);
    });
  }
});
