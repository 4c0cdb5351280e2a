/**
 * Property: `parseStun` gives a message or none, whatever the bytes are, and leaves them as they were;
 * what `writeStun` writes is read again, and is signed with its password and no other.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  parseStun,
  type StunClass,
  type StunFields,
  writeStun,
} from "../../protocols/webrtc/transport/stun.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const CLASSES: readonly StunClass[] = ["request", "indication", "response", "error"];
const PASSWORD = "a password of many letters";

export const target: FuzzTarget = {
  name: "stun",
  run(random: Random): void {
    const fields = randomFields(random);
    const bytes = writeStun(fields, PASSWORD);
    const message = parseStun(bytes);
    assert(message?.isSignedWith(PASSWORD));
    assert(!message?.isSignedWith(`${PASSWORD}.`));
    assertEquals({ ...message, isSignedWith: undefined }, { ...fields, isSignedWith: undefined });
    checkDamaged(random, bytes);
  },
};

function randomFields(random: Random): StunFields {
  const uint64 = () => BigInt(random.int(2 ** 32)) << 32n | BigInt(random.int(2 ** 32));
  return {
    class: random.pick(CLASSES),
    transactionId: random.bytes(12),
    ...(random.bool() && { username: "x".repeat(random.int(100)) }),
    ...(random.bool() && { priority: random.int(2 ** 32) }),
    ...(random.bool() && { useCandidate: true }),
    ...(random.bool() && { controlling: uint64() }),
    ...(random.bool() && { controlled: uint64() }),
    ...(random.bool() && { errorCode: 300 + random.int(400) }),
    ...(random.bool() && {
      mappedAddress: { host: random.bytes(4).join("."), port: random.int(65_536) },
    }),
  };
}

function checkDamaged(random: Random, sound: Uint8Array): void {
  const bytes = sound.slice(0, random.bool() ? random.int(sound.length + 1) : sound.length);
  for (let count = random.int(4); count > 0 && bytes.length > 0; count--) {
    bytes[random.int(bytes.length)] = random.int(256);
  }
  const before = bytes.slice();
  parseStun(bytes)?.isSignedWith(PASSWORD);
  assertEquals(bytes, before);
}
