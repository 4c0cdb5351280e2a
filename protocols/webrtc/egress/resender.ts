import type { OutgoingRtp } from "../rtc_transport.ts";
import { packetSize, type SentTrack } from "./sent_track.ts";

/**
 * Bytes that may be sent again at once; over time, as many as were sent. A lossy network gets by with a
 * small part of it, and whoever asks for more than there was gets no more than twice the stream.
 */
const MAX_CREDIT = 512 * 1024;

/** The least time between two answers for one packet, where the round-trip time is less or unknown. */
const MIN_INTERVAL_MS = 10;

/** Answers losses of one viewer, within bounds. */
export class Resender {
  #credit = 0;

  /** Takes note of what was sent in the first place. */
  sent(bytes: number): void {
    this.#credit = Math.min(MAX_CREDIT, this.#credit + bytes);
  }

  /** The packets to send for those that were lost. */
  answer(
    track: SentTrack,
    sequences: readonly number[],
    { now, roundTripMs = 0 }: { readonly now: number; readonly roundTripMs: number | undefined },
  ): readonly OutgoingRtp[] {
    const packets: OutgoingRtp[] = [];
    const intervalMs = Math.max(roundTripMs, MIN_INTERVAL_MS);
    for (const sequence of sequences) {
      const packet = track.resend(sequence, { now, intervalMs, maxBytes: this.#credit });
      if (packet === undefined) continue;
      this.#credit -= packetSize(packet);
      packets.push(packet);
    }
    return packets;
  }
}
