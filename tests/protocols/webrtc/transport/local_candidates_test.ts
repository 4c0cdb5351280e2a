import { assertEquals } from "@std/assert";
import {
  type LocalAddresses,
  localCandidates,
} from "../../../../protocols/webrtc/transport/local_candidates.ts";

const INTERFACES = ["127.0.0.1", "192.0.2.7", "::1", "2001:db8::7", "fe80::1"];

const ANYWHERE: LocalAddresses = {
  listening: { host: "0.0.0.0", port: 8189 },
  family: "ipv4",
  interfaces: INTERFACES,
  publicHosts: [],
};
const BOTH = { ...ANYWHERE, listening: { host: "::", port: 8189 }, family: "any" } as const;

const CASES: readonly (readonly [string, LocalAddresses, readonly string[]])[] = [
  ["the interfaces of the family, without loopback", ANYWHERE, ["192.0.2.7"]],
  ["both families", BOTH, ["192.0.2.7", "2001:db8::7"]],
  ["loopback to a peer that came over it", { ...ANYWHERE, reachedAt: "localhost" }, [
    "127.0.0.1",
    "192.0.2.7",
  ]],
  ["the address that the peer has for us", { ...ANYWHERE, reachedAt: "203.0.113.9" }, [
    "192.0.2.7",
    "203.0.113.9",
  ]],
  ["no name that the peer has for us", { ...ANYWHERE, reachedAt: "example.org" }, ["192.0.2.7"]],
  ["an IPv6 address in brackets", { ...BOTH, interfaces: [], reachedAt: "[2001:db8::9]" }, [
    "2001:db8::9",
  ]],
  ["no address of another family", { ...ANYWHERE, reachedAt: "2001:db8::9" }, ["192.0.2.7"]],
  ["the one host that is listened on", {
    ...ANYWHERE,
    listening: { host: "192.0.2.8", port: 8189 },
    reachedAt: "192.0.2.8",
  }, ["192.0.2.8"]],
  ["public hosts behind our own", { ...ANYWHERE, publicHosts: ["203.0.113.9", "192.0.2.7"] }, [
    "192.0.2.7",
    "203.0.113.9",
  ]],
  ["the address that a STUN server sees", {
    ...ANYWHERE,
    reflexive: { host: "203.0.113.9", port: 4000 },
  }, ["192.0.2.7", "203.0.113.9"]],
  ["it once, where there is no translation", {
    ...ANYWHERE,
    reflexive: { host: "192.0.2.7", port: 8189 },
  }, ["192.0.2.7"]],
  ["16 at most", {
    ...ANYWHERE,
    interfaces: Array.from({ length: 99 }, (_, at) => `192.0.2.${at}`),
  }, Array.from({ length: 16 }, (_, at) => `192.0.2.${at}`)],
];

for (const [name, local, expected] of CASES) {
  Deno.test(`candidates: ${name}`, () => {
    assertEquals(localCandidates(local).map(({ address }) => address), expected);
  });
}

// RFC 8445 section 5.1.2.1.
Deno.test("candidates are told best first, with a foundation of their own", () => {
  const reflexive = { host: "203.0.113.9", port: 4000 };
  assertEquals(localCandidates({ ...ANYWHERE, reflexive }), [
    {
      foundation: "1",
      component: 1,
      transport: "udp",
      priority: 2130706431,
      address: "192.0.2.7",
      port: 8189,
      type: "host",
    },
    {
      foundation: "2",
      component: 1,
      transport: "udp",
      priority: 1694498559,
      address: "203.0.113.9",
      port: 4000,
      type: "srflx",
      relatedAddress: "0.0.0.0",
      relatedPort: 8189,
    },
  ]);
});

// RFC 8839 section 5.1: what it is related to is what the server sees of us.
Deno.test("an address on a relay comes last, and the server tells how it sees us too", () => {
  const relay = {
    relayed: { host: "198.51.100.1", port: 50000 },
    mapped: { host: "203.0.113.9", port: 4000 },
  };
  const told = localCandidates({ ...ANYWHERE, relay });
  assertEquals(told.map(({ type }) => type), ["host", "srflx", "relay"]);
  assertEquals(told[1]?.address, "203.0.113.9");
  assertEquals(told[2], {
    foundation: "3",
    component: 1,
    transport: "udp",
    priority: 16776703,
    address: "198.51.100.1",
    port: 50000,
    type: "relay",
    relatedAddress: "203.0.113.9",
    relatedPort: 4000,
  });
  const reflexive = { host: "203.0.113.7", port: 4001 };
  assertEquals(localCandidates({ ...ANYWHERE, relay, reflexive })[1]?.address, "203.0.113.7");
});
