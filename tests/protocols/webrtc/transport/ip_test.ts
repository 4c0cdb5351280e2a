import { assertEquals } from "@std/assert";
import { formatIp, parseIp, plainHost } from "../../../../protocols/webrtc/transport/ip.ts";

const READ: readonly (readonly [string, string | undefined])[] = [
  ["192.0.2.7", "192.0.2.7"],
  ["192.0.2.256", undefined],
  ["192.0.2", undefined],
  ["example.org", undefined],
  ["", undefined],
  ["::", "::"],
  ["::1", "::1"],
  ["fe80::1:2", "fe80::1:2"],
  ["2001:db8::", "2001:db8::"],
  ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
  ["1:2:3:4:5:6:7", undefined],
  ["1::2::3", undefined],
  ["::ffff:192.0.2.7", "::ffff:c000:207"],
  ["2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"],
  ["::12345", undefined],
  ["fe80::1%eth0", undefined],
];

for (const [text, expected] of READ) {
  Deno.test(`the address "${text}" is ${expected ?? "none"}`, () => {
    const ip = parseIp(text);
    assertEquals(ip && formatIp(ip), expected);
  });
}

Deno.test("IPv4 that a socket of both families has wrapped is unwrapped", () => {
  assertEquals(plainHost("::ffff:192.0.2.7"), "192.0.2.7");
  assertEquals(plainHost("2001:db8::7"), "2001:db8::7");
});
