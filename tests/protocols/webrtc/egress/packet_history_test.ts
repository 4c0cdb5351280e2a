import { assertEquals } from "@std/assert";
import {
  PacketHistory,
  type SentItem,
} from "../../../../protocols/webrtc/egress/packet_history.ts";
import type { RtcItem } from "../../../../protocols/webrtc/egress/packaging.ts";

/** An item whose payloads are the sequence numbers that they are sent with. */
function item(sequence: number, sentAt: number, count = 1): SentItem {
  const numbers = Array.from({ length: count }, (_, at) => (sequence + at) & 0xffff);
  const item: RtcItem = {
    trackId: 1,
    isVideo: true,
    format: "H264/90000/1",
    fragments: numbers.map((number) => ({
      payload: new Uint8Array(Uint16Array.of(number).buffer),
      marker: false,
      timestampOffset: 0,
    })),
    pts: 0,
    clockRate: 90_000,
    origin: 0,
    notes: [],
    bytes: 2 * count,
    time: 0,
    isKey: false,
  };
  return { item, sequence: sequence & 0xffff, time: 0, extension: undefined, sentAt };
}

/** What the packet with this number carried. */
function found(history: PacketHistory, sequence: number, now: number): number | undefined {
  const payload = history.find(sequence, now, 0)?.fragment.payload;
  return payload && new Uint16Array(payload.buffer)[0];
}

Deno.test("what was sent can be sent again, over the wrap of sequence numbers", () => {
  const history = new PacketHistory();
  for (let at = 65_530; at < 65_540; at += 5) history.put(item(at, 0, 5));
  assertEquals(
    [65_529, 65_530, 65_534, 65_535, 0, 3, 4].map((at) => found(history, at, 0)),
    [undefined, 65_530, 65_534, 65_535, 0, 3, undefined],
  );
});

Deno.test("no more than 2,048 packets are kept, and none for more than two seconds", () => {
  const history = new PacketHistory();
  for (let at = 0; at < 2100; at += 2) history.put(item(at, 0, 2));
  assertEquals([51, 52].map((at) => found(history, at, 0)), [undefined, 52]);
  assertEquals([2000, 2001].map((now) => found(history, 2099, now)), [2099, undefined]);
});

Deno.test("the latest picture can be sent again, however large it is", () => {
  const history = new PacketHistory();
  history.put(item(0, 0));
  history.put(item(1, 0, 3000));
  assertEquals([0, 1, 3000].map((at) => found(history, at, 0)), [undefined, 1, 3000]);
});

Deno.test("a packet that is too old is let go when others follow, however few", () => {
  const history = new PacketHistory();
  history.put(item(1, 0));
  history.put(item(2, 1500));
  history.put(item(3, 2500));
  // Asked for at a time at which it was young: it is really gone.
  assertEquals([1, 2, 3].map((at) => found(history, at, 1500)), [undefined, 2, 3]);
});

Deno.test("a packet is sent again after an interval, and ten times at most", () => {
  const history = new PacketHistory();
  history.put(item(7, 0));
  const times: number[] = [];
  for (let now = 0; now <= 500; now += 5) {
    if (history.find(7, now, 20) === undefined) continue;
    history.resent(7, now);
    times.push(now);
  }
  assertEquals(times, [0, 20, 40, 60, 80, 100, 120, 140, 160, 180]);
});

Deno.test("a sequence number that comes again is that of another packet", () => {
  const history = new PacketHistory();
  history.put(item(7, 0));
  for (let count = 0; count < 10; count++) history.resent(7, 0);
  history.put(item(8, 3000));
  history.put(item(7, 3000));
  assertEquals(found(history, 7, 3000), 7);
});
