/**
 * What a viewer is told of the clocks of its tracks, and what its answers tell of the way: RFC 3550
 * section 6.4.
 *
 * @module
 */
import { middleOfNtp, utcToNtp } from "../../_formats/rtp/ntp.ts";
import { type RtcpPacket, serializeRtcp } from "../../_formats/rtp/rtcp.ts";
import type { ReportBlock } from "../../_formats/rtp/rtcp_reports.ts";
import type { SentTrack } from "./sent_track.ts";

/**
 * Browsers line sound and pictures up by two reports of each, so that the second one must not be long in
 * coming; they do so once a second.
 */
const SECOND_REPORT_MS = 200;
const INTERVAL_MS = 1000;

/** Reports that an answer may still refer to. */
const MAX_REMEMBERED = 8;

/** Units of DLSR in a millisecond. */
const DELAY_UNITS = 2 ** 16 / 1000;

/** An instant of a stream, in milliseconds. */
export interface Instant {
  /** UTC of presentation time 0. */
  readonly origin: number;
  /** Presentation time. */
  readonly positionMs: number;
}

/** Sender reports of all tracks of one viewer, and the round-trip time that follows from them. */
export class SenderReports {
  /** When the last ones were sent, by the middle bits of their NTP time. */
  readonly #sent = new Map<number, number>();
  #dueAt = -Infinity;
  #origin: number | undefined;
  #roundTripMs: number | undefined;

  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  /** Whether reports are due: at first, in turn, and where those that were sent hold no more. */
  isDue(origin: number, now: number): boolean {
    return now >= this.#dueAt || origin !== this.#origin;
  }

  /** One report for each track, all of the same instant. */
  write(tracks: Iterable<SentTrack>, { origin, positionMs }: Instant, now: number): Uint8Array {
    const ntp = utcToNtp(origin + positionMs);
    this.#dueAt = now + (this.#origin === undefined ? SECOND_REPORT_MS : INTERVAL_MS);
    this.#origin = origin;
    this.#remember(middleOfNtp(ntp), now);
    const packets: RtcpPacket[] = [];
    const sources = [];
    for (const track of tracks) {
      const { ssrc, clockRate, counts } = track;
      const rtpTimestamp = track.timestamp(Math.round(positionMs * clockRate / 1000));
      packets.push({ type: "senderReport", ssrc, ntp, rtpTimestamp, ...counts, reports: [] });
      sources.push(sourceOf(ssrc));
    }
    return serializeRtcp([...packets, { type: "sourceDescription", sources }]);
  }

  #remember(middle: number, now: number): void {
    this.#sent.set(middle, now);
    for (const oldest of this.#sent.keys()) {
      if (this.#sent.size <= MAX_REMEMBERED) break;
      this.#sent.delete(oldest);
    }
  }

  /** Learns the round-trip time from an answer to a report, where it is one. */
  receive({ lastSenderReport, delaySinceLastSenderReport }: ReportBlock, now: number): void {
    const sentAt = this.#sent.get(lastSenderReport);
    if (lastSenderReport === 0 || sentAt === undefined) return;
    this.#roundTripMs = Math.max(0, now - sentAt - delaySinceLastSenderReport / DELAY_UNITS);
  }
}

function sourceOf(ssrc: number) {
  return { ssrc, cname: "sluice" };
}

/** Tells that these sources have ended; there is at least one. */
export function goodbyeOf(ssrcs: readonly number[]): Uint8Array {
  return serializeRtcp([
    { type: "receiverReport", ssrc: ssrcs[0] ?? 0, reports: [] },
    { type: "sourceDescription", sources: ssrcs.map(sourceOf) },
    { type: "goodbye", ssrcs },
  ]);
}
