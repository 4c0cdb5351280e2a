import type { OutgoingRtp } from "../rtc_transport.ts";

/**
 * Packets of one source that can be sent again: a second of some 20 Mbit/s, or as many of a picture group
 * from the cache as are sent before the first loss of it can be told. A power of two, so that a sequence
 * number keeps its place when it wraps.
 */
const MAX_PACKETS = 2048;

/** Later than this, a packet is of no use: the pictures that wait for it have given up. */
const MAX_AGE_MS = 2000;

/** Times that one packet is sent again: libwebrtc asks no more often. */
const MAX_RESENDS = 10;

/** A packet that was sent: its payload is that of all viewers, so that keeping it costs little. */
export interface SentPacket extends OutgoingRtp {
  /** 16 bits. */
  readonly sequence: number;
  /** Milliseconds of the clock. */
  readonly sentAt: number;
  /** How often, and when last, it was sent again. */
  resends: number;
  resentAt: number;
}

/** What was sent of one source lately. */
export class PacketHistory {
  readonly #packets = new Array<SentPacket | undefined>(MAX_PACKETS).fill(undefined);
  /** Sequence number of the oldest packet that may be here. */
  #oldest: number | undefined;

  /** Takes the packet that follows the one before. */
  put(packet: SentPacket): void {
    this.#packets[packet.sequence % MAX_PACKETS] = packet;
    this.#oldest ??= packet.sequence;
    this.#forget(packet);
  }

  #forget({ sequence, sentAt }: SentPacket): void {
    for (let at = this.#oldest ?? sequence; at !== sequence; at = (at + 1) & 0xffff) {
      this.#oldest = at;
      const old = this.#packets[at % MAX_PACKETS];
      if (old?.sequence !== at) continue;
      if (sentAt - old.sentAt <= MAX_AGE_MS) return;
      this.#packets[at % MAX_PACKETS] = undefined;
    }
    this.#oldest = sequence;
  }

  /**
   * The packet, if it may be sent again: `intervalMs` after it was asked for last at the earliest, since
   * until then the first answer is under way.
   */
  find(sequence: number, now: number, intervalMs: number): SentPacket | undefined {
    const packet = this.#packets[sequence % MAX_PACKETS];
    if (packet?.sequence !== sequence || now - packet.sentAt > MAX_AGE_MS) return undefined;
    if (packet.resends >= MAX_RESENDS || now - packet.resentAt < intervalMs) return undefined;
    return packet;
  }
}
