import { assertEquals, assertThrows } from "@std/assert";
import { RtspUrlError } from "../../../protocols/rtsp/errors.ts";
import {
  parseRequestUrl,
  parseRtspUrl,
  splitTrack,
  trackControl,
} from "../../../protocols/rtsp/url.ts";

// What it stands for, URL of the request, name, query
const STREAMS: readonly (readonly [string, string, string, string])[] = [
  ["the usual", "rtsp://h:8554/live/cam1", "live/cam1", ""],
  ["a slash at the end", "rtsp://h/live/cam1/", "live/cam1", ""],
  ["slashes in a row", "rtsp://h//live//cam1", "live/cam1", ""],
  ["credentials", "rtsp://u:p@h/live/cam1", "live/cam1", ""],
  ["IPv6", "rtsp://[::1]:8554/live/cam1", "live/cam1", ""],
  ["no host", "rtsp:///live/cam1", "live/cam1", ""],
  ["TLS", "rtsps://h/live/cam1", "live/cam1", ""],
  ["RTSP over UDP", "rtspu://h/live/cam1", "live/cam1", ""],
  ["upper case", "RTSP://H/live/cam1", "live/cam1", ""],
  ["a path", "/live/cam1", "live/cam1", ""],
  ["a path without a slash", "live/cam1", "live/cam1", ""],
  ["a query", "rtsp://h/live/cam1?token=x&y=z", "live/cam1", "token=x&y=z"],
  ["a query with slashes and marks", "rtsp://h/live/cam1?u=a/b?c", "live/cam1", "u=a/b?c"],
  ["Content-Base behind a query", "rtsp://h/live/cam1?token=x/", "live/cam1", "token=x"],
  ["a query of a path", "/live/cam1?token=x", "live/cam1", "token=x"],
  ["a fragment", "rtsp://h/live/cam1#t=1", "live/cam1", ""],
  ["escapes", "rtsp://h/live/caf%C3%A9", "live/caf\u00e9", ""],
  ["a percent sign that is no escape", "rtsp://h/100%", "100%", ""],
  ["a scheme in a query", "/live/cam1?u=http://x", "live/cam1", "u=http://x"],
];

for (const [what, url, name, query] of STREAMS) {
  Deno.test(`request URL: ${what}`, () => {
    assertEquals(parseRequestUrl(url), { type: "stream", name, query });
  });
}

for (const url of ["*", "/", "", "rtsp://h", "rtsp://h/", "rtsp://h:8554?x=y"]) {
  Deno.test(`request URL ${JSON.stringify(url)} is about the server`, () => {
    assertEquals(parseRequestUrl(url), { type: "server" });
  });
}

Deno.test("a request URL of another scheme is refused", () => {
  const error = assertThrows(
    () => parseRequestUrl("http://h/live/cam1"),
    RtspUrlError,
    "Cannot parse RTSP URL: the scheme is http, expected rtsp",
  );
  assertEquals(error.field, "scheme");
});

// What it stands for, URL of the request, name, query, control, number
type TrackRow = readonly [string, string, string, string, string, number];
const TRACKS: readonly TrackRow[] = [
  ["ours", "rtsp://h/live/cam1/trackID=1", "live/cam1", "", "trackID=1", 1],
  ["FFmpeg", "rtsp://h/live/cam1/streamid=0", "live/cam1", "", "streamid=0", 0],
  ["GStreamer", "rtsp://h/live/cam1/stream=2", "live/cam1", "", "stream=2", 2],
  ["live555", "rtsp://h/live/cam1/track1", "live/cam1", "", "track1", 1],
  ["QuickTime", "rtsp://h/live/cam1/trackid=3", "live/cam1", "", "trackid=3", 3],
  ["a slash at the end", "rtsp://h/live/cam1/trackID=1/", "live/cam1", "", "trackID=1", 1],
  ["two slashes", "rtsp://h/live/cam1//trackID=1", "live/cam1", "", "trackID=1", 1],
  ["a query behind", "rtsp://h/live/cam1/trackID=1?t=x", "live/cam1", "t=x", "trackID=1", 1],
  ["a query in front", "rtsp://h/live/cam1?t=x/trackID=1", "live/cam1", "t=x", "trackID=1", 1],
  ["both slashes", "rtsp://h/live/cam1/?t=x/trackID=1", "live/cam1", "t=x", "trackID=1", 1],
  ["the last counts", "rtsp://h/live/track2/trackID=1", "live/track2", "", "trackID=1", 1],
];

for (const [what, url, name, query, control, trackId] of TRACKS) {
  Deno.test(`track of a URL: ${what}`, () => {
    const target = parseRequestUrl(url);
    const track = target.type === "stream" ? splitTrack(target) : undefined;
    assertEquals(track, { type: "stream", name, query, control, trackId });
  });
}

for (const name of ["live/cam1", "trackID=1", "live/mytrack1", "live/trackID=", "live/track1a"]) {
  Deno.test(`${name} names no track`, () => {
    assertEquals(splitTrack({ type: "stream", name, query: "a=b/c" }), undefined);
  });
}

Deno.test("our own control leads back to the track", () => {
  const target = { type: "stream", name: `live/cam1/${trackControl(7)}`, query: "" } as const;
  assertEquals(splitTrack(target)?.trackId, 7);
});

Deno.test("URLs of remote streams", () => {
  const rows: readonly (readonly [string, ReturnType<typeof parseRtspUrl>])[] = [
    ["rtsp://h/a", { tls: false, host: "h", port: 554, url: "rtsp://h/a" }],
    ["rtsps://h/a?b#c", { tls: true, host: "h", port: 322, url: "rtsps://h/a?b" }],
    ["rtsp://[::1]:8554/a", {
      tls: false,
      host: "::1",
      port: 8554,
      url: "rtsp://[::1]:8554/a",
    }],
    ["rtsp://admin:p%40ss@h:554/Streaming/Channels/101", {
      tls: false,
      host: "h",
      port: 554,
      url: "rtsp://h:554/Streaming/Channels/101",
      credentials: { user: "admin", password: "p@ss" },
    }],
    ["rtsp://admin@h", {
      tls: false,
      host: "h",
      port: 554,
      url: "rtsp://h",
      credentials: { user: "admin", password: "" },
    }],
  ];
  for (const [url, endpoint] of rows) assertEquals(parseRtspUrl(new URL(url)), endpoint);
});

Deno.test("URLs that lead nowhere are refused", () => {
  assertThrows(() => parseRtspUrl(new URL("rtmp://h/a")), RtspUrlError, "the scheme is rtmp:");
  assertThrows(() => parseRtspUrl(new URL("rtsp:///a")), RtspUrlError, "the host is missing");
  assertThrows(() => parseRtspUrl(new URL("rtsp://h:0/a")), RtspUrlError, "the port is 0");
});
