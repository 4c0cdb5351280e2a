import { assert, assertEquals } from "@std/assert";
import { CheckList } from "../../../../protocols/webrtc/transport/check_list.ts";

const BASE = {
  foundation: "1",
  component: 1,
  transport: "udp",
  priority: 1,
  address: "192.0.2.7",
  port: 5000,
  type: "host",
} as const;

Deno.test("the pair of the highest priority comes first", () => {
  const list = new CheckList("ipv4");
  list.addCandidate(BASE);
  const better = list.addCandidate({ ...BASE, port: 5001, priority: 2 });
  assert(better !== undefined && list.first("waiting") === better);
});

Deno.test("an address makes one pair, however often it is told", () => {
  const list = new CheckList("ipv4");
  const pair = list.addCandidate(BASE);
  assertEquals(list.addCandidate({ ...BASE, foundation: "2", type: "srflx" }), pair);
  assertEquals(list.addPeerReflexive({ host: "192.0.2.7", port: 5000 }, 3), pair);
});

Deno.test("candidates of another component, or without a port, make none", () => {
  const list = new CheckList("ipv4");
  assertEquals(list.addCandidate({ ...BASE, component: 2 }), undefined);
  assertEquals(list.addCandidate({ ...BASE, port: 0 }), undefined);
  assertEquals(list.report(), "the peer told no candidate and did not come by itself");
});

Deno.test("there are 64 pairs at most, of which one that is done makes room", () => {
  const list = new CheckList("ipv4");
  const pairs = Array.from({ length: 64 }, (_, at) => list.addCandidate({ ...BASE, port: at + 1 }));
  assertEquals(list.addCandidate({ ...BASE, port: 100 }), undefined);
  const done = pairs[7];
  assert(done !== undefined);
  done.state = "failed";
  assert(list.addCandidate({ ...BASE, port: 100 }) !== undefined);
  assertEquals(list.find(done.address), undefined);
  assertEquals(list.addCandidate({ ...BASE, port: 101 }), undefined);
});

Deno.test("a report names eight pairs, and counts the rest", () => {
  const list = new CheckList("ipv4");
  for (let port = 1; port <= 10; port++) list.addCandidate({ ...BASE, port, priority: 99 - port });
  const report = list.report();
  assert(
    report.startsWith("192.0.2.7:1 (host): not tried; 192.0.2.7:2 (host): not tried; "),
    report,
  );
  assert(report.endsWith("192.0.2.7:8 (host): not tried; and 2 more"), report);
});

Deno.test("an address may be written in several ways", () => {
  const list = new CheckList("any");
  const pair = list.addCandidate({ ...BASE, address: "2001:0DB8:0::7" });
  assert(pair !== undefined);
  assertEquals(list.find({ host: "2001:db8::7", port: 5000 }), pair);
});

// RFC 8445 section 6.1.2.3: our half of them has the lowest priority there is.
Deno.test("ways through our relay come behind all others, and lead to addresses of IPv4", () => {
  const list = new CheckList("any", true);
  list.addCandidate({ ...BASE, priority: 9 });
  list.addCandidate({ ...BASE, port: 5001, type: "relay" });
  list.addCandidate({ ...BASE, address: "2001:db8::7" });
  list.addCandidate({ ...BASE, address: "0b3f.local" });
  list.addCandidate({ ...BASE, transport: "tcp", tcpType: "active" });
  assertEquals(
    list.report(),
    "192.0.2.7:5000 (host): not tried; 192.0.2.7:5001 (relay): not tried; " +
      "[2001:db8::7]:5000 (host): not tried; " +
      "192.0.2.7:5000 by the relay (host): not tried; " +
      "192.0.2.7:5001 by the relay (relay): not tried; " +
      "0b3f.local:5000 (host): a name; 192.0.2.7:5000 (host): not over UDP",
  );
});

Deno.test("a port of IPv6 alone reaches those of IPv4 through its relay", () => {
  const list = new CheckList("ipv6", true);
  assertEquals(list.addCandidate(BASE), undefined);
  assertEquals(list.first("waiting")?.address, { host: "192.0.2.7", port: 5000, via: "relay" });
});
