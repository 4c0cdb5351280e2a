import { assertEquals, assertThrows } from "@std/assert";
import { parseOptions, stunServerOf } from "../../../protocols/webrtc/options.ts";
import { ConfigError } from "../../../protocols/protocol.ts";

Deno.test("one port serves all peers, and the next ones are there for when it is taken", () => {
  const { port, tcp, signaling } = parseOptions({});
  assertEquals(port, [8189, 8190, 8191, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199]);
  assertEquals([tcp, signaling.enabled, signaling.port], [true, true, false]);
});

Deno.test("the first STUN server tells us our address", async (t) => {
  const rows = [
    [["stun:stun.example.org"], { host: "stun.example.org", port: 3478 }],
    [["turn:turn.example.org", "stun:192.0.2.7:19302"], { host: "192.0.2.7", port: 19302 }],
    [["stun:[2001:db8::1]:3479"], { host: "2001:db8::1", port: 3479 }],
    [["turn:turn.example.org?transport=udp"], undefined],
  ] as const;
  for (const [urls, server] of rows) {
    await t.step(urls.join(), () => {
      assertEquals(stunServerOf(parseOptions({ iceServers: [{ urls }] })), server);
    });
  }
});

Deno.test("what no header can hold is no server", async (t) => {
  const rows = [
    { urls: "https://example.org" },
    { urls: "stun:a>b" },
    { urls: "stun:stün.example" },
    { urls: [] },
    { urls: "turn:a.example", username: "a\nb" },
    { urls: "turn:a.example", credential: "пароль" },
  ];
  for (const server of rows) {
    await t.step(JSON.stringify(server), () => {
      assertThrows(() => parseOptions({ iceServers: [server] }), ConfigError);
    });
  }
});
