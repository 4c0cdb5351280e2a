// RFC 9725 section 4.6: servers in Link headers.
import { assertEquals } from "@std/assert";
import { iceServersOf } from "../../../../../protocols/http/pages/src/rtc/ice_servers.ts";

const ROWS = [
  { what: "nothing", header: "", servers: [] },
  {
    what: "a STUN server",
    header: '<stun:stun.example.net>; rel="ice-server"',
    servers: [{ urls: "stun:stun.example.net" }],
  },
  {
    what: "a TURN server with its account, after a STUN server",
    header: "<stun:a.example>; rel=ice-server, <turn:b.example?transport=udp>; " +
      'rel="ice-server"; username="user"; credential="a, b; c"; credential-type="password"',
    servers: [
      { urls: "stun:a.example" },
      { urls: "turn:b.example?transport=udp", username: "user", credential: "a, b; c" },
    ],
  },
  {
    what: "a link to something else",
    header: '<https://a.example/>; rel="next", <stun:b.example>; rel="ice-server"',
    servers: [{ urls: "stun:b.example" }],
  },
];

Deno.test("STUN and TURN servers are read from a Link header", async (t) => {
  for (const { what, header, servers } of ROWS) {
    await t.step(what, () => assertEquals(iceServersOf(header), servers));
  }
});
