// Property: any bytes give a playlist or an M3u8Error; what is written of the playlist is read again,
// and written again is the same text.
import { assert, assertEquals } from "@std/assert";
import { M3u8Error } from "../../protocols/_formats/m3u8/errors.ts";
import { parsePlaylist } from "../../protocols/_formats/m3u8/parser.ts";
import type { Playlist } from "../../protocols/_formats/m3u8/playlist.ts";
import {
  writeMediaPlaylist,
  writeMultivariantPlaylist,
} from "../../protocols/_formats/m3u8/writer.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";
import { randomText } from "./text.ts";

const SAMPLES = [
  `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:4
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0,PART-HOLD-BACK=1.0
#EXT-X-PART-INF:PART-TARGET=0.33334
#EXT-X-MEDIA-SEQUENCE:266
#EXT-X-DISCONTINUITY-SEQUENCE:3
#EXT-X-SKIP:SKIPPED-SEGMENTS=3
#EXT-X-MAP:URI="init.mp4",BYTERANGE="720@0"
#EXT-X-PROGRAM-DATE-TIME:2019-02-14T02:13:36.106Z
#EXTINF:4.00008,a title
#EXT-X-BYTERANGE:100@20
file.mp4
#EXT-X-KEY:METHOD=AES-128,URI="key"
#EXTINF:4,
#EXT-X-BYTERANGE:100
file.mp4
#EXT-X-GAP
#EXT-X-DISCONTINUITY
#EXT-X-PART:DURATION=0.33334,URI="271.0.mp4",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.33334,URI="271.1.mp4",BYTERANGE="20@0",GAP=YES
#EXT-X-PART:DURATION=0.33334,URI="271.1.mp4",BYTERANGE="20"
#EXTINF:0.66668
271.mp4
#EXT-X-PART:DURATION=0.33334,URI="272.0.mp4"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="272.1.mp4",BYTERANGE-START=0
#EXT-X-RENDITION-REPORT:URI="../1M.m3u8",LAST-MSN=272,LAST-PART=2
`,
  `#EXTM3U
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="one",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,URI="a.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1280000,CODECS="avc1.64001f, mp4a.40.2",RESOLUTION=1280x720,AUDIO="a"
low.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=9,AVERAGE-BANDWIDTH=1,FRAME-RATE=29.970
high.m3u8
`,
  "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:9,\na.ts\n#EXT-X-ENDLIST\n",
];

const ALPHABET = [
  "#EXTM3U\n",
  "#EXT-X-TARGETDURATION:1\n",
  "#EXTINF:1,\n",
  "#EXT-X-MAP:URI=x\n",
  "#EXT-X-KEY:METHOD=NONE\n",
  "#EXT-X-DISCONTINUITY\n",
  "\r\n",
  "\n",
  "\r",
  " ",
  '"',
  ",",
  "=",
  "@",
  ":",
  "-1",
  "9007199254740993",
  "1e9",
  ".",
  "\ufeff",
  "\0",
  "__proto__",
];

export const target: FuzzTarget = {
  name: "m3u8",
  run(random: Random): void {
    const bytes = new TextEncoder().encode(randomText(random, SAMPLES, ALPHABET));
    if (random.int(8) === 0) bytes.set(random.bytes(Math.min(4, bytes.length)));
    const playlist = parse(bytes);
    if (playlist === undefined) return;
    const text = write(playlist);
    const again = parse(new TextEncoder().encode(text));
    assert(again !== undefined, `cannot read again: ${text}`);
    assertEquals(write(again), text);
  },
};

function parse(bytes: Uint8Array): Playlist | undefined {
  try {
    return parsePlaylist(bytes);
  } catch (error) {
    if (error instanceof M3u8Error) return undefined;
    throw error;
  }
}

function write(playlist: Playlist): string {
  return playlist.type === "media"
    ? writeMediaPlaylist(playlist)
    : writeMultivariantPlaylist(playlist);
}
