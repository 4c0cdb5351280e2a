import { assertEquals, assertThrows } from "@std/assert";
import { hlsSection } from "../../../protocols/http/hls/options.ts";
import { http } from "../../../protocols/http/mod.ts";
import { ConfigError } from "../../../protocols/protocol.ts";

Deno.test("the http section has a default for everything", () => {
  assertEquals(http.parseOptions(undefined), {
    port: [8080],
    merge: 30,
    cors: "*",
    waitLimit: 60,
    maxViewers: 10_000,
    maxViewersPerAddress: 5_000,
    hls: hlsSection.parse({}),
  });
});

Deno.test("what the http section may say", () => {
  assertEquals(http.parseOptions({ port: [80, 8080] }).port, [80, 8080]);
  assertEquals(http.parseOptions({ port: false }).port, false);
  assertEquals(http.parseOptions({ cors: "https://a.test" }).cors, "https://a.test");
  assertEquals(http.parseOptions({ tls: { cert: "c.pem", key: "k.pem" } }).tls, {
    port: [8443],
    cert: "c.pem",
    key: "k.pem",
  });
});

Deno.test("a mistake in the http section names its field", async (t) => {
  const rows = [
    [{ port: 65536 }, "port: expected a port from 0 to 65535, found 65536"],
    [{ port: [] }, "port: expected one port or more, found []"],
    [{ port: "x" }, 'port: expected a port, a list of ports, or false, found "x"'],
    [{ merge: 501 }, "merge: expected 0 to 500 ms, found 501"],
    [{ merge: "x" }, 'merge: expected milliseconds, found "x"'],
    [
      { cors: "example.org" },
      'cors: expected an origin such as https://example.org, or *, found "example.org"',
    ],
    [{ waitLimit: -1 }, "waitLimit: expected 0 to 3600 s, found -1"],
    [{ tls: { cert: "c.pem" } }, "tls.key: expected a file path or PEM text, found nothing"],
    [{ ports: 1 }, "ports: there is no such setting"],
  ] as const;
  for (const [section, message] of rows) {
    await t.step(message, () => {
      const error = assertThrows(() => http.parseOptions(section), ConfigError);
      assertEquals(error.message, message);
    });
  }
});
