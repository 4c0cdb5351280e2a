/**
 * AEAD_AES_128_GCM for SRTP and SRTCP (RFC 7714).
 *
 * Outgoing RTP goes through our own GHASH over one keystream for a whole batch; all else is rare enough
 * for `node:crypto`, which also judges all that comes in.
 *
 * @module
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { BLOCK_SIZE, CounterModeSealer, type CounterProfile, writeIv } from "./counter_mode.ts";
import { Ghash } from "./ghash.ts";
import type { SessionKeys } from "./keys.ts";
import {
  readSrtcpWord,
  RTCP_CLEAR_SIZE,
  rtcpSsrc,
  SRTCP_INDEX_SIZE,
  writeSrtcpWord,
} from "./srtcp.ts";
import type { RtpSealer, SealedRtp, SrtpTransform } from "./transform.ts";

const CIPHER = "aes-128-gcm";
const TAG_SIZE = 16;
const IV_SIZE = 12;

/** The block before, with counter 1, masks the tag (NIST SP 800-38D section 7.1). */
const FIRST_COUNTER = 2;

export const GCM: SrtpTransform = {
  tagSize: TAG_SIZE,
  rtcpTrailerSize: TAG_SIZE + SRTCP_INDEX_SIZE,
  rtcpIndexFromEnd: SRTCP_INDEX_SIZE,
  rtpSealer,
  openRtp,
  sealRtcp,
  openRtcp,
};

function rtpSealer(keys: SessionKeys): RtpSealer {
  const hash = new Ghash(hashSubkey(keys.encryption));
  const profile: CounterProfile = {
    firstCounter: FIRST_COUNTER,
    tagSize: TAG_SIZE,
    writeTag(batch, { mask, header, payload, tag }) {
      hash.start();
      hash.update(batch, header, payload);
      hash.update(batch, payload, tag);
      hash.finish(payload - header, tag - payload, batch, mask, tag);
    },
  };
  return new CounterModeSealer(keys, profile);
}

function hashSubkey(key: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
  const subkey = new Uint8Array(cipher.update(new Uint8Array(BLOCK_SIZE)));
  cipher.final();
  return subkey;
}

function openRtp(keys: SessionKeys, packet: SealedRtp): Uint8Array | undefined {
  const { bytes, headerSize, ssrc, index } = packet;
  const header = bytes.subarray(0, headerSize);
  const opened = open(keys, ivOf(keys, ssrc, index), header, bytes.subarray(headerSize));
  return opened && concat(header, opened);
}

/** The associated data is the header in clear and the word of flag and index (section 9.2). */
function sealRtcp(keys: SessionKeys, packet: Uint8Array, index: number): Uint8Array {
  const sealed = new Uint8Array(packet.length + TAG_SIZE + SRTCP_INDEX_SIZE);
  const wordAt = packet.length + TAG_SIZE;
  sealed.set(packet.subarray(0, RTCP_CLEAR_SIZE));
  writeSrtcpWord(sealed, wordAt, index);
  const iv = ivOf(keys, rtcpSsrc(packet), index);
  const cipher = createCipheriv(CIPHER, keys.encryption, iv);
  cipher.setAAD(concat(sealed.subarray(0, RTCP_CLEAR_SIZE), sealed.subarray(wordAt)));
  sealed.set(cipher.update(packet.subarray(RTCP_CLEAR_SIZE)), RTCP_CLEAR_SIZE);
  cipher.final();
  sealed.set(cipher.getAuthTag(), packet.length);
  return sealed;
}

function openRtcp(keys: SessionKeys, packet: Uint8Array): Uint8Array | undefined {
  const wordAt = packet.length - SRTCP_INDEX_SIZE;
  const header = packet.subarray(0, RTCP_CLEAR_SIZE);
  const iv = ivOf(keys, rtcpSsrc(packet), readSrtcpWord(packet, wordAt).index);
  const data = concat(header, packet.subarray(wordAt));
  const opened = open(keys, iv, data, packet.subarray(RTCP_CLEAR_SIZE, wordAt));
  return opened && concat(header, opened);
}

/** @param sealed ciphertext and tag */
function open(
  keys: SessionKeys,
  iv: Uint8Array,
  data: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  const tagAt = sealed.length - TAG_SIZE;
  const decipher = createDecipheriv(CIPHER, keys.encryption, iv, { authTagLength: TAG_SIZE });
  decipher.setAAD(data);
  decipher.setAuthTag(sealed.subarray(tagAt));
  const opened = decipher.update(sealed.subarray(0, tagAt));
  try {
    decipher.final();
  } catch {
    // The only thing that can fail here is the tag.
    return undefined;
  }
  return opened;
}

function ivOf(keys: SessionKeys, ssrc: number, index: number): Uint8Array {
  const block = new Uint8Array(BLOCK_SIZE);
  writeIv(block, 0, keys.salt, ssrc, index);
  return block.subarray(0, IV_SIZE);
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
