/**
 * Counter mode for many packets at a time: one native call gives the keystream of a whole batch,
 * since a call costs more than the blocks that it encrypts.
 *
 * @module
 */
import { createCipheriv } from "node:crypto";
import type { OutgoingRtp } from "../rtc_transport.ts";
import type { SessionKeys } from "./keys.ts";

export const BLOCK_SIZE = 16;

/** SSRC and packet index, which stand in an IV before the block counter. */
const PLACE_SIZE = 10;

/** Keystream of one native call: room for the largest UDP datagram, little enough to stay in a cache. */
const MAX_BATCH_SIZE = 80 * 1024;

/** Where the blocks to encrypt are written. Nothing in it outlives a call, so all sessions share it. */
const WORKSPACE = new Uint8Array(MAX_BATCH_SIZE);
const WORKSPACE_VIEW = new DataView(WORKSPACE.buffer);

/** Where a packet lies in its batch. */
export interface Place {
  /** Block whose counter is the one before that of the payload's first block. */
  readonly mask: number;
  readonly header: number;
  readonly payload: number;
  /** The end of the payload. */
  readonly tag: number;
}

/** What a profile makes of the counter mode. */
export interface CounterProfile {
  /** Counter of the payload's first block. */
  readonly firstCounter: number;
  /** At most a block. */
  readonly tagSize: number;
  /** Writes the tag of a packet whose payload is encrypted. */
  writeTag(batch: DataView, place: Place, index: number): void;
}

/**
 * Writes the initialization vector of a packet, a block whose counter is 0: the session salt XORed with
 * SSRC and index. It is that of RFC 7714 sections 8.1 and 9.1 for a salt of 12 bytes, and that of RFC
 * 3711 section 4.1.1 for one of 14.
 *
 * @param index 48 bits: roll-over counter and sequence number, or the index of SRTCP
 */
export function writeIv(
  target: Uint8Array,
  offset: number,
  salt: Uint8Array,
  ssrc: number,
  index: number,
): void {
  target.fill(0, offset, offset + BLOCK_SIZE);
  target.set(salt, offset);
  const start = target.byteOffset + offset + salt.length - PLACE_SIZE;
  const place = new DataView(target.buffer, start, PLACE_SIZE);
  place.setUint32(0, place.getUint32(0) ^ ssrc);
  place.setUint16(4, place.getUint16(4) ^ Math.floor(index / 2 ** 32));
  place.setUint32(6, place.getUint32(6) ^ index);
}

/**
 * Protects outgoing packets over their keystream.
 *
 * A packet takes whole blocks of a batch: the mask, the header, which ends where the keystream of the
 * payload begins, the payload, and at least one block for the tag. What the packet does not cover of
 * them is never sent.
 */
export class CounterModeSealer {
  readonly #profile: CounterProfile;
  readonly #salt: Uint8Array;
  /** Bits of the last word that count blocks; the salt may take the others. */
  readonly #counterBits: number;
  /** One native cipher for the whole session: making one costs as much as encrypting a packet. */
  readonly #cipher: ReturnType<typeof createCipheriv>;

  constructor(keys: SessionKeys, profile: CounterProfile) {
    this.#profile = profile;
    this.#salt = keys.salt;
    this.#counterBits = keys.salt.length === 12 ? -1 : 0xffff;
    this.#cipher = createCipheriv("aes-128-ecb", keys.encryption, null).setAutoPadding(false);
  }

  /**
   * Two packets of a source that differ must never have the same index: they would share a keystream.
   *
   * @param indexes those of the packets (RFC 3711 section 3.3.1)
   */
  seal(packets: readonly OutgoingRtp[], indexes: readonly number[]): Uint8Array[] {
    const sealed: Uint8Array[] = [];
    let first = 0;
    while (first < packets.length) {
      let size = 0;
      let end = first;
      for (; end < packets.length; end++) {
        const packet = packets[end] as OutgoingRtp;
        const taken = batchSize(packet);
        if (size + taken > MAX_BATCH_SIZE) break;
        this.#writeCounters(packet, indexes[end] as number, size, taken);
        size += taken;
      }
      if (end === first) throw new RangeError("Cannot protect RTP: no datagram can be as large");
      this.#sealBatch(packets, indexes, first, end, size, sealed);
      first = end;
    }
    return sealed;
  }

  /** Frees the native cipher. */
  close(): void {
    this.#cipher.final();
  }

  #writeCounters(packet: OutgoingRtp, index: number, start: number, size: number): void {
    const { header } = packet;
    const blocks = WORKSPACE_VIEW;
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
    writeIv(WORKSPACE, start, this.#salt, view.getUint32(8), index);
    const iv0 = blocks.getInt32(start);
    const iv1 = blocks.getInt32(start + 4);
    const iv2 = blocks.getInt32(start + 8);
    const iv3 = blocks.getInt32(start + 12);
    const mask = this.#profile.firstCounter - 1;
    let counter = this.#profile.firstCounter - leadSize(header) / BLOCK_SIZE;
    for (let at = start; at < start + size; at += BLOCK_SIZE) {
      blocks.setInt32(at, iv0);
      blocks.setInt32(at + 4, iv1);
      blocks.setInt32(at + 8, iv2);
      blocks.setInt32(at + 12, iv3 | Math.max(mask, counter++) & this.#counterBits);
    }
  }

  #sealBatch(
    packets: readonly OutgoingRtp[],
    indexes: readonly number[],
    first: number,
    end: number,
    size: number,
    sealed: Uint8Array[],
  ): void {
    // The keystream is a buffer of its own, which the packets are then made in and own.
    const { buffer, byteOffset } = this.#cipher.update(WORKSPACE.subarray(0, size));
    const bytes = new Uint8Array(buffer, byteOffset, size);
    const batch = new DataView(buffer, byteOffset, size);
    let mask = 0;
    for (let at = first; at < end; at++) {
      const packet = packets[at] as OutgoingRtp;
      const payload = mask + leadSize(packet.header);
      const header = payload - packet.header.length;
      const tag = payload + packet.payload.length;
      bytes.set(packet.header, header);
      xor(batch, payload, packet.payload);
      this.#profile.writeTag(batch, { mask, header, payload, tag }, indexes[at] as number);
      sealed.push(bytes.subarray(header, tag + this.#profile.tagSize));
      mask += batchSize(packet);
    }
  }
}

/** Bytes before the keystream of the payload. */
function leadSize(header: Uint8Array): number {
  return BLOCK_SIZE + wholeBlocks(header.length);
}

function batchSize({ header, payload }: OutgoingRtp): number {
  return leadSize(header) + wholeBlocks(payload.length) + BLOCK_SIZE;
}

function wholeBlocks(size: number): number {
  return size + BLOCK_SIZE - 1 & -BLOCK_SIZE;
}

function xor(target: DataView, offset: number, source: Uint8Array): void {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const whole = source.length & -4;
  for (let at = 0; at < whole; at += 4) {
    target.setInt32(
      offset + at,
      target.getInt32(offset + at, true) ^ view.getInt32(at, true),
      true,
    );
  }
  for (let at = whole; at < source.length; at++) {
    target.setUint8(offset + at, target.getUint8(offset + at) ^ view.getUint8(at));
  }
}
