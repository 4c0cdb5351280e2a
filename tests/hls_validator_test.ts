// The checker on the gateway's own playlists, for an hour, and on playlists that break one rule each.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { SegmentFormat } from "../protocols/http/hls/format.ts";
import { FMP4_FORMAT } from "../protocols/http/hls/fmp4_format.ts";
import { Segmenter } from "../protocols/http/hls/segmenter.ts";
import { DEFAULT_HLS_SETTINGS } from "../protocols/http/hls/settings.ts";
import { TS_FORMAT } from "../protocols/http/hls/ts_format.ts";
import { HlsValidator, type Probe } from "./hls_validator.ts";
import { probeMp4, probeTs } from "./protocols/http/hls/probes.ts";
import { AUDIO, simulate } from "./protocols/http/hls/simulated.ts";
import { Watch } from "./protocols/http/hls/watch.ts";

const HOUR_SECONDS = 3600;

function watch(format: SegmentFormat, probe: Probe): Watch {
  return new Watch(new Segmenter(format, DEFAULT_HLS_SETTINGS), probe);
}

Deno.test("an hour of low-latency HLS breaks no rule of RFC 8216bis", () => {
  const hour = watch(FMP4_FORMAT, probeMp4);
  hour.run(simulate({ seconds: HOUR_SECONDS, isRounded: true }));
  hour.end();
  assertEquals(hour.findings, []);
  const counts = [...hour.validators].map(([id, { probedSegments }]) => [id, probedSegments]);
  assertEquals(counts, [["video1", 1800], ["audio2", 1800]]);
});

Deno.test("an hour of MPEG-TS HLS breaks no rule of RFC 8216bis", () => {
  const hour = watch(TS_FORMAT, probeTs);
  hour.run(simulate({ seconds: HOUR_SECONDS, fps: 30, group: 30 }));
  hour.end();
  assertEquals(hour.findings, []);
  // The first one has one group of pictures, and so has the last.
  assertEquals(hour.validators.get("ts")?.probedSegments, 1801);
});

for (
  const [fps, group] of [[24, 48], [30, 45], [15, 60], [60, 250], [10, 20], [50, 100]] as const
) {
  Deno.test(`${fps} pictures a second, a key picture every ${group}, break no rule`, () => {
    const minute = watch(FMP4_FORMAT, probeMp4);
    minute.run(simulate({ seconds: 60, fps, group, isRounded: true }));
    assertEquals(minute.findings, []);
    assert(minute.playlists > 100);
  });
}

Deno.test("audio alone breaks no rule", () => {
  const minute = watch(FMP4_FORMAT, probeMp4);
  minute.run(simulate({ description: { tracks: [AUDIO], metadata: {} }, seconds: 60 }));
  assertEquals(minute.findings, []);
  assert(minute.playlists > 100);
});

const HEAD = `#EXTM3U
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12,HOLD-BACK=6,PART-HOLD-BACK=3
#EXT-X-PART-INF:PART-TARGET=1
`;

/** Segments of two seconds in two parts each. */
function list(first: number, count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const date = new Date(Date.UTC(2025, 0, 1) + (first + index) * 2000).toISOString();
    const name = first + index;
    return `#EXT-X-PROGRAM-DATE-TIME:${date}
#EXT-X-PART:DURATION=1,URI="${name}.0",INDEPENDENT=YES
#EXT-X-PART:DURATION=1,URI="${name}.1"
#EXTINF:2,
${name}
`;
  }).join("");
}

function playlist(first: number, count: number, tail = ""): string {
  return `${HEAD}#EXT-X-MEDIA-SEQUENCE:${first}\n${list(first, count)}${tail}`;
}

/** Media of the test: its name, from which the probe tells its time, in ticks of a second. */
function fetch(uri: string): Uint8Array | undefined {
  const [segment = "", part] = uri.split(".");
  const encode = (text: string) => new TextEncoder().encode(text);
  return part === undefined ? encode(`${segment}.0\n${segment}.1\n`) : encode(`${uri}\n`);
}

const probe: Probe = (bytes) => {
  const parts = new TextDecoder().decode(bytes).trim().split("\n");
  const [segment = 0, part = 0] = parts[0]?.split(".").map(Number) ?? [];
  const start = segment * 2 + part;
  return { start, end: start + parts.length, timescale: 1, startsWithKey: part === 0 };
};

function findingsOf(...texts: readonly string[]): readonly string[] {
  const validator = new HlsValidator({ probe, fetch });
  for (const text of texts) validator.playlist(text);
  return validator.findings;
}

Deno.test("playlists of the test break no rule", () => {
  assertEquals(findingsOf(playlist(0, 3), playlist(0, 4), playlist(1, 4), playlist(3, 4)), []);
});

const BROKEN: readonly (readonly [rule: string, ...texts: readonly string[]])[] = [
  ["4.4.3.1 EXTINF of 0", playlist(0, 3).replace("#EXTINF:2,", "#EXTINF:2.5,")],
  ["4.4.3.8 HOLD-BACK", playlist(0, 3).replace("HOLD-BACK=6", "HOLD-BACK=5")],
  ["4.4.3.8 CAN-SKIP-UNTIL", playlist(0, 3).replace("UNTIL=12", "UNTIL=11")],
  ["4.4.3.8 PART-HOLD-BACK", playlist(0, 3).replace("PART-HOLD-BACK=3", "PART-HOLD-BACK=2")],
  ["6.2.1 TARGETDURATION", playlist(0, 3), playlist(0, 3).replace("TION:2", "TION:3")],
  ["4.4.3.7 PART-TARGET", playlist(0, 3), playlist(0, 3).replace("TARGET=1", "TARGET=1.1")],
  ["4.4.3.2 MEDIA-SEQUENCE", playlist(1, 3), playlist(0, 4)],
  ["4.4.3.2 MEDIA-SEQUENCE", playlist(0, 3), playlist(4, 3)],
  ["6.2.1 0 has changed", playlist(0, 3), playlist(0, 3).replace("\n0\n", "\n0a\n")],
  ["6.2.1 2 has changed", playlist(0, 3), playlist(0, 2)],
  ["6.2.2 a segment was removed too early", playlist(0, 3), playlist(1, 2)],
  ["6.2.2 ENDLIST", playlist(0, 3, "#EXT-X-ENDLIST\n"), playlist(0, 4)],
  [
    "4.4.3.3 DISCONTINUITY-SEQUENCE",
    playlist(0, 4).replace("#EXT-X-PROG", "#EXT-X-DISCONTINUITY\n#EXT-X-PROG"),
    playlist(1, 4),
  ],
  ["4.4.4.9 parts of 0", playlist(0, 3).replace("DURATION=1,", "DURATION=0.9,")],
  ["4.4.4.9 0.0 is 1100000", playlist(0, 3).replace("DURATION=1,", "DURATION=1.1,")],
  [
    "4.4.4.9 3.1 is 500000",
    playlist(0, 3, '#EXT-X-PART:DURATION=1,URI="3.0"\n#EXT-X-PART:DURATION=0.5,URI="3.1"\n'),
  ],
  [
    "4.4.5.3 3.1 was hinted",
    playlist(0, 3, '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="3.1"\n'),
    playlist(0, 3, '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="4.0"\n'),
  ],
  [
    "6.2.2 parts have changed",
    playlist(0, 3, '#EXT-X-PART:DURATION=1,URI="3.0"\n'),
    playlist(0, 3, '#EXT-X-PART:DURATION=1,URI="3.1"\n'),
  ],
  ["4.4.4.9 INDEPENDENT of 1.1", playlist(0, 3).replace('"1.1"', '"1.1",INDEPENDENT=YES')],
  ["3.1 parts are not 1", playlist(0, 3).replace('"1.1"', '"1.0"')],
  ["3 3 does not join", playlist(0, 2) + list(3, 1)],
  ["4.4.4.6 date of 1", playlist(0, 3).replace("00:00:02", "00:00:03")],
  ["B.1 dates", playlist(0, 3).replace(/#EXT-X-PROGRAM-DATE.*\n/, "")],
  ["B.1 blocking reload", playlist(0, 3).replace("RELOAD=YES", "RELOAD=NO")],
];

for (const [rule, ...texts] of BROKEN) {
  Deno.test(`the validator finds: ${rule} (${texts.length} playlists)`, () => {
    assertStringIncludes(findingsOf(...texts).join("\n"), rule);
  });
}

Deno.test("the validator puts delta updates together", () => {
  const validator = new HlsValidator({ probe, fetch });
  const full = playlist(0, 8);
  const delta = (skipped: number, rest: string) =>
    `${HEAD}#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}\n${rest}`;
  validator.delta(delta(2, list(2, 6)), full);
  assertEquals(validator.findings, []);
  validator.delta(delta(1, list(2, 6)), full);
  validator.delta(delta(4, list(4, 4)), full);
  assertEquals(validator.findings, ["6.2.5.1 delta update", "4.4.5.2 skip boundary"]);
});
