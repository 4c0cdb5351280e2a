/**
 * A stream as payloads of RTP, made once for all its viewers over WebRTC.
 *
 * @module
 */
import type { Clock } from "../../../registry/clock.ts";
import type { LogItem } from "../../../registry/gop_cache.ts";
import { rescale } from "../../../registry/media/timebase.ts";
import type { Description, Track } from "../../../registry/media/track.ts";
import { decodingMs, type Unit } from "../../../registry/media/unit.ts";
import type { Packager, Packaging } from "../../../registry/packaging.ts";
import type { MediaBatch } from "../../../registry/reader.ts";
import { joinBytes } from "../../_formats/join.ts";
import { RTP_HEADER_SIZE } from "../../_formats/rtp/packet.ts";
import type { PayloadFormat, RtpFragment, RtpMap } from "../../_formats/rtp/payload/format.ts";
import { formatOfCodec } from "../../_formats/rtp/payload/formats.ts";
import { SenderClock } from "../../_formats/rtp/sender_clock.ts";
import { whyNotCarried } from "../sdp/codecs.ts";
import { EXTENSION_ROOM } from "./extensions.ts";
import { PictureFilter, type PictureVerdict } from "./picture_filter.ts";

/**
 * Largest datagram: what libwebrtc sends at most too, since 1,200 bytes pass nearly every network, with
 * IPv6, tunnels and TURN around them (RFC 8831 section 6.6 and QUIC count on the same), and paths lose
 * fragments of larger ones.
 */
export const MAX_DATAGRAM_SIZE = 1200;

/** Longest authentication tag of SRTP (AEAD_AES_128_GCM, RFC 7714), and what a retransmission adds. */
const TAG_ROOM = 16;
const RTX_ROOM = 2;

const MAX_PAYLOAD_SIZE = MAX_DATAGRAM_SIZE - RTP_HEADER_SIZE - EXTENSION_ROOM - TAG_ROOM - RTX_ROOM;

/** The payload of one packet: shared by all viewers, so it must not be changed. */
export interface RtcFragment {
  readonly payload: Uint8Array;
  readonly marker: boolean;
  /** Ticks after the timestamp of the unit. */
  readonly timestampOffset: number;
}

/** One unit, the same for every viewer. */
export interface RtcItem extends LogItem {
  readonly trackId: number;
  readonly isVideo: boolean;
  /** What the packets are, as {@linkcode rtpFormat} says it. */
  readonly format: string;
  readonly fragments: readonly RtcFragment[];
  /** Presentation time in ticks of the RTP clock, unwrapped. */
  readonly pts: number;
  /** Ticks per second. */
  readonly clockRate: number;
  /** UTC in milliseconds of presentation time 0, the same for all tracks. */
  readonly origin: number;
  /** What is left out of the stream, and why, for people: the same array for as long as it is so. */
  readonly notes: readonly string[];
}

/** What makes packets readable to whoever has agreed to them; parameter sets travel in band. */
export function rtpFormat({ encoding, clockRate, channels = 1 }: RtpMap): string {
  return `${encoding.toUpperCase()}/${clockRate}/${channels}`;
}

/** Streams as WebRTC sends them. */
export class RtcPackaging implements Packaging<RtcItem> {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  open(): Packager<RtcItem> {
    return new RtcPackager(this.#clock);
  }
}

/** A track as it goes out. */
interface Sender {
  readonly track: Track;
  readonly payload: PayloadFormat;
  readonly format: string;
  readonly clockRate: number;
  /** Its place in the clock. */
  readonly index: number;
  readonly pictures: PictureFilter;
}

/** What is said of a stream that has such pictures. */
const NOTES: Readonly<Partial<Record<PictureVerdict, string>>> = {
  "B-picture": "B-frames are left out: WebRTC shows pictures in the order of decoding",
  "needs B-pictures":
    "Pictures that need B-frames are left out too, and few are left: the encoder should make no " +
    "B-frames, or none that others refer to (x264: bframes=0, or b-pyramid=none)",
  "needed B-picture":
    "B-frames that other pictures need are sent, and may stutter: the encoder should make none",
};

class RtcPackager implements Packager<RtcItem> {
  readonly #clock: Clock;
  #description: Description | undefined;
  #senders: ReadonlyMap<number, Sender> = new Map();
  #times = new SenderClock([]);
  /** The track whose key units a viewer can begin at. */
  #lead: number | undefined;
  #notes: readonly string[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  package({ description, units }: MediaBatch): readonly RtcItem[] {
    if (description !== this.#description) this.#describe(description);
    const items: RtcItem[] = [];
    for (const unit of units) {
      const sender = this.#senders.get(unit.track.id);
      const item = sender && this.#toItem(unit, sender);
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  #describe(description: Description): void {
    this.#description = description;
    const senders = description.tracks.filter((track) => whyNotCarried(track) === undefined)
      .flatMap(
        (track, index) => this.#sender(track, index) ?? [],
      );
    this.#senders = new Map(senders.map((sender) => [sender.track.id, sender]));
    this.#lead = senders.find(({ track }) => track.kind === "video")?.track.id;
    this.#times = new SenderClock(
      senders.map(({ track: { timescale }, clockRate }) => (
        { timescale, clockRate, firstTimestamp: 0 }
      )),
    );
  }

  #sender(track: Track, index: number): Sender | undefined {
    const payload = formatOfCodec(track.codec, track.kind);
    if (payload === undefined) return undefined;
    const map = payload.rtpmap(track);
    const known = this.#senders.get(track.id);
    const pictures = known?.track.codec === track.codec
      ? known.pictures
      : new PictureFilter(track.codec);
    return { track, payload, format: rtpFormat(map), clockRate: map.clockRate, index, pictures };
  }

  #toItem(unit: Unit, sender: Sender): RtcItem | undefined {
    const { track, payload, format, clockRate, index } = sender;
    if (!this.#isSent(unit, sender)) return undefined;
    const fragments = payload.packetize(unit, MAX_PAYLOAD_SIZE).map(toFragment);
    if (fragments.length === 0) return undefined;
    this.#times.sent(index, unit, this.#clock.utc());
    const isLead = track.id === this.#lead;
    return {
      trackId: track.id,
      isVideo: track.kind === "video",
      format,
      fragments,
      pts: rescale(unit.pts, track.timescale, clockRate),
      clockRate,
      origin: this.#times.origin ?? 0,
      notes: this.#notes,
      bytes: fragments.reduce((sum, fragment) => sum + fragment.payload.byteLength, 0),
      time: decodingMs(unit),
      isKey: this.#lead === undefined || (isLead && unit.isKey),
      rides: this.#lead !== undefined && !isLead,
    };
  }

  #isSent(unit: Unit, { pictures }: Sender): boolean {
    const verdict = pictures.judge(unit);
    const note = NOTES[verdict];
    if (note !== undefined) this.#note(note);
    return verdict === "in order" || verdict === "needed B-picture";
  }

  #note(text: string): void {
    if (!this.#notes.includes(text)) this.#notes = [...this.#notes, text];
  }
}

function toFragment({ parts, marker, timestampOffset = 0 }: RtpFragment): RtcFragment {
  return { payload: joinBytes(parts), marker, timestampOffset };
}
