import { parseRtpPacket, type RtpPacket } from "../../protocols/_formats/rtp/packet.ts";
import { readStamp } from "./stamp.ts";

/** H.264 in RTP: RFC 6184 sections 5.6 and 5.8. */
const FU_A = 28;
const IDR = 5;
const TYPE_BITS = 0x1f;

/** Indicator and header of a fragment; the stamp follows the header of the NAL unit, which they replace. */
const FU_BYTES = 2;
const SEQUENCES = 1 << 16;

/**
 * Finds the pictures of `media.ts` in the packets of one track, from the first key picture on: what
 * comes before it cannot be shown. Each is larger than a packet, so that all are fragmented.
 */
export class RtpPictures {
  #stamp: number | undefined;
  #hasKey = false;

  /** Takes a whole RTP packet. Gives the stamp of the picture that it completes. */
  push(bytes: Uint8Array): number | undefined {
    const packet = parseRtpPacket(bytes);
    const stamp = readStamp(packet.payload, FU_BYTES);
    if (stamp !== undefined) this.#begin(packet, stamp);
    if (!packet.marker) return undefined;
    const complete = this.#stamp;
    this.#stamp = undefined;
    return complete;
  }

  #begin({ payload: [indicator = 0, header = 0] }: RtpPacket, stamp: number): void {
    if ((indicator & TYPE_BITS) !== FU_A) return;
    this.#hasKey ||= (header & TYPE_BITS) === IDR;
    if (this.#hasKey) this.#stamp = stamp;
  }
}

/** Counts what the sequence numbers of one track say is missing. */
export class RtpLoss {
  #next: number | undefined;

  /** Packets lost before this one; -1 where it had been taken for lost. */
  push(packet: Uint8Array): number {
    const sequence = (packet[2] ?? 0) << 8 | (packet[3] ?? 0);
    const ahead = this.#next === undefined ? 0 : (sequence - this.#next + SEQUENCES) % SEQUENCES;
    if (ahead >= SEQUENCES / 2) return -1;
    this.#next = (sequence + 1) % SEQUENCES;
    return ahead;
  }
}
