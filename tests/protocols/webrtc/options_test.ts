import { assertEquals, assertThrows } from "@std/assert";
import { parseOptions, stunServerOf, turnServerOf } from "../../../protocols/webrtc/options.ts";
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

Deno.test("the first TURN server over UDP that has a user and a password relays for us", async (t) => {
  const user = { username: "user", credential: "a password" };
  const rows = [
    [["turn:192.0.2.7"], { host: "192.0.2.7", port: 3478, ...user }],
    [["turns:a.example", "turn:b.example:99?transport=udp"], {
      host: "b.example",
      port: 99,
      ...user,
    }],
    [["turn:a.example?transport=tcp", "turns:a.example", "stun:a.example"], undefined],
  ] as const;
  for (const [urls, server] of rows) {
    await t.step(urls.join(), () => {
      assertEquals(turnServerOf(parseOptions({ iceServers: [{ urls, ...user }] })), server);
      assertEquals(turnServerOf(parseOptions({ iceServers: [{ urls }] })), undefined);
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
