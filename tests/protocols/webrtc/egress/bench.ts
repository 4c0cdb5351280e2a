import { joinBytes } from "../../../../protocols/_formats/join.ts";
import { parseRtpPacket, type RtpPacket } from "../../../../protocols/_formats/rtp/packet.ts";
import { parseRtcp, type RtcpPacket } from "../../../../protocols/_formats/rtp/rtcp.ts";
import { type Logger, silentLogger } from "../../../../protocols/logger.ts";
import { RtcPackaging } from "../../../../protocols/webrtc/egress/packaging.ts";
import { Viewer } from "../../../../protocols/webrtc/egress/viewer.ts";
import type { NegotiatedCodec, NegotiatedMedia } from "../../../../protocols/webrtc/negotiated.ts";
import type { OutgoingRtp, RtcTransport } from "../../../../protocols/webrtc/rtc_transport.ts";
import type { Description, Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import type { Publisher } from "../../../../registry/publisher.ts";
import { Registry } from "../../../../registry/registry.ts";
import type { StreamSettings } from "../../../../registry/settings.ts";
import { peer, unit, VIDEO } from "../../../registry/units.ts";
import { settle, VirtualClock } from "../../../virtual_clock.ts";

export const OPUS: Track = { id: 2, kind: "audio", codec: "opus", timescale: 48_000 };
export const AV: Description = { tracks: [VIDEO, OPUS], metadata: {} };
export const VIDEO_ONLY: Description = { tracks: [VIDEO], metadata: {} };

/** A packet of sound that is presented at `ms`. */
export function sound(ms: number): Unit {
  return unit(OPUS, ms, true, 20);
}

/** What Chromium agrees to. */
const FEEDBACK = {
  nack: true,
  pictureLoss: true,
  fullIntraRequest: true,
  transportWide: false,
  bitrateEstimate: false,
};

export const H264: NegotiatedCodec = {
  encoding: "H264",
  clockRate: 90_000,
  payloadType: 102,
  rtxPayloadType: 103,
  feedback: FEEDBACK,
};

export const VIDEO_MEDIA: NegotiatedMedia & { readonly ssrc: number; readonly rtxSsrc: number } = {
  mid: "0",
  kind: "video",
  direction: "send",
  codecs: [H264],
  extensions: new Map(),
  trackId: 1,
  ssrc: 1000,
  rtxSsrc: 1001,
};

export const AUDIO_MEDIA: NegotiatedMedia & { readonly ssrc: number } = {
  mid: "1",
  kind: "audio",
  direction: "send",
  codecs: [{
    encoding: "opus",
    clockRate: 48_000,
    channels: 2,
    payloadType: 111,
    feedback: { ...FEEDBACK, nack: false },
  }],
  extensions: new Map(),
  trackId: 2,
  ssrc: 2000,
};

/** Remembers what it was given, in the order in which it came. */
export class FakeTransport implements RtcTransport {
  readonly remote = { host: "192.0.2.9", port: 4000 };
  readonly abort = new AbortController();
  readonly signal = this.abort.signal;
  readonly sent: ("rtp" | "rtcp")[] = [];
  /** Of each call, the packets. */
  readonly calls: (readonly OutgoingRtp[])[] = [];
  readonly compounds: (readonly RtcpPacket[])[] = [];
  /** What the next calls wait for. */
  gate: Promise<void> | undefined;
  failWith: Error | undefined;

  async sendRtp(packets: readonly OutgoingRtp[]): Promise<void> {
    await this.gate;
    if (this.failWith !== undefined) throw this.failWith;
    this.sent.push("rtp");
    this.calls.push([...packets]);
  }

  sendRtcp(packet: Uint8Array): Promise<void> {
    this.sent.push("rtcp");
    this.compounds.push(parseRtcp(packet));
    return Promise.resolve();
  }

  get packets(): readonly OutgoingRtp[] {
    return this.calls.flat();
  }

  /** What was sent of a source, as its receiver reads it. */
  of(ssrc: number): readonly RtpPacket[] {
    return this.packets.map(readOutgoing).filter((packet) => packet.ssrc === ssrc);
  }

  /** All of RTCP of one kind. */
  rtcpOf<T extends RtcpPacket["type"]>(type: T): readonly Extract<RtcpPacket, { type: T }>[] {
    return this.compounds.flat().filter((packet) => packet.type === type) as Extract<
      RtcpPacket,
      { type: T }
    >[];
  }
}

export function readOutgoing({ header, payload }: OutgoingRtp): RtpPacket {
  return parseRtpPacket(joinBytes([header, payload]));
}

/** Milliseconds from the first of these timestamps to each. */
export function elapsed(packets: readonly RtpPacket[], clockRate = 90_000): readonly number[] {
  const [first] = packets;
  if (first === undefined) return [];
  return packets.map(({ timestamp }) => (timestamp - first.timestamp | 0) * 1000 / clockRate);
}

/** A stream that is published, and its viewers, in virtual time. */
export class EgressBench {
  readonly clock = new VirtualClock();
  readonly registry: Registry;
  readonly packaging = new RtcPackaging(this.clock);
  readonly lines: string[] = [];

  constructor(settings: Partial<StreamSettings> = {}) {
    this.registry = new Registry({ clock: this.clock, settings: () => settings });
  }

  async publish(description = AV, requestKey?: () => void): Promise<Publisher> {
    const publisher = await this.registry.publish(peer(), requestKey && { requestKey });
    publisher.describe(description);
    return publisher;
  }

  async view(
    medias: readonly NegotiatedMedia[] = [VIDEO_MEDIA, AUDIO_MEDIA],
    transport = new FakeTransport(),
  ): Promise<Running> {
    const reader = await this.registry.readPackaged(
      peer("live/cam1", "192.0.2.9:4000"),
      this.packaging,
    );
    const log: Logger = { ...silentLogger, info: (line) => void this.lines.push(line) };
    const viewer = new Viewer({ reader, transport, medias, clock: this.clock, log });
    const running = new Running(viewer, transport);
    await settle();
    return running;
  }
}

/** A viewer that runs, and how it ended. */
export class Running {
  error: unknown;
  isDone = false;
  readonly #done: Promise<void>;

  constructor(readonly viewer: Viewer, readonly transport: FakeTransport) {
    this.#done = viewer.run().then(
      () => void (this.isDone = true),
      (error) => void (this.error = error),
    );
  }

  /** Pictures as they were sent, the first packet of each. */
  get pictures(): readonly RtpPacket[] {
    const packets = this.transport.of(VIDEO_MEDIA.ssrc);
    return packets.filter(({ timestamp }, at) => timestamp !== packets[at - 1]?.timestamp);
  }

  async stop(): Promise<void> {
    this.viewer.close();
    await this.#done;
  }
}
