import { assert, assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import {
  CLIENT_KEY,
  findDigest,
  isSignedAnswer,
  PACKET_SIZE,
  SERVER_KEY,
  signAnswer,
  signPacket,
} from "../../../protocols/rtmp/digest.ts";

function packet(): Uint8Array {
  return Uint8Array.from({ length: PACKET_SIZE }, (_, i) => i * 31 & 0xff);
}

Deno.test("the keys are the phrases of Flash, with the same 32 bytes behind", () => {
  assertEquals([CLIENT_KEY.text.length, CLIENT_KEY.full.length], [30, 62]);
  assertEquals([SERVER_KEY.text.length, SERVER_KEY.full.length], [36, 68]);
  assertEquals(CLIENT_KEY.full.subarray(30), SERVER_KEY.full.subarray(36));
});

// The four bytes that place the digest, at 772 or 8, and where it then is.
const PLACES: readonly (readonly [0 | 1, number, readonly number[], number])[] = [
  [0, 772, [0, 0, 0, 0], 776],
  [0, 772, [255, 255, 217, 0], 1503],
  [0, 772, [255, 255, 218, 0], 776],
  [1, 8, [1, 2, 3, 4], 22],
  [1, 8, [255, 255, 255, 255], 304],
];

for (const [scheme, at, bytes, offset] of PLACES) {
  Deno.test(`scheme ${scheme} with ${bytes} at ${at} puts the digest at ${offset}`, () => {
    const signed = packet();
    signed.set(bytes, at);
    const digest = signPacket(signed, scheme, CLIENT_KEY);
    assertEquals(digest.byteOffset, offset);
    const expected = createHmac("sha256", "Genuine Adobe Flash Player 001")
      .update(signed.subarray(0, offset)).update(signed.subarray(offset + 32)).digest();
    assertEquals(digest, new Uint8Array(expected));
    assertEquals(findDigest(signed, CLIENT_KEY), { scheme, digest });
    assertEquals(findDigest(signed, SERVER_KEY), undefined);
  });
}

Deno.test("an answer is valid for one digest, one key and its own bytes only", () => {
  const digest = signPacket(packet(), 1, CLIENT_KEY);
  const answer = packet();
  signAnswer(answer, digest, SERVER_KEY);
  assert(isSignedAnswer(answer, digest, SERVER_KEY));
  assert(!isSignedAnswer(answer, digest, CLIENT_KEY));
  assert(!isSignedAnswer(answer, new Uint8Array(32), SERVER_KEY));
  answer.set([0xff]);
  assert(!isSignedAnswer(answer, digest, SERVER_KEY));
});
