/**
 * A peer that publishes into a `PublisherIngest`, in virtual time: packets in, units and RTCP out.
 *
 * @module
 */
import { writeHeaderElements } from "../../../../protocols/_formats/rtp/header_extension.ts";
import { rtpHeaderSize, writeRtpHeader } from "../../../../protocols/_formats/rtp/packet.ts";
import { parseRtcp, type RtcpPacket } from "../../../../protocols/_formats/rtp/rtcp.ts";
import { ThrottledLog } from "../../../../protocols/protocol.ts";
import { KEY_INTERVAL_MS } from "../../../../protocols/webrtc/ingest/key_timer.ts";
import { PublisherIngest } from "../../../../protocols/webrtc/ingest/publisher_ingest.ts";
import type {
  Feedback,
  NegotiatedCodec,
  NegotiatedMedia,
} from "../../../../protocols/webrtc/negotiated.ts";
import {
  MID_EXTENSION,
  TRANSPORT_WIDE_EXTENSION,
} from "../../../../protocols/webrtc/sdp/extensions.ts";
import type { Description } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { VirtualClock } from "../../../virtual_clock.ts";

export const NO_FEEDBACK: Feedback = {
  nack: false,
  pictureLoss: false,
  fullIntraRequest: false,
  transportWide: false,
  bitrateEstimate: false,
};

/** What a browser agrees to for video, but for the ways to tell a bandwidth. */
export const REPAIR: Feedback = { ...NO_FEEDBACK, nack: true, pictureLoss: true };

export const VP8: NegotiatedCodec = {
  payloadType: 96,
  rtxPayloadType: 97,
  encoding: "VP8",
  clockRate: 90_000,
  feedback: REPAIR,
};

export const H264: NegotiatedCodec = {
  payloadType: 102,
  rtxPayloadType: 103,
  encoding: "H264",
  clockRate: 90_000,
  fmtp: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
  feedback: REPAIR,
};

export const OPUS: NegotiatedCodec = {
  payloadType: 111,
  encoding: "opus",
  clockRate: 48_000,
  channels: 2,
  fmtp: "minptime=10;useinbandfec=1",
  feedback: NO_FEEDBACK,
};

export const PCMU: NegotiatedCodec = {
  payloadType: 0,
  encoding: "PCMU",
  clockRate: 8000,
  feedback: NO_FEEDBACK,
};

export const MID_ID = 4;
export const TRANSPORT_ID = 3;

export function video(...codecs: readonly NegotiatedCodec[]): NegotiatedMedia {
  return {
    mid: "v",
    kind: "video",
    direction: "receive",
    codecs,
    extensions: new Map([[MID_EXTENSION, MID_ID], [TRANSPORT_WIDE_EXTENSION, TRANSPORT_ID]]),
  };
}

export function audio(...codecs: readonly NegotiatedCodec[]): NegotiatedMedia {
  return { ...video(...codecs), mid: "a", kind: "audio" };
}

export interface PacketFields {
  readonly ssrc?: number;
  readonly payloadType?: number;
  readonly timestamp?: number;
  readonly marker?: boolean;
  readonly mid?: string;
  readonly transportSequence?: number;
  readonly payload?: Uint8Array;
  /** Bytes of padding, the last of which counts them. */
  readonly padding?: number;
}

export const VIDEO_SSRC = 0x1111;
export const RTX_SSRC = 0x2222;

/** A packet of VP8 that is a whole frame, unless `fields` say otherwise. */
export function packet(sequence: number, fields: PacketFields = {}): Uint8Array {
  const { ssrc = VIDEO_SSRC, payloadType = 96, timestamp = sequence * 3000, marker = true } =
    fields;
  const { payload = frame(false), padding = 0, mid, transportSequence } = fields;
  const elements = [
    ...(mid === undefined ? [] : [{ id: MID_ID, data: new TextEncoder().encode(mid) }]),
    ...(transportSequence === undefined ? [] : [{
      id: TRANSPORT_ID,
      data: Uint8Array.of(transportSequence >> 8, transportSequence & 0xff),
    }]),
  ];
  const extension = elements.length === 0 ? undefined : writeHeaderElements(elements);
  const header = {
    ...{ marker, payloadType, sequence: sequence & 0xffff, timestamp: timestamp >>> 0, ssrc },
    ...(extension && { extension }),
  };
  const bytes = new Uint8Array(rtpHeaderSize(header) + payload.length + padding);
  bytes.set(payload, writeRtpHeader(bytes, 0, header));
  if (padding > 0) {
    bytes[0] = 0xb0 & (extension ? 0xff : 0xaf);
    bytes[bytes.length - 1] = padding;
  }
  return bytes;
}

/** A VP8 payload: its descriptor, and a frame that says whether it is a key frame. */
export function frame(isKey: boolean): Uint8Array {
  return Uint8Array.of(0x10, isKey ? 0x10 : 0x11, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0);
}

export function key(sequence: number, fields: PacketFields = {}): Uint8Array {
  return packet(sequence, { payload: frame(true), ...fields });
}

/** A packet sent again (RFC 4588): the original sequence number, then the original payload. */
export function rtx(sequence: number, original: number, fields: PacketFields = {}): Uint8Array {
  const payload = fields.payload ?? frame(false);
  return packet(sequence, {
    ...{ ssrc: RTX_SSRC, payloadType: 97, timestamp: original * 3000, ...fields },
    payload: Uint8Array.of(original >> 8, original & 0xff, ...payload),
  });
}

export class Peer {
  readonly clock = new VirtualClock();
  readonly units: Unit[] = [];
  readonly descriptions: Description[] = [];
  readonly logged: string[] = [];
  /** What the peer was sent, by the time it was. */
  readonly sent: { readonly ms: number; readonly packets: readonly RtcpPacket[] }[] = [];
  readonly ingest: PublisherIngest;

  constructor(...medias: readonly NegotiatedMedia[]) {
    const { clock } = this;
    this.ingest = new PublisherIngest({
      medias,
      clock,
      keyIntervalMs: KEY_INTERVAL_MS,
      sink: {
        describe: (description) => void this.descriptions.push(description),
        write: (units) => void this.units.push(...units),
      },
      trouble: new ThrottledLog(
        () => clock.now(),
        (message, { reason }) => void this.logged.push(`${message}: ${reason}`),
      ),
      sendRtcp: (bytes) => void this.sent.push({ ms: clock.now(), packets: parseRtcp(bytes) }),
    });
  }

  send(...packets: readonly Uint8Array[]): void {
    for (const bytes of packets) this.ingest.rtp(bytes);
  }

  /** What was sent of one type, and when. */
  sentOf<T extends RtcpPacket["type"]>(
    type: T,
  ): { readonly ms: number; readonly packet: Extract<RtcpPacket, { readonly type: T }> }[] {
    return this.sent.flatMap(({ ms, packets }) =>
      packets.flatMap((packet) =>
        packet.type === type
          ? [{ ms, packet: packet as Extract<RtcpPacket, { readonly type: T }> }]
          : []
      )
    );
  }

  /** Numbers that were asked for, and when: `20: 2 3`. */
  get nacks(): readonly string[] {
    return this.sentOf("nack").map(({ ms, packet }) => `${ms}: ${packet.sequences.join(" ")}`);
  }

  /** When key pictures were asked for. */
  get keyRequests(): readonly number[] {
    return this.sentOf("pictureLoss").map(({ ms }) => ms);
  }

  /** Units as RTP sequence numbers, by which `packet` makes timestamps; `K` marks key units. */
  get frames(): string {
    const [first] = this.units;
    return this.units.map(({ pts, isKey }) =>
      `${(pts - (first?.pts ?? 0)) / 3000}${isKey ? "K" : ""}`
    ).join(" ");
  }
}
