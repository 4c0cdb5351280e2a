import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { namedStreams, parseConfig, sourceOf, streamSettings } from "../../protocols/config.ts";
import { builtinProtocols } from "../../protocols/mod.ts";
import { ConfigError, type Protocol } from "../../protocols/protocol.ts";
import { rtmp } from "../../protocols/rtmp/mod.ts";

Deno.test("nothing is a configuration, of defaults", () => {
  for (const raw of [undefined, null, {}]) {
    const { settings, options } = parseConfig(raw, builtinProtocols);
    assertEquals(settings, {
      host: "0.0.0.0",
      log: { level: "info", format: "text" },
      streams: {},
    });
    assertEquals(options.size, builtinProtocols.length);
  }
});

/** What is wrong, the path to the field, and what the reason says. */
const MISTAKES: readonly (readonly [raw: unknown, path: string, reason: string])[] = [
  [{ rtmpp: {} }, "rtmpp", "there is no such section; there are"],
  [{ host: 5 }, "host", "expected an address to listen on, found 5"],
  [{ log: { level: "loud" } }, "log.level", 'expected debug, info, warn or error, found "loud"'],
  [{ log: { levle: "info" } }, "log.levle", "there is no such setting"],
  [{ log: "json" }, "log", 'found "json"'],
  [
    { rtmp: { port: "1935x" } },
    "rtmp.port",
    'expected a port, a list of ports, or false, found "1935x"',
  ],
  [{ rtmp: { port: 70_000 } }, "rtmp.port", "found 70000"],
  [{ rtmp: { port: [] } }, "rtmp.port", "found []"],
  [{ rtmp: { prot: 1935 } }, "rtmp.prot", "there is no such setting"],
  [{ rtmp: { merge: 501 } }, "rtmp.merge", "expected 0 to 500 ms, found 501"],
  [{ rtmp: { wait: -1 } }, "rtmp.wait", "found -1"],
  [{ rtmp: { tls: { cert: "a" } } }, "rtmp.tls.key", "found nothing"],
  [{ streams: [] }, "streams", "expected stream names with their settings"],
  [
    { streams: { "live/a": { grace: "10s" } } },
    "streams.live/a.grace",
    'expected seconds, found "10s"',
  ],
  [
    { streams: { "live/a": { source: "rtsp://camera/", loop: true } } },
    "streams.live/a.loop",
    "expected a source of file: to repeat",
  ],
  [
    { streams: { "live/a": { source: "cam" } } },
    "streams.live/a.source",
    'expected a URL, found "cam"',
  ],
  [
    { streams: { "live/a": { push: [1] } } },
    "streams.live/a.push",
    "expected a URL or a list of URLs",
  ],
  [{ streams: { "live/a": { gopMiB: 0 } } }, "streams.live/a.gopMiB", "more than 0 MiB"],
  [{ streams: { "live/a": { grcae: 1 } } }, "streams.live/a.grcae", "there is no such setting"],
  [{ streams: { "live/a b": {} } }, "streams.live/a b", "only letters"],
];

for (const [raw, path, reason] of MISTAKES) {
  Deno.test(`${JSON.stringify(raw)} is refused, and the field is named`, () => {
    const error = assertThrows(() => parseConfig(raw, builtinProtocols), ConfigError);
    assertEquals(error.path.join("."), path);
    assertStringIncludes(error.message, reason);
  });
}

Deno.test("a module's section is its own business", () => {
  const seen: unknown[] = [];
  const module: Protocol<number> = {
    name: "custom",
    schemes: [],
    parseOptions: (raw) => seen.push(raw),
  };
  const config = parseConfig({ custom: { anything: true } }, [module]);
  assertEquals([seen, config.options.get(module)], [[{ anything: true }], 1]);
  const error = assertThrows(() => parseConfig({ rtmp: {} }, [module]), ConfigError);
  assertStringIncludes(error.reason, "custom");
});

Deno.test("what a module throws that is no ConfigError is not disguised as one", () => {
  const broken: Protocol = {
    name: "broken",
    schemes: [],
    parseOptions: () => {
      throw new RangeError("bug");
    },
  };
  assertThrows(() => parseConfig({}, [broken]), RangeError, "bug");
});

Deno.test("settings of a stream go over those of every stream", () => {
  const { settings } = parseConfig({
    streams: {
      "*": { grace: 5, queueSeconds: 2.5, gopMiB: 8 },
      "live/cam1": { grace: 0, overridePublisher: true, linger: 1, queueMiB: 1, gopSeconds: 3 },
    },
  }, [rtmp]);
  const every = { graceMs: 5000, queueMs: 2500, gopBytes: 8 * 1024 * 1024 };
  assertEquals(streamSettings(settings, "other"), every);
  assertEquals(streamSettings(settings, "live/cam1"), {
    ...every,
    graceMs: 0,
    overridePublisher: true,
    sourceLingerMs: 1000,
    queueBytes: 1024 * 1024,
    gopMs: 3000,
  });
  assertEquals(streamSettings(settings, "constructor"), every);
  assertEquals(namedStreams(settings).map(([name]) => name), ["live/cam1"]);
});

Deno.test("one push URL is a list of one", () => {
  const url = "rtmp://example.org/live/a";
  const { settings } = parseConfig({ streams: { a: { push: url }, b: { push: [url] } } }, [rtmp]);
  assertEquals(namedStreams(settings).map(([_name, { push }]) => push), [[url], [url]]);
});

Deno.test("the URL of a source says whether it is repeated", () => {
  const source = "file:clips/*.mp4";
  const { settings } = parseConfig({ streams: { a: { source, loop: true }, b: { source } } }, []);
  const urls = namedStreams(settings).map(([_name, section]) => sourceOf(section)?.href);
  assertEquals(urls, ["file:///clips/*.mp4?loop=", "file:///clips/*.mp4"]);
});
