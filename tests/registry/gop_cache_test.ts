import { assertEquals } from "@std/assert";
import { GopCache, type LogItem } from "../../registry/gop_cache.ts";

const LIMITS = { gopBytes: 100, gopMs: 1000 };

function item(time: number, isKey: boolean, bytes = 10): LogItem {
  return { time, isKey, bytes };
}

function cacheOf(...items: readonly LogItem[]): GopCache<LogItem> {
  const cache = new GopCache(LIMITS);
  for (const one of items) cache.append(one, one.time);
  return cache;
}

Deno.test("the cache begins at the last key item", () => {
  const cache = cacheOf(item(0, true), item(10, false), item(20, true), item(30, false));
  assertEquals([cache.first, cache.key, cache.next], [0, 2, 4]);
});

Deno.test("a group over its bytes or its seconds is not kept until the next key item", () => {
  for (const last of [item(20, false, 100), item(1001, false)]) {
    const cache = cacheOf(item(0, true), last);
    assertEquals(cache.key, undefined);
    cache.append(item(1002, true), 1002);
    assertEquals(cache.key, 2);
  }
});

Deno.test("a group at its limits is kept", () => {
  assertEquals(cacheOf(item(0, true), item(1000, false, 90)).key, 0);
});

Deno.test("bytes and milliseconds are counted from an item to the newest", () => {
  const cache = cacheOf(item(0, true, 1), item(10, false, 2), item(25, false, 4));
  assertEquals([0, 1, 2, 3].map((at) => cache.bytesSince(at)), [7, 6, 4, 0]);
  assertEquals([0, 1, 2, 3].map((at) => cache.msSince(at)), [25, 15, 0, 0]);
});

Deno.test("trimming forgets what readers have taken, but not what new ones begin with", () => {
  const cache = cacheOf(item(0, true), item(10, false), item(20, true), item(30, false));
  cache.trim(1);
  assertEquals([cache.first, cache.at(0), cache.at(1)?.time], [1, undefined, 10]);
  cache.trim(4);
  assertEquals([cache.first, cache.key, cache.next], [2, 2, 4]);
  cache.invalidate();
  cache.trim(4);
  assertEquals([cache.first, cache.next, cache.bytesSince(2)], [4, 4, 0]);
});

Deno.test("sequence numbers and byte counts go on after trimming", () => {
  const cache = cacheOf(item(0, true), item(10, false));
  cache.invalidate();
  cache.trim(2);
  cache.append(item(20, true, 5), 20);
  assertEquals([cache.first, cache.key, cache.next, cache.bytesSince(2)], [2, 2, 3, 5]);
});

Deno.test("the next key item is looked for from a place on", () => {
  const cache = cacheOf(item(0, true), item(10, false), item(20, true), item(30, false));
  assertEquals([0, 1, 2, 3, 4].map((at) => cache.keyFrom(at)), [0, 2, 2, 4, 4]);
});

Deno.test("waiting is counted from when an item came, not by the time of its media", () => {
  const cache = new GopCache<LogItem>(LIMITS);
  cache.append(item(0, true), 500);
  cache.append(item(60_000, false), 510);
  assertEquals([cache.waitedSince(0, 700), cache.waitedSince(1, 700)], [200, 190]);
  assertEquals(cache.waitedSince(2, 700), 0);
});
