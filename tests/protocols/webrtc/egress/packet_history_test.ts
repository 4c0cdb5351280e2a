import { assertEquals } from "@std/assert";
import {
  PacketHistory,
  type SentPacket,
} from "../../../../protocols/webrtc/egress/packet_history.ts";

const NOTHING = new Uint8Array(0);

function packet(sequence: number, sentAt: number): SentPacket {
  return {
    header: NOTHING,
    payload: NOTHING,
    sequence: sequence & 0xffff,
    sentAt,
    resends: 0,
    resentAt: -Infinity,
  };
}

Deno.test("what was sent can be sent again, over the wrap of sequence numbers", () => {
  const history = new PacketHistory();
  for (let at = 65_530; at < 65_540; at++) history.put(packet(at, 0));
  const found = [65_529, 65_530, 65_535, 0, 3, 4].map((at) => history.find(at, 0, 10)?.sequence);
  assertEquals(found, [undefined, 65_530, 65_535, 0, 3, undefined]);
});

Deno.test("no more than 2,048 packets are kept, and none for more than two seconds", () => {
  const history = new PacketHistory();
  for (let at = 0; at < 2100; at++) history.put(packet(at, 0));
  assertEquals([51, 52].map((at) => history.find(at, 0, 10)?.sequence), [undefined, 52]);
  assertEquals([2000, 2001].map((now) => history.find(2099, now, 10)?.sequence), [2099, undefined]);
});

Deno.test("a packet that is too old is let go when others follow, however few", () => {
  const history = new PacketHistory();
  history.put(packet(1, 0));
  history.put(packet(2, 1500));
  history.put(packet(3, 2500));
  // Asked for at a time at which it was young: it is really gone.
  assertEquals([1, 2, 3].map((at) => history.find(at, 1500, 0)?.sequence), [undefined, 2, 3]);
});

Deno.test("a packet is sent again after an interval, and ten times at most", () => {
  const history = new PacketHistory();
  history.put(packet(7, 0));
  const times: number[] = [];
  for (let now = 0; now <= 500; now += 5) {
    const found = history.find(7, now, 20);
    if (found === undefined) continue;
    found.resends++;
    found.resentAt = now;
    times.push(now);
  }
  assertEquals(times, [0, 20, 40, 60, 80, 100, 120, 140, 160, 180]);
});
