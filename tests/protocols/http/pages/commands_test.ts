import { assertEquals } from "@std/assert";
import {
  type Place,
  playCommands,
  publishCommands,
} from "../../../../protocols/http/pages/src/commands.ts";

const PLACE: Place = {
  origin: "http://host:8080",
  hostname: "host",
  endpoints: [
    { scheme: "rtsps", host: "0.0.0.0", port: 8322 },
    { scheme: "rtmps", host: "0.0.0.0", port: 1936 },
    { scheme: "rtmp", host: "0.0.0.0", port: 1935 },
  ],
};

/** The URLs in commands. */
function urlsOf(commands: readonly (readonly [string, string])[]): readonly string[] {
  return commands.flatMap(([, text]) => text.match(/[a-z]+:\/\/[^"]+/g) ?? []);
}

Deno.test("commands have the addresses that the page is reached by", () => {
  assertEquals(urlsOf(playCommands("live/cam 1", PLACE)), [
    "http://host:8080/live/cam%201.flv",
    "rtmp://host:1935/live/cam 1",
    "rtsps://host:8322/live/cam 1",
    "http://host:8080/live/cam%201.flv",
    "http://host:8080/live/cam%201/whep",
    "http://host:8080/live/cam%201/index.m3u8",
  ]);
  assertEquals(urlsOf(publishCommands("live/cam1", PLACE)), [
    "rtmp://host:1935/live/cam1",
    "rtmp://host:1935/live/cam1",
    "http://host:8080/live/cam1/whip",
  ]);
});

Deno.test("what is turned off has no command", () => {
  const place = { ...PLACE, endpoints: [] };
  assertEquals(urlsOf(publishCommands("a", place)), ["http://host:8080/a/whip"]);
  assertEquals(urlsOf(playCommands("a", place)).length, 4);
});
