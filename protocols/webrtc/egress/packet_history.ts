import type { RtpExtension } from "../../_formats/rtp/packet.ts";
import type { RtcFragment, RtcItem } from "./packaging.ts";

/**
 * Packets of one source that can be sent again: a second of some 20 Mbit/s, or as many of a picture group
 * from the cache as are sent before the first loss of it can be told.
 */
const MAX_PACKETS = 2048;

/** Later than this, a packet is of no use: the pictures that wait for it have given up. */
const MAX_AGE_MS = 2000;

/** Times that one packet is sent again: libwebrtc asks no more often. */
const MAX_RESENDS = 10;

/**
 * All that the packets of an item were made of, each from one fragment. Packets are not kept: several
 * objects for each of them, for two seconds and each viewer, cost a fifth of the CPU of sending.
 */
export interface SentItem {
  readonly item: RtcItem;
  /** That of the first packet, 16 bits. */
  readonly sequence: number;
  /** What it was sent with in the place of its presentation time, in ticks. */
  readonly time: number;
  readonly extension: RtpExtension | undefined;
  /** Milliseconds of the clock. */
  readonly sentAt: number;
}

/** A packet that was sent. */
export interface SentPacket {
  readonly sent: SentItem;
  readonly fragment: RtcFragment;
}

/** What was sent of one source lately. */
export class PacketHistory {
  /** The oldest first. */
  readonly #items: SentItem[] = [];
  #packets = 0;
  /** How often, and when last, packets were sent again; by sequence number. */
  readonly #resends = new Map<number, { readonly count: number; readonly at: number }>();

  /** Takes the item that follows the one before. */
  put(sent: SentItem): void {
    this.#items.push(sent);
    this.#packets += sent.item.fragments.length;
    for (let [oldest] = this.#items; oldest !== undefined; [oldest] = this.#items) {
      const isKept = this.#packets <= MAX_PACKETS && sent.sentAt - oldest.sentAt <= MAX_AGE_MS;
      if (isKept || oldest === sent) return;
      this.#forget(oldest);
    }
  }

  #forget({ item: { fragments }, sequence }: SentItem): void {
    this.#items.shift();
    this.#packets -= fragments.length;
    if (this.#resends.size === 0) return;
    for (let at = 0; at < fragments.length; at++) this.#resends.delete((sequence + at) & 0xffff);
  }

  /**
   * The packet, if it may be sent again: `intervalMs` after it was asked for last at the earliest, since
   * until then the first answer is under way.
   */
  find(sequence: number, now: number, intervalMs: number): SentPacket | undefined {
    const sent = this.#items.findLast((each) => fragmentOf(each, sequence) !== undefined);
    const fragment = sent && fragmentOf(sent, sequence);
    if (sent === undefined || fragment === undefined || now - sent.sentAt > MAX_AGE_MS) {
      return undefined;
    }
    const { count, at } = this.#resends.get(sequence) ?? { count: 0, at: -Infinity };
    if (count >= MAX_RESENDS || now - at < intervalMs) return undefined;
    return { sent, fragment };
  }

  /** Takes note that a packet was sent again. */
  resent(sequence: number, now: number): void {
    const count = this.#resends.get(sequence)?.count ?? 0;
    this.#resends.set(sequence, { count: count + 1, at: now });
  }
}

function fragmentOf(
  { item, sequence: first }: SentItem,
  sequence: number,
): RtcFragment | undefined {
  return item.fragments[(sequence - first) & 0xffff];
}
