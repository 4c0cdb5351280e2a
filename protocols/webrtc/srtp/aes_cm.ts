/**
 * AES128_CM_HMAC_SHA1_80 for SRTP and SRTCP (RFC 3711 sections 4.1.1 and 4.2.1), which peers that do
 * not know GCM must know.
 *
 * @module
 */
import { createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";
import { BLOCK_SIZE, CounterModeSealer, type CounterProfile, writeIv } from "./counter_mode.ts";
import type { SessionKeys } from "./keys.ts";
import {
  readSrtcpWord,
  RTCP_CLEAR_SIZE,
  rtcpSsrc,
  SRTCP_INDEX_SIZE,
  writeSrtcpWord,
} from "./srtcp.ts";
import type { RtpSealer, SealedRtp, SrtpTransform } from "./transform.ts";

const TAG_SIZE = 10;
const SEQUENCES = 0x10000;

export const AES_CM: SrtpTransform = {
  tagSize: TAG_SIZE,
  rtcpTrailerSize: SRTCP_INDEX_SIZE + TAG_SIZE,
  rtcpIndexFromEnd: SRTCP_INDEX_SIZE + TAG_SIZE,
  rtpSealer,
  openRtp,
  sealRtcp,
  openRtcp,
};

function rtpSealer(keys: SessionKeys): RtpSealer {
  const profile: CounterProfile = {
    firstCounter: 0,
    tagSize: TAG_SIZE,
    writeTag(batch, { header, tag }, index) {
      const bytes = new Uint8Array(batch.buffer, batch.byteOffset, batch.byteLength);
      bytes.set(authenticate(keys, bytes.subarray(header, tag), rollOver(index)), tag);
    },
  };
  return new CounterModeSealer(keys, profile);
}

function openRtp(keys: SessionKeys, packet: SealedRtp): Uint8Array | undefined {
  const { bytes, headerSize, ssrc, index } = packet;
  const tagAt = bytes.length - TAG_SIZE;
  const tag = authenticate(keys, bytes.subarray(0, tagAt), rollOver(index));
  if (!timingSafeEqual(tag, bytes.subarray(tagAt))) return undefined;
  return applyKeystream(keys, bytes.subarray(0, tagAt), headerSize, ssrc, index);
}

function sealRtcp(keys: SessionKeys, packet: Uint8Array, index: number): Uint8Array {
  const sealed = new Uint8Array(packet.length + SRTCP_INDEX_SIZE + TAG_SIZE);
  sealed.set(applyKeystream(keys, packet, RTCP_CLEAR_SIZE, rtcpSsrc(packet), index));
  writeSrtcpWord(sealed, packet.length, index);
  const tagAt = packet.length + SRTCP_INDEX_SIZE;
  sealed.set(authenticate(keys, sealed.subarray(0, tagAt)), tagAt);
  return sealed;
}

function openRtcp(keys: SessionKeys, packet: Uint8Array): Uint8Array | undefined {
  const tagAt = packet.length - TAG_SIZE;
  const tag = authenticate(keys, packet.subarray(0, tagAt));
  if (!timingSafeEqual(tag, packet.subarray(tagAt))) return undefined;
  const wordAt = tagAt - SRTCP_INDEX_SIZE;
  const { index } = readSrtcpWord(packet, wordAt);
  return applyKeystream(keys, packet.subarray(0, wordAt), RTCP_CLEAR_SIZE, rtcpSsrc(packet), index);
}

/** Encrypts or decrypts what is behind `start`, into a packet of its own. */
function applyKeystream(
  keys: SessionKeys,
  packet: Uint8Array,
  start: number,
  ssrc: number,
  index: number,
): Uint8Array {
  const iv = new Uint8Array(BLOCK_SIZE);
  writeIv(iv, 0, keys.salt, ssrc, index);
  const cipher = createDecipheriv("aes-128-ctr", keys.encryption, iv);
  const changed = packet.slice();
  changed.set(cipher.update(packet.subarray(start)), start);
  cipher.final();
  return changed;
}

/** @param trailer what is authenticated without being sent */
function authenticate(
  keys: SessionKeys,
  packet: Uint8Array,
  trailer: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const mac = createHmac("sha1", keys.authentication).update(packet).update(trailer).digest();
  return new Uint8Array(mac.buffer, mac.byteOffset, TAG_SIZE);
}

/** The roll-over counter, which the tag of RTP covers behind the packet (section 4.2). */
function rollOver(index: number): Uint8Array {
  const counter = new Uint8Array(4);
  new DataView(counter.buffer).setUint32(0, Math.floor(index / SEQUENCES));
  return counter;
}
