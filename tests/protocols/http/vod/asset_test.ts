import { assert, assertEquals, assertExists } from "@std/assert";
import {
  writeMediaPlaylist,
  writeMultivariantPlaylist,
} from "../../../../protocols/_formats/m3u8/writer.ts";
import { TsDemuxer } from "../../../../protocols/_formats/mpegts/demuxer.ts";
import { dashManifest } from "../../../../protocols/http/hls/dash_manifest.ts";
import { FMP4_FORMAT } from "../../../../protocols/http/hls/fmp4_format.ts";
import type { SegmentFormat } from "../../../../protocols/http/hls/format.ts";
import { TS_FORMAT } from "../../../../protocols/http/hls/ts_format.ts";
import { Asset } from "../../../../protocols/http/vod/asset.ts";
import type { Description } from "../../../../registry/media/track.ts";
import { FakeRecording } from "../../../registry/fake_recording.ts";
import { AUDIO, picture, sound, VIDEO } from "../../rtmp/harness.ts";

const LENGTH_MS = 20_000;

/** A key picture every 4 s and 40 ms, which no six seconds are a multiple of. */
const UNITS = Array.from({ length: 500 }, (_, at) => {
  const ms = at * 40;
  return [picture(ms, at % 101 === 0), sound(ms)];
}).flat();

function open(format: SegmentFormat, tracks = [VIDEO, AUDIO]): Promise<Asset> {
  const description: Description = { tracks, metadata: { filesize: 2_500_000 } };
  const units = UNITS.filter(({ track }) => tracks.includes(track));
  const recording = new FakeRecording(description, units, LENGTH_MS);
  return Asset.open({ name: "media/clip.mp4", recording, format });
}

Deno.test("the multivariant playlist names both renditions of fragmented MP4", async () => {
  const text = writeMultivariantPlaylist((await open(FMP4_FORMAT)).multivariant());
  assertEquals(text.split("\n").slice(2), [
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Audio 1",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio2.m3u8"',
    '#EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1000000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=25.000,AUDIO="audio"',
    "video1.m3u8",
    "",
  ]);
});

Deno.test("the media playlist is whole at once, cut at key pictures", async () => {
  const playlist = (await open(FMP4_FORMAT)).playlist("video1");
  assertExists(playlist);
  assertEquals(writeMediaPlaylist(playlist).split("\n"), [
    "#EXTM3U",
    "#EXT-X-VERSION:6",
    "#EXT-X-TARGETDURATION:8",
    "#EXT-X-MEDIA-SEQUENCE:0",
    "#EXT-X-PLAYLIST-TYPE:VOD",
    "#EXT-X-INDEPENDENT-SEGMENTS",
    '#EXT-X-MAP:URI="video1_0.init.m4s"',
    "#EXTINF:8.08,",
    "video1_0.m4s",
    "#EXTINF:8.08,",
    "video1_1.m4s",
    "#EXTINF:3.84,",
    "video1_2.m4s",
    "#EXT-X-ENDLIST",
    "",
  ]);
});

Deno.test("MPEG-TS has one rendition and no header", async () => {
  const asset = await open(TS_FORMAT);
  const playlist = asset.playlist("ts");
  assertEquals(playlist?.segments.map(({ uri, map }) => [uri, map]), [
    ["ts_0.ts", undefined],
    ["ts_1.ts", undefined],
    ["ts_2.ts", undefined],
  ]);
  assertEquals(asset.multivariant().renditions, []);
  const segment = await asset.segment("ts", 1);
  assertExists(segment);
  const demuxer = new TsDemuxer();
  const events = [...demuxer.push(segment.bytes), ...demuxer.flush()];
  const units = events.flatMap((event) => event.type === "unit" ? [event.unit] : []);
  const videos = units.filter(({ track }) => track.kind === "video");
  assertEquals([videos.length, units.length - videos.length], [202, 202]);
});

Deno.test("segments are the same whenever they are made, and carry their header", async () => {
  const [first, again] = [await open(FMP4_FORMAT), await open(FMP4_FORMAT)];
  for (const rendition of ["video1", "audio2"]) {
    const segment = await first.segment(rendition, 1);
    assertExists(segment?.init);
    assertEquals(await again.segment(rendition, 1), segment);
  }
});

Deno.test("DASH describes the same segments, those of both renditions at the same times", async () => {
  const manifest = dashManifest((await open(FMP4_FORMAT)).presentation(), 0);
  assert(manifest.includes(' type="static" publishTime="1970-01-01T00:00:00.000Z"'));
  assert(manifest.includes(' mediaPresentationDuration="PT20S"'));
  assertEquals(manifest.match(/<Period /g)?.length, 1);
  const timelines = [...manifest.matchAll(/<SegmentTimeline>(.*?)<\/SegmentTimeline>/g)];
  // In 90 kHz, 10 s after where the recording begins (`ORIGIN`).
  const rows = '<S t="900000" d="727200"/><S t="1627200" d="727200"/><S t="2354400" d="345600"/>';
  assertEquals(timelines.map(([, found]) => found), [rows, rows]);
  assertEquals(manifest.match(/media="\w+\$Number\$\.m4s"/g), [
    'media="video1_$Number$.m4s"',
    'media="audio2_$Number$.m4s"',
  ]);
});

Deno.test("what there is none of is not there", async () => {
  const asset = await open(FMP4_FORMAT);
  assertEquals(asset.playlist("video7"), undefined);
  assertEquals(await asset.segment("video1", 3), undefined);
  assertEquals(await asset.segment("video7", 0), undefined);
});

Deno.test("a recording of which a format carries nothing says so", async () => {
  const data = { id: 3, kind: "data", codec: "amf0", timescale: 1000 } as const;
  assertEquals((await open(FMP4_FORMAT, [data])).isEmpty, true);
  assertEquals((await open(FMP4_FORMAT, [AUDIO])).isEmpty, false);
});
