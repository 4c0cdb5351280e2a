/**
 * Property: `parseTurn` and `parseChannelData` give something or nothing, whatever the bytes are, and leave
 * them as they were; what `writeTurn` and `writeChannelData` write is read again, and a message is signed
 * with its key and no other.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  longTermKey,
  parseChannelData,
  parseTurn,
  type TurnFields,
  writeChannelData,
  writeTurn,
} from "../../protocols/webrtc/transport/turn_message.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const METHODS = ["allocate", "refresh", "send", "data", "createPermission", "channelBind"] as const;
const CLASSES = ["request", "indication", "response", "error"] as const;

export const target: FuzzTarget = {
  name: "turn",
  run(random: Random): void {
    const fields = randomFields(random);
    const key = longTermKey("user", random.bytes(random.int(20)), "a password");
    const bytes = writeTurn(fields, key);
    const message = parseTurn(bytes);
    assert(message?.isSignedWith(key));
    assert(!message?.isSignedWith(random.bytes(16)));
    assertEquals({ ...message, isSignedWith: undefined }, { ...fields, isSignedWith: undefined });
    checkDamaged(random, bytes);
    const packet = { channel: random.int(65_536), data: random.bytes(random.int(100)) };
    const wrapped = writeChannelData(packet);
    assertEquals(parseChannelData(wrapped), packet);
    checkDamaged(random, wrapped);
  },
};

function randomFields(random: Random): TurnFields {
  const address = () => ({ host: random.bytes(4).join("."), port: random.int(65_536) });
  return {
    method: random.pick(METHODS),
    class: random.pick(CLASSES),
    transactionId: random.bytes(12),
    ...(random.bool() && { username: "x".repeat(random.int(100)) }),
    ...(random.bool() && { realm: random.bytes(random.int(50)) }),
    ...(random.bool() && { nonce: random.bytes(random.int(50)) }),
    ...(random.bool() && { lifetime: random.int(2 ** 32) }),
    ...(random.bool() && { channel: random.int(65_536) }),
    ...(random.bool() && { peer: address() }),
    ...(random.bool() && { relayed: address() }),
    ...(random.bool() && { mapped: address() }),
    ...(random.bool() && { data: random.bytes(random.int(500)) }),
    ...(random.bool() && { errorCode: 300 + random.int(400) }),
  };
}

function checkDamaged(random: Random, sound: Uint8Array): void {
  const bytes = sound.slice(0, random.bool() ? random.int(sound.length + 1) : sound.length);
  for (let count = random.int(4); count > 0 && bytes.length > 0; count--) {
    bytes[random.int(bytes.length)] = random.int(256);
  }
  const before = bytes.slice();
  parseTurn(bytes)?.isSignedWith("another");
  parseChannelData(bytes);
  assertEquals(bytes, before);
}
