/**
 * Published packets and keys, and what several tests make of them.
 *
 * @module
 */
import type { SessionKeys } from "../../../../protocols/webrtc/srtp/keys.ts";
import type { OutgoingRtp } from "../../../../protocols/webrtc/rtc_transport.ts";

/** RFC 7714 sections 16 and 17: session keys, not master keys. */
export const RFC7714_KEYS: SessionKeys = {
  encryption: Uint8Array.fromHex("000102030405060708090a0b0c0d0e0f"),
  authentication: new Uint8Array(0),
  salt: new TextEncoder().encode("Quid pro quo"),
};

const RTP_HEADER = "8040f17b8041f8d35501a0b2";
const RTP_TEXT = new TextEncoder().encode("Gallia est omnis divisa in partes tres").toHex();

/** Section 16: the packet; 16.1.1: the same under AEAD_AES_128_GCM. */
export const RFC7714_RTP = Uint8Array.fromHex(RTP_HEADER + RTP_TEXT);
export const RFC7714_SRTP = Uint8Array.fromHex(
  RTP_HEADER +
    "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833" +
    "899d7f27beb16a9152cf765ee4390cce",
);

/** Section 17: the packet that its examples encrypt; 17.1: the same under AEAD_AES_128_GCM. */
export const RFC7714_RTCP_INDEX = 0x5d4;
export const RFC7714_RTCP = Uint8Array.fromHex(
  "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61" + "deadbeef".repeat(5),
);
export const RFC7714_SRTCP = Uint8Array.fromHex(
  "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b46" +
    "86303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4",
);

/** A packet as a viewer's path is given it. */
export function outgoing(packet: Uint8Array, headerSize = 12): OutgoingRtp {
  return { header: packet.subarray(0, headerSize), payload: packet.subarray(headerSize) };
}

/** A packet of version 2. `head` follows the fixed header: contributing sources and extension. */
export function rtpPacket(
  { sequence, ssrc = 0x1234abcd, flags = 0, head = "", payload = "" }: {
    readonly sequence: number;
    readonly ssrc?: number;
    readonly flags?: number;
    readonly head?: string;
    readonly payload?: string | Uint8Array;
  },
): Uint8Array {
  const body = typeof payload === "string" ? payload : payload.toHex();
  const packet = Uint8Array.fromHex("8060000000003039" + "00000000" + head + body);
  const view = new DataView(packet.buffer);
  view.setUint8(0, 0x80 | flags);
  view.setUint16(2, sequence);
  view.setUint32(8, ssrc);
  return packet;
}

/** Bytes that differ from each other, and with the seed. */
export function pattern(size: number, seed = 1): Uint8Array {
  return new Uint8Array(size).map((_, at) => Math.imul(at + seed, 0x9e3779b1) >>> 21);
}
