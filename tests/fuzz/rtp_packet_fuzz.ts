/**
 * Property: whatever bytes come as an RTP packet, `parseRtpPacket` and `parseHeaderElements` return
 * or throw an `RtpError`, and leave the bytes as they were; the parts of a packet lie in it without
 * overlap; what was read can be written, and is then read as the same.
 *
 * The cases are packets with and without sources, extension and padding, with bytes changed and cut
 * off, and pure noise.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { RtpError } from "../../protocols/_formats/rtp/errors.ts";
import {
  type HeaderElement,
  parseHeaderElements,
  writeHeaderElements,
} from "../../protocols/_formats/rtp/header_extension.ts";
import {
  parseRtpPacket,
  rtpHeaderSize,
  type RtpPacket,
  writeRtpHeader,
} from "../../protocols/_formats/rtp/packet.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const MAX_NOISE = 64;
const MAX_BODY = 40;

export const target: FuzzTarget = {
  name: "rtp_packet",
  run(random: Random): void {
    const data = random.int(4) === 0 ? random.bytes(random.int(MAX_NOISE)) : mutant(random);
    const before = data.slice();
    const packet = attempt(() => parseRtpPacket(data));
    if (packet !== undefined) checkPacket(packet, data);
    const extension = packet?.extension;
    const elements = extension && attempt(() => parseHeaderElements(extension));
    if (elements !== undefined) checkElements(elements);
    assertEquals(data, before);
  },
};

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RtpError)) throw error;
    assert(error.offset >= 0);
    return undefined;
  }
}

function checkPacket(packet: RtpPacket, data: Uint8Array): void {
  const { payload, extension } = packet;
  const size = rtpHeaderSize(packet) + payload.length;
  assert(size <= data.length, `${size} bytes of ${data.length}`);
  const written = new Uint8Array(size);
  written.set(payload, writeRtpHeader(written, 0, packet));
  assertEquals(parseRtpPacket(written), packet);
  assertEquals(payload.buffer === data.buffer, true);
  assertEquals((extension?.data.length ?? 0) % 4, 0);
}

function checkElements(elements: readonly HeaderElement[]): void {
  if (elements.some(({ id }) => id > 255)) throw new Error("an id has more than eight bits");
  assertEquals(parseHeaderElements(writeHeaderElements(elements)), [...elements]);
}

function mutant(random: Random): Uint8Array {
  const sources = random.pick([0, 0, 1, 15]);
  const words = random.pick([0, 0, 1, 3]);
  const extension = random.bool()
    ? [...random.pick([[0xbe, 0xde], [0x10, 0x00], [0xab, 0xac]]), 0, words]
    : undefined;
  const padding = random.pick([0, 0, 1, 4]);
  const flags = 0x80 | sources | (extension ? 0x10 : 0) | (padding > 0 ? 0x20 : 0);
  const data = Uint8Array.of(
    ...[flags, random.int(256), ...random.bytes(10 + 4 * sources)],
    ...(extension ? [...extension, ...random.bytes(4 * words)] : []),
    ...random.bytes(random.int(MAX_BODY)),
    ...(padding > 0 ? [...new Uint8Array(padding - 1), padding] : []),
  );
  for (let count = random.int(3); count > 0; count--) {
    data[random.int(data.length)] = random.pick([0, 1, 0x0f, 0x90, 0xff]);
  }
  return random.int(5) === 0 ? data.subarray(0, random.int(data.length)) : data;
}
