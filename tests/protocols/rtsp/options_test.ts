import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../protocols/protocol.ts";
import { rtsp } from "../../../protocols/rtsp/mod.ts";

Deno.test("the rtsp section has a default for everything", () => {
  assertEquals(rtsp.parseOptions(undefined), {
    port: [8554],
    rtpPort: [8000, 0],
    multicast: { enabled: false, group: "239.192.42.1", port: 8002, ttl: 16 },
    realm: "Sluice",
    users: {},
    basic: false,
    register: false,
    merge: 30,
    wait: 10,
  });
});

Deno.test("what the rtsp section may say", () => {
  const { port, rtpPort, users } = rtsp.parseOptions({
    port: [554, 8554],
    rtpPort: 6970,
    users: { "ann lee": "a:b" },
  });
  assertEquals([port, rtpPort, users], [[554, 8554], [6970], { "ann lee": "a:b" }]);
  assertEquals(rtsp.parseOptions({ rtpPort: false }).rtpPort, false);
  assertEquals(rtsp.parseOptions({ tls: { cert: "c.pem", key: "k.pem" } }).tls?.port, [8322]);
});

/** A section with a mistake, and the field that is named. */
const MISTAKES: readonly (readonly [section: unknown, field: string])[] = [
  [{ rtpPort: 8001 }, "rtpPort"],
  [{ rtpPort: [] }, "rtpPort"],
  [{ rtpPort: true }, "rtpPort"],
  [{ multicast: { group: "10.0.0.1" } }, "multicast.group"],
  [{ multicast: { group: "ff02::1" } }, "multicast.group"],
  [{ multicast: { port: 0 } }, "multicast.port"],
  [{ multicast: { port: 8003 } }, "multicast.port"],
  [{ multicast: { ttl: 0 } }, "multicast.ttl"],
  [{ users: { "a:b": "x" } }, "users.a:b"],
  [{ users: { a: 1 } }, "users.a"],
  [{ realm: "" }, "realm"],
  [{ wait: 301 }, "wait"],
  [{ merge: 501 }, "merge"],
  [{ register: "yes" }, "register"],
];

for (const [section, field] of MISTAKES) {
  Deno.test(`the mistake in ${JSON.stringify(section)} is one of ${field}`, () => {
    const error = assertThrows(() => rtsp.parseOptions(section), ConfigError);
    assertEquals(error.path.join("."), field);
  });
}
