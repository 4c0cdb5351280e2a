import { assertEquals, assertRejects } from "@std/assert";
import { EncodedPacket, type EncodedPacketSink } from "mediabunny";
import { MediaFileError } from "../../../../protocols/file/recordings/errors.ts";
import {
  packetAfter,
  readableEnd,
  TIMES_ONLY,
} from "../../../../protocols/file/recordings/packet_order.ts";
import { must } from "../../../must.ts";

/** A second of sound, of which `at` tells its place in the file. */
function packet(at: number): EncodedPacket {
  return new EncodedPacket(new Uint8Array(1), "key", at, 1, at);
}

/** A track of three packets; after the third come the ones that `last` names. */
function track(last: number | null): EncodedPacketSink {
  const next = ({ sequenceNumber }: EncodedPacket) =>
    Promise.resolve(
      sequenceNumber < 2 ? packet(sequenceNumber + 1) : last === null ? null : packet(last),
    );
  return { getNextPacket: next, getNextKeyPacket: next } as unknown as EncodedPacketSink;
}

Deno.test("what follows a packet lies behind it, or there is no end", async () => {
  for (const which of ["any", "key"] as const) {
    assertEquals(await packetAfter(track(null), packet(2), which), null);
    assertEquals(must(await packetAfter(track(null), packet(1), which)).timestamp, 2);
    for (const back of [0, 2]) {
      await assertRejects(
        () => packetAfter(track(back), packet(2), which, TIMES_ONLY),
        MediaFileError,
        "its packets lead in a circle",
      );
    }
  }
});

Deno.test("a track that leads in a circle ends where it turns back", async () => {
  assertEquals(await readableEnd(track(0), packet(0)), 3);
});
