import { assertEquals, assertThrows } from "@std/assert";
import { M3u8Error } from "../../../../protocols/_formats/m3u8/errors.ts";
import {
  MAX_LINE_LENGTH,
  MAX_PLAYLIST_BYTES,
  MAX_PLAYLIST_LINES,
} from "../../../../protocols/_formats/m3u8/lines.ts";
import { parsePlaylist } from "../../../../protocols/_formats/m3u8/parser.ts";
import type {
  MediaPlaylist,
  MultivariantPlaylist,
} from "../../../../protocols/_formats/m3u8/playlist.ts";
import {
  writeMediaPlaylist,
  writeMultivariantPlaylist,
} from "../../../../protocols/_formats/m3u8/writer.ts";

const HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n";

const SEGMENT = { isDiscontinuous: false, isGap: false, parts: [] };

function parse(text: string): MediaPlaylist | MultivariantPlaylist {
  return parsePlaylist(new TextEncoder().encode(text));
}

function parseMedia(text: string): MediaPlaylist {
  const playlist = parse(text);
  if (playlist.type !== "media") throw new TypeError("Cannot test: it is multivariant");
  return playlist;
}

const LOW_LATENCY: MediaPlaylist = {
  type: "media",
  version: 9,
  targetDuration: 4,
  mediaSequence: 266,
  discontinuitySequence: 2,
  hasIndependentSegments: true,
  isEnded: false,
  serverControl: {
    canBlockReload: true,
    canSkipUntilUs: 24_000_000,
    holdBackUs: 12_000_000,
    partHoldBackUs: 1_000_000,
  },
  partTargetUs: 333_334,
  skippedSegments: 0,
  segments: [
    { ...SEGMENT, uri: "266.mp4", durationUs: 4_000_080, map: { uri: "init.mp4" } },
    {
      isDiscontinuous: true,
      isGap: false,
      programDateTime: Date.UTC(2019, 1, 14, 2, 13, 36, 106),
      map: { uri: "all.mp4", byteRange: { offset: 0, length: 720 } },
      uri: "267.mp4",
      durationUs: 666_668,
      parts: [
        { uri: "267.0.mp4", durationUs: 333_334, isIndependent: true, isGap: false },
        {
          uri: "267.1.mp4",
          durationUs: 333_334,
          isIndependent: false,
          isGap: true,
          byteRange: { offset: 7, length: 20 },
        },
      ],
    },
  ],
  open: {
    isDiscontinuous: false,
    map: { uri: "all.mp4", byteRange: { offset: 0, length: 720 } },
    parts: [{ uri: "268.0.mp4", durationUs: 333_334, isIndependent: true, isGap: false }],
  },
  preloadHints: [{ type: "PART", uri: "268.1.mp4" }],
  renditionReports: [{ uri: "../audio.m3u8", lastMsn: 268, lastPart: 0 }],
};

const LOW_LATENCY_TEXT = `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:4
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24,HOLD-BACK=12,PART-HOLD-BACK=1
#EXT-X-PART-INF:PART-TARGET=0.333334
#EXT-X-MEDIA-SEQUENCE:266
#EXT-X-DISCONTINUITY-SEQUENCE:2
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init.mp4"
#EXTINF:4.00008,
266.mp4
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="all.mp4",BYTERANGE="720@0"
#EXT-X-PROGRAM-DATE-TIME:2019-02-14T02:13:36.106Z
#EXT-X-PART:DURATION=0.333334,URI="267.0.mp4",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.333334,URI="267.1.mp4",BYTERANGE="20@7",GAP=YES
#EXTINF:0.666668,
267.mp4
#EXT-X-PART:DURATION=0.333334,URI="268.0.mp4",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="268.1.mp4"
#EXT-X-RENDITION-REPORT:URI="../audio.m3u8",LAST-MSN=268,LAST-PART=0
`;

const MULTIVARIANT: MultivariantPlaylist = {
  type: "multivariant",
  version: 9,
  hasIndependentSegments: true,
  variants: [{
    uri: "video.m3u8",
    bandwidth: 2_400_000,
    averageBandwidth: 2_000_000,
    codecs: ["avc1.64001f", "mp4a.40.2"],
    resolution: { width: 1280, height: 720 },
    frameRate: 29.97,
    audio: "audio",
  }],
  renditions: [{
    type: "AUDIO",
    groupId: "audio",
    name: "English",
    isDefault: true,
    isAutoselect: true,
    language: "en",
    channels: "2",
    uri: "audio.m3u8",
  }],
};

const MULTIVARIANT_TEXT = `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2400000,AVERAGE-BANDWIDTH=2000000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="audio"
video.m3u8
`;

Deno.test("a low-latency playlist is written and read (RFC 8216bis 4.4.3 to 4.4.5)", () => {
  assertEquals(writeMediaPlaylist(LOW_LATENCY), LOW_LATENCY_TEXT);
  assertEquals(parse(LOW_LATENCY_TEXT), LOW_LATENCY);
});

Deno.test("a multivariant playlist is written and read (4.4.6)", () => {
  assertEquals(writeMultivariantPlaylist(MULTIVARIANT), MULTIVARIANT_TEXT);
  assertEquals(parse(MULTIVARIANT_TEXT), MULTIVARIANT);
});

Deno.test("a delta update says how many segments it leaves out, and has no map of theirs", () => {
  const text = `${HEAD}#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n` +
    "#EXTINF:4,\n10.mp4\n";
  const playlist = parseMedia(text);
  assertEquals(playlist.skippedSegments, 3);
  assertEquals(playlist.segments, [{ ...SEGMENT, uri: "10.mp4", durationUs: 4_000_000 }]);
  assertEquals(parse(writeMediaPlaylist(playlist)), playlist);
});

Deno.test("a byte range without an offset follows the one before it (4.4.4.2)", () => {
  const { segments } = parseMedia(
    `${HEAD}#EXTINF:4,\n#EXT-X-BYTERANGE:75232@100\na.ts\n#EXTINF:4,\n#EXT-X-BYTERANGE:82112\na.ts\n`,
  );
  assertEquals(segments.map(({ byteRange }) => byteRange), [
    { offset: 100, length: 75_232 },
    { offset: 75_332, length: 82_112 },
  ]);
});

Deno.test("a key is in force until METHOD=NONE (4.4.4.4)", () => {
  const { segments } = parseMedia(
    `${HEAD}#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF:4,\na\n#EXTINF:4,\nb\n` +
      "#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\nc\n",
  );
  assertEquals(segments.map(({ key }) => key?.method), ["AES-128", "AES-128", undefined]);
  assertEquals(parseMedia(writeMediaPlaylist(parseMedia(HEAD))).segments, []);
});

Deno.test("what packagers write beside the grammar is understood", () => {
  const playlist = parseMedia(
    "\ufeff#EXTM3U\r\n# a comment\r\n#EXT-X-TARGETDURATION: 4\r\n#EXT-X-CUE-OUT:30\r\n\r\n" +
      "#EXT-X-MAP: URI=init.mp4 , BYTERANGE=10@0\r\n" +
      "#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:00:00.000+0100\r\n" +
      "#EXTINF:3.96 , t, u\r\na b.ts \r\n#EXT-X-PRELOAD-HINT:TYPE=NEW,URI=x\r\n",
  );
  assertEquals(playlist.segments, [{
    ...SEGMENT,
    uri: "a b.ts",
    durationUs: 3_960_000,
    title: "t, u",
    programDateTime: Date.UTC(2019, 11, 31, 23),
    map: { uri: "init.mp4", byteRange: { offset: 0, length: 10 } },
  }]);
  assertEquals(playlist.preloadHints, []);
});

Deno.test("quotes and line breaks cannot leave a value", () => {
  const name = 'a",URI="x\r\n#EXTINF:1';
  const [rendition] = MULTIVARIANT.renditions.map((rendition) => ({ ...rendition, name }));
  const again = parse(
    writeMultivariantPlaylist({ ...MULTIVARIANT, renditions: rendition ? [rendition] : [] }),
  );
  const names = again.type === "multivariant" ? again.renditions.map((tag) => tag.name) : [];
  assertEquals(names, ["a',URI='x #EXTINF:1"]);
});

const INVALID: readonly (readonly [title: string, text: string, message: string])[] = [
  ["an HTML page", "<html>", "it does not begin with #EXTM3U in line 1"],
  ["no target duration", "#EXTM3U\n", "EXT-X-TARGETDURATION is missing"],
  ["a segment without EXTINF", `${HEAD}a.ts\n`, "the segment has no EXTINF in line 3"],
  ["the end inside a segment", `${HEAD}#EXTINF:4,\n`, "the last segment has no URI in line 3"],
  ["a duration below 0", `${HEAD}#EXTINF:-1,\na\n`, 'EXTINF is not a number: "-1" in line 3'],
  ["a sequence of 2^53", `${HEAD}#EXT-X-MEDIA-SEQUENCE:9007199254740993\n`, "not an integer"],
  ["a part without URI", `${HEAD}#EXT-X-PART:DURATION=1\n`, "EXT-X-PART has no URI in line 3"],
  ["a part without end", `${HEAD}#EXT-X-PART:URI="a"\n`, "EXT-X-PART has no DURATION in line 3"],
  [
    "an open quote",
    `${HEAD}#EXT-X-MAP:URI="a\n`,
    "EXT-X-MAP is not a list of attributes in line 3",
  ],
  [
    "a range that follows nothing",
    `${HEAD}#EXTINF:4,\n#EXT-X-BYTERANGE:5\na\n`,
    'EXT-X-BYTERANGE is not length@offset: "5" in line 4',
  ],
  ["a date that is none", `${HEAD}#EXT-X-PROGRAM-DATE-TIME:now\n`, "not a date and time"],
  [
    "tags of both kinds",
    `${HEAD}#EXT-X-STREAM-INF:BANDWIDTH=1\na\n`,
    "EXT-X-TARGETDURATION is in a multivariant playlist in line 2",
  ],
];

for (const [title, text, message] of INVALID) {
  Deno.test(`no playlist: ${title}`, () => {
    assertThrows(() => parse(text), M3u8Error, message);
  });
}

Deno.test("a playlist over a limit is refused with the limit", () => {
  const over: readonly (readonly [Uint8Array, number])[] = [
    [new Uint8Array(MAX_PLAYLIST_BYTES + 1), MAX_PLAYLIST_BYTES],
    [new TextEncoder().encode("\n".repeat(MAX_PLAYLIST_LINES + 1)), MAX_PLAYLIST_LINES],
    [new TextEncoder().encode(`#EXTM3U\n${"a".repeat(MAX_LINE_LENGTH + 1)}`), MAX_LINE_LENGTH],
  ];
  for (const [bytes, limit] of over) {
    assertEquals(assertThrows(() => parsePlaylist(bytes), M3u8Error).limit, limit);
  }
  assertThrows(() => parsePlaylist(Uint8Array.of(0xff)), M3u8Error, "it is not UTF-8");
});
