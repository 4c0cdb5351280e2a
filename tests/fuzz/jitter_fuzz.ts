/**
 * Property: whatever packets arrive and whenever, `JitterBuffer` gives each at most once, in strictly
 * increasing order, holds no more than its bound in packets and in time, and accounts for every one;
 * and when packets are displaced by less than both bounds, none is lost and all come out.
 *
 * @module
 */

import { assert, assertEquals, assertGreater } from "@std/assert";
import {
  JitterBuffer,
  type Ordered,
  type Sequenced,
} from "../../protocols/_formats/rtp/jitter_buffer.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const MAX_PACKETS = 80;

export const target: FuzzTarget = {
  name: "jitter",
  run(random: Random): void {
    checkAnything(random);
    checkMildDisorder(random);
  },
};

function checkAnything(random: Random): void {
  const maxPackets = random.int(8);
  const maxDelayMs = random.int(60);
  const buffer = new JitterBuffer<Sequenced>({ maxPackets, maxDelayMs });
  const count = random.int(MAX_PACKETS);
  const arrivals = new Map<Sequenced, number>();
  const out: Ordered<Sequenced>[] = [];
  let sequence = random.int(2 ** 16);
  let nowMs = 0;
  for (let index = 0; index < count; index++) {
    sequence = (sequence + step(random)) & 0xffff;
    nowMs += random.int(20);
    const packet = { sequence };
    arrivals.set(packet, nowMs);
    const given = random.int(6) === 0 ? buffer.expire(nowMs) : [];
    out.push(...given, ...buffer.push(packet, nowMs));
    const { late, duplicates, strays } = buffer.stats;
    const waiting = arrivals.size - out.length - late - duplicates - strays;
    // One more may wait: the packet that may be the first of a restarted sequence.
    assert(waiting >= 0 && waiting <= maxPackets + 1, `${waiting} packets wait`);
    const oldest = buffer.deadline ?? Infinity;
    assert(oldest > nowMs || maxDelayMs === 0, "a packet waits past the deadline");
  }
  out.push(...buffer.flush());
  const { late, duplicates, strays, lost } = buffer.stats;
  assertEquals(out.length + late + duplicates + strays, count);
  assertEquals(new Set(out.map(({ packet }) => packet)).size, out.length);
  assertEquals(out.reduce((sum, ordered) => sum + ordered.lost, 0), lost);
  checkOrder(out);
}

/** Mostly the next number; sometimes a gap, a repetition, a step back or anything. */
function step(random: Random): number {
  const choices = [1, 1, 1, 1, 2, 0, -1, -random.int(6), random.int(10), random.int(2 ** 16)];
  return random.pick(choices);
}

function checkOrder(out: readonly Ordered<Sequenced>[]): void {
  let previous: number | undefined;
  for (const { packet, sequence, lost, isRestart } of out) {
    assertEquals(((sequence % 2 ** 16) + 2 ** 16) % 2 ** 16, packet.sequence);
    if (previous !== undefined) {
      assertGreater(sequence, previous);
      if (!isRestart) assertEquals(sequence - previous - 1, lost);
    }
    previous = sequence;
  }
}

/** Packets of 1 ms each, late by up to the smaller of both bounds. */
function checkMildDisorder(random: Random): void {
  const bound = 1 + random.int(30);
  const buffer = new JitterBuffer<Sequenced>({ maxPackets: bound, maxDelayMs: bound });
  const first = random.int(2 ** 16);
  const sent = Array.from({ length: MAX_PACKETS }, (_, index) => ({
    packet: { sequence: (first + index) & 0xffff },
    // The first one comes first: there is no telling that something is missing before it.
    arrivalMs: index === 0 ? -bound : index + random.int(bound),
  }));
  const arrived = sent.toSorted((a, b) => a.arrivalMs - b.arrivalMs);
  const out = arrived.flatMap(({ packet, arrivalMs }) => buffer.push(packet, arrivalMs));
  assertEquals(out.map(({ packet }) => packet), sent.map(({ packet }) => packet));
  assertEquals(buffer.stats.lost, 0);
}
