import { assertEquals, assertThrows } from "@std/assert";
import { RtmpUrlError } from "../../../protocols/rtmp/errors.ts";
import { parseRtmpUrl, streamName } from "../../../protocols/rtmp/url.ts";

// URL, TLS, host, port, application, stream key, tcUrl
type TargetRow = readonly [string, boolean, string, number, string, string, string];

const TARGETS: readonly TargetRow[] = [
  ["rtmp://h/live/cam1", false, "h", 1935, "live", "cam1", "rtmp://h/live"],
  ["rtmp://h:1935/live/cam1", false, "h", 1935, "live", "cam1", "rtmp://h/live"],
  ["rtmp://h:19350/live/cam1", false, "h", 19350, "live", "cam1", "rtmp://h:19350/live"],
  ["rtmps://h/live/cam1", true, "h", 443, "live", "cam1", "rtmps://h/live"],
  ["rtmps://h:1936/live/cam1", true, "h", 1936, "live", "cam1", "rtmps://h:1936/live"],
  ["rtmp://h/a/b/c", false, "h", 1935, "a/b", "c", "rtmp://h/a/b"],
  ["rtmp://h/a/b/c/d", false, "h", 1935, "a/b", "c/d", "rtmp://h/a/b"],
  ["rtmp://h/live", false, "h", 1935, "live", "", "rtmp://h/live"],
  ["rtmp://h//live//cam1/", false, "h", 1935, "live", "cam1", "rtmp://h/live"],
  ["rtmp://h/live/k?a=b/c&d=%20", false, "h", 1935, "live", "k?a=b/c&d=%20", "rtmp://h/live"],
  ["rtmp://h/live?a=b", false, "h", 1935, "live?a=b", "", "rtmp://h/live?a=b"],
  ["rtmp://u:p@h/live/cam1", false, "h", 1935, "live", "cam1", "rtmp://h/live"],
  ["rtmp://[::1]:1/live/cam1", false, "::1", 1, "live", "cam1", "rtmp://[::1]:1/live"],
  ["rtmp://h/live/caf\u00e9 1", false, "h", 1935, "live", "caf\u00e9 1", "rtmp://h/live"],
];

for (const [url, tls, host, port, app, streamKey, tcUrl] of TARGETS) {
  Deno.test(`the client's parts of ${url}`, () => {
    assertEquals(parseRtmpUrl(new URL(url)), { tls, host, port, app, streamKey, tcUrl });
  });
}

const BAD_URLS: readonly (readonly [string, string, string])[] = [
  ["rtmpt://h/live/cam1", "protocol", "the scheme is rtmpt:, expected rtmp: or rtmps:"],
  ["rtmp:///live/cam1", "hostname", "the host is missing"],
  ["rtmp://h", "pathname", "the path names no stream"],
  ["rtmp://h//", "pathname", "the path names no stream"],
  ["rtmp://h/live/%ff", "pathname", "the path has a malformed escape: /live/%ff"],
];

for (const [url, field, reason] of BAD_URLS) {
  Deno.test(`${url} is refused`, () => {
    const error = assertThrows(
      () => parseRtmpUrl(new URL(url)),
      RtmpUrlError,
      `Cannot parse RTMP URL: ${reason}`,
    );
    assertEquals(error.field, field);
  });
}

// What it stands for, application, stream key, name, query
const NAMES: readonly (readonly [string, string, string, string, string])[] = [
  ["the common split", "live", "cam1", "live/cam1", ""],
  ["FFmpeg on three segments", "a/b", "c", "a/b/c", ""],
  ["another split of the same", "a", "b/c", "a/b/c", ""],
  ["everything in the application", "a/b/c", "", "a/b/c", ""],
  ["everything in the key", "", "a/b/c", "a/b/c", ""],
  ["slashes at all ends", "/live/", "/cam1/", "live/cam1", ""],
  ["a token in the key", "live", "cam1?token=x", "live/cam1", "token=x"],
  ["OBS: a token in the server URL", "live?token=x", "cam1", "live/cam1", "token=x"],
  ["queries in both", "live?a=1", "cam1?b=2", "live/cam1", "a=1&b=2"],
  ["slashes and marks in a query", "live", "cam1?u=a/b?c", "live/cam1", "u=a/b?c"],
  ["an empty query", "live?", "cam1?", "live/cam1", ""],
  ["the default instance of FMS", "live/_definst_", "cam1", "live/cam1", ""],
  ["the default instance in the key", "live", "_definst_/cam1", "live/cam1", ""],
  ["that name elsewhere", "a", "b/_definst_", "a/b/_definst_", ""],
  ["FFmpeg on a file", "media", "mp4:clip.mp4", "media/clip.mp4", ""],
  ["librtmp on an FLV file", "media", "flv:clip", "media/clip", ""],
  ["escapes that a player left", "live", "caf%C3%A9", "live/caf\u00e9", ""],
  ["a percent sign that is no escape", "live", "100%", "live/100%", ""],
  ["nothing", "", "", "", ""],
];

for (const [what, app, key, name, query] of NAMES) {
  Deno.test(`stream name: ${what}`, () => {
    const { name: actual, query: actualQuery } = streamName(app, key);
    assertEquals([actual, actualQuery], [name, query]);
  });
}

Deno.test("a key that says its kind and no ending names a file that has it", () => {
  const files = ["mp4:clip", "flv:a.b/clip", "mp4:clip.mp4", "clip", "mp4:clip?x=1"]
    .map((key) => streamName("media", key).fileName);
  const [mp4, flv] = ["media/clip.mp4", "media/a.b/clip.flv"];
  assertEquals(files, [mp4, flv, undefined, undefined, mp4]);
});

Deno.test("the query of tcUrl counts where the application has none", () => {
  assertEquals(streamName("live", "cam1", "rtmp://h/live?token=x").query, "token=x");
  assertEquals(streamName("live", "cam1?b=2", "rtmp://h/live?a=1").query, "a=1&b=2");
  assertEquals(streamName("live?a=1", "cam1", "rtmp://h/live?a=1").query, "a=1");
});

Deno.test("every split of a URL gives the name that the URL shows", () => {
  for (const path of ["live/cam1", "a/b/c", "a/b/c/d"]) {
    const { app, streamKey } = parseRtmpUrl(new URL(`rtmp://h/${path}`));
    assertEquals(streamName(app, streamKey).name, path);
  }
});
