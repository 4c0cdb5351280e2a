import { assertEquals } from "@std/assert";
import { isActive, mediaTypeOf } from "../../../../protocols/file/static/mime.ts";

const TYPES = {
  "clip.mp4": "video/mp4",
  "CLIP.MP4": "video/mp4",
  "clip.mov": "video/quicktime",
  "clip.mkv": "video/x-matroska",
  "clip.webm": "video/webm",
  "clip.ts": "video/mp2t",
  "clip.flv": "video/x-flv",
  "clip.mp4.m3u8": "application/vnd.apple.mpegurl",
  "clip.mpd": "application/dash+xml",
  "seg1.m4s": "video/iso.segment",
  "a.mp3": "audio/mpeg",
  "a.m4a": "audio/mp4",
  "a.aac": "audio/aac",
  "a.opus": "audio/ogg",
  "a.wav": "audio/wav",
  "a.flac": "audio/flac",
  "a.txt": "text/plain; charset=utf-8",
  "a.vtt": "text/vtt; charset=utf-8",
  "a.html": "text/html; charset=utf-8",
  "README": "application/octet-stream",
  "a.": "application/octet-stream",
  "a.unknown": "application/octet-stream",
  "a.constructor": "application/octet-stream",
};

for (const [name, type] of Object.entries(TYPES)) {
  Deno.test(`mediaTypeOf: ${name}`, () => assertEquals(mediaTypeOf(name), type));
}

Deno.test("isActive: what a browser runs scripts of, and nothing that it plays", () => {
  for (const name of ["a.html", "a.htm", "a.xhtml", "a.svg", "a.xml"]) {
    assertEquals([name, isActive(mediaTypeOf(name))], [name, true]);
  }
  for (const name of ["a.mp4", "a.txt", "a.js", "a.m3u8", "a.png", "a.json"]) {
    assertEquals([name, isActive(mediaTypeOf(name))], [name, false]);
  }
});
