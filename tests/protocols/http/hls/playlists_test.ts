import { assertEquals, assertStringIncludes } from "@std/assert";
import { dashManifest } from "../../../../protocols/http/hls/dash_manifest.ts";
import { FMP4_FORMAT } from "../../../../protocols/http/hls/fmp4_format.ts";
import { mediaPlaylist } from "../../../../protocols/http/hls/media_playlist.ts";
import { multivariantPlaylist } from "../../../../protocols/http/hls/multivariant_playlist.ts";
import { parseName, type Resource } from "../../../../protocols/http/hls/names.ts";
import { type ReloadRequest, reloadState } from "../../../../protocols/http/hls/reload.ts";
import { type Presentation, Segmenter } from "../../../../protocols/http/hls/segmenter.ts";
import { DEFAULT_HLS_SETTINGS } from "../../../../protocols/http/hls/settings.ts";
import type { RenditionWindow } from "../../../../protocols/http/hls/window.ts";
import { must } from "../../../must.ts";
import { AUDIO, OTHER_VIDEO, simulate } from "./simulated.ts";
import { START } from "./watch.ts";

/** Segments 100 and 101 whole, and three parts of 102. */
function present(): { readonly presentation: Presentation; readonly video: RenditionWindow } {
  const segmenter = new Segmenter(FMP4_FORMAT, DEFAULT_HLS_SETTINGS, 100);
  for (const batch of simulate({ seconds: 4.7 })) segmenter.push(batch, START);
  const presentation = must(segmenter.presentation);
  return { presentation, video: must(presentation.renditions[0]) };
}

const NAMES: readonly (readonly [string, Resource | undefined])[] = [
  ["video1.m3u8", { type: "playlist", rendition: "video1" }],
  ["ts_7.ts", { type: "segment", rendition: "ts", sequence: 7 }],
  ["video1_7.m4s", { type: "segment", rendition: "video1", sequence: 7 }],
  ["video1_7.init.m4s", { type: "init", rendition: "video1", sequence: 7 }],
  ["video1_7.12.m4s", { type: "part", rendition: "video1", sequence: 7, part: 12 }],
  ["video1_-7.m4s", undefined],
  ["video1_7.m4s.exe", undefined],
  ["../video1.m3u8", undefined],
  ["video1_9999999999999999.m4s", undefined],
];

for (const [name, resource] of NAMES) {
  Deno.test(`${name} stands for ${resource?.type ?? "nothing"}`, () => {
    assertEquals(parseName(name), resource);
  });
}

const RELOADS: readonly (readonly [ReloadRequest, ReturnType<typeof reloadState>])[] = [
  [{ msn: 0 }, "ready"],
  [{ msn: 101 }, "ready"],
  [{ msn: 101, part: 9 }, "ready"],
  // A part behind the last of a segment is the first of the next, which is there.
  [{ msn: 101, part: 10 }, "ready"],
  [{ msn: 102 }, "wait"],
  [{ msn: 102, part: 2 }, "ready"],
  [{ msn: 102, part: 3 }, "wait"],
  [{ msn: 102, part: 17 }, "wait"],
  [{ msn: 102, part: 18 }, "too-far"],
  [{ msn: 103 }, "wait"],
  [{ msn: 103, part: 0 }, "wait"],
  [{ msn: 104 }, "too-far"],
];

for (const [request, state] of RELOADS) {
  Deno.test(`reload of ${JSON.stringify(request)}: ${state} (RFC 8216bis 6.2.5.2)`, () => {
    const { presentation, video } = present();
    assertEquals(reloadState(presentation, video, request), state);
    assertEquals(reloadState({ ...presentation, isEnded: true }, video, request), "ready");
  });
}

Deno.test("a playlist names what is there, and what comes next", () => {
  const { presentation, video } = present();
  const playlist = mediaPlaylist(presentation, video);
  assertEquals([playlist.mediaSequence, playlist.segments.length], [100, 2]);
  assertEquals(playlist.open?.parts.map(({ uri }) => uri), [
    "video1_102.0.m4s",
    "video1_102.1.m4s",
    "video1_102.2.m4s",
  ]);
  assertEquals(playlist.preloadHints, [{ type: "PART", uri: "video1_102.3.m4s" }]);
  assertEquals(playlist.renditionReports, [{ uri: "audio2.m3u8", lastMsn: 102, lastPart: 2 }]);
  assertEquals(playlist.serverControl, {
    canBlockReload: true,
    canSkipUntilUs: 18_000_000,
    holdBackUs: 9_000_000,
    partHoldBackUs: 615_000,
  });
});

Deno.test("the multivariant playlist tells codecs, size, rate and bandwidth", () => {
  const { renditions, variants } = multivariantPlaylist(present().presentation);
  const [variant] = variants;
  assertEquals(variant?.codecs, ["avc1.42c00d", "mp4a.40.2"]);
  assertEquals(variant?.resolution, { width: 320, height: 240 });
  assertEquals([variant?.frameRate, variant?.audio], [25, "audio"]);
  assertEquals((variant?.bandwidth ?? 0) >= (variant?.averageBandwidth ?? Infinity), true);
  assertEquals(renditions.map(({ uri, channels }) => [uri, channels]), [["audio2.m3u8", "1"]]);
});

Deno.test("the manifest of DASH has a period from each discontinuity to the next", () => {
  const segmenter = new Segmenter(FMP4_FORMAT, DEFAULT_HLS_SETTINGS, 100);
  const push = (batches: ReturnType<typeof simulate>) => {
    for (const batch of batches) segmenter.push(batch, START);
  };
  push(simulate({ seconds: 3 }));
  push(
    simulate({ description: { tracks: [OTHER_VIDEO, AUDIO], metadata: {} }, from: 3, seconds: 5 }),
  );
  const xml = dashManifest(must(segmenter.presentation), START + 8000);
  assertStringIncludes(xml, 'type="dynamic" availabilityStartTime="2025-01-01T00:00:00.000Z"');
  const periods = xml.match(/<Period [^>]*>/g);
  assertEquals(periods, ['<Period id="100" start="PT0S">', '<Period id="102" start="PT3S">']);
  assertEquals(xml.match(/ width="\d+"/g), [' width="320"', ' width="1920"']);
  assertEquals(xml.match(/initialization="video[^"]*"/g), [
    'initialization="video1_100.init.m4s"',
    'initialization="video1_102.init.m4s"',
  ]);
  assertStringIncludes(xml, '<S t="900000" d="180000"/><S t="1080000" d="90000"/>');
  segmenter.end();
  assertStringIncludes(dashManifest(must(segmenter.presentation), START), 'type="static"');
});
