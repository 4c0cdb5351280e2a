import { assertEquals } from "@std/assert";
import { resolveControl } from "../../../../protocols/_formats/rtp/sdp_control.ts";

// What it stands for, base, control, URL
const ROWS: readonly (readonly [string, string, string | undefined, string])[] = [
  ["no control", "rtsp://h/a/", undefined, "rtsp://h/a/"],
  ["an empty one", "rtsp://h/a", "", "rtsp://h/a"],
  ["the whole", "rtsp://h/a/", "*", "rtsp://h/a/"],
  ["relative", "rtsp://h/a/", "trackID=1", "rtsp://h/a/trackID=1"],
  ["relative to a base without a slash", "rtsp://h/a", "track1", "rtsp://h/a/track1"],
  ["with a slash of its own", "rtsp://h/a/", "/track1", "rtsp://h/a/track1"],
  ["absolute", "rtsp://h/a/", "rtsp://x/b/track1", "rtsp://x/b/track1"],
  ["absolute, in upper case", "rtsp://h/a/", "RTSP://x/b", "RTSP://x/b"],
  ["Dahua: behind a query", "rtsp://h/a?b=c/", "trackID=0", "rtsp://h/a?b=c/trackID=0"],
  ["FFmpeg: behind a query", "rtsp://h/a?b=c", "streamid=0", "rtsp://h/a?b=c/streamid=0"],
  ["Bosch: a query", "rtsp://h/", "?stream=video", "rtsp://h/?stream=video"],
  ["a colon that is no scheme", "rtsp://h/a", "track:1", "rtsp://h/a/track:1"],
];

for (const [what, base, control, url] of ROWS) {
  Deno.test(`control URL: ${what}`, () => assertEquals(resolveControl(base, control), url));
}
