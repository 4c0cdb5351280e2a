import { type EncodedPacket, EncodedPacketSink, type InputTrack } from "mediabunny";
import type { CodecConfig } from "../../../registry/media/codec.ts";
import { sameConfig } from "../../../registry/media/config_equal.ts";
import { audioInfo } from "../../../registry/media/describe.ts";
import { unlessDamaged } from "../../../registry/media/errors.ts";
import { rescale } from "../../../registry/media/timebase.ts";
import type { Track, TrackKind } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import type { UnitTimes } from "../../_formats/demux/dts.ts";
import type { Frame } from "../../_formats/demux/frames.ts";
import { MediaFileError } from "./errors.ts";
import { packetFormatOf, type PacketReader, type TrackSetup } from "./packet_formats.ts";
import {
  deriverAt,
  keyBefore,
  measureOrder,
  packetAfter,
  type PacketOrder,
  readableEnd,
  TIMES_ONLY,
  withBytes,
} from "./packet_order.ts";
import { cutSamples } from "./pcm.ts";
import { latestAt, positionOf } from "./positions.ts";

/** Ticks of all video: what RTP and MPEG-TS count in, and exact for the frame rates that there are. */
const VIDEO_TIMESCALE = 90_000;

/** Less than this may be the last packet of a file that still grows. */
const MISSING_SECONDS = 0.5;

/** Seconds by the clock of a container, of which ticks still are integers: UTC is far below. */
const MAX_SECONDS = 2 ** 33;

/** Where position 0 of a file lies. */
export interface Origin {
  /** By the clock of the container. */
  readonly seconds: number;
  /** In times of units. */
  readonly startMs: number;
}

interface TrackParts {
  readonly track: Track;
  readonly sink: EncodedPacketSink;
  readonly reader: PacketReader;
  /** Where reading from the start begins. */
  readonly first: EncodedPacket;
  /** Seconds, by the clock of the container, at which the last packet ends. */
  readonly end: number;
  /** Of video. */
  readonly order: PacketOrder | undefined;
}

/** One track of a file that `mediabunny` reads. */
export class ContainerTrack {
  readonly track: Track;
  readonly first: EncodedPacket;
  /** Seconds, by the clock of the container, at which the last packet ends. */
  readonly end: number;
  readonly #sink: EncodedPacketSink;
  readonly #reader: PacketReader;
  readonly #order: PacketOrder | undefined;

  private constructor({ track, sink, reader, first, end, order }: TrackParts) {
    this.track = track;
    this.first = first;
    this.end = end;
    this.#sink = sink;
    this.#reader = reader;
    this.#order = order;
  }

  /** @throws {MediaFileError | BitstreamError} the track cannot be carried. */
  static async open(input: InputTrack, id: number): Promise<ContainerTrack> {
    const codec = await input.getCodec();
    const format = codec === null ? undefined : packetFormatOf(codec);
    if (format === undefined) {
      throw new MediaFileError(`${codec ?? await input.getInternalCodecId()} is not carried`);
    }
    const kind: TrackKind = input.isVideoTrack() ? "video" : "audio";
    const sink = new EncodedPacketSink(input);
    const first = await (kind === "video" ? sink.getFirstKeyPacket() : sink.getFirstPacket());
    if (first === null) throw new MediaFileError("there is nothing in it to begin with");
    assertTime(first.timestamp);
    const setup = await setupOf(input);
    const reader = format.open(setup);
    const config = reader.config ?? reader.read(first.data, undefined).config;
    if (config === undefined) throw new MediaFileError("its configuration is missing");
    const timescale = kind === "video" ? VIDEO_TIMESCALE : rateOf(config, setup);
    return new ContainerTrack({
      track: { id, kind, codec: format.codec, timescale, config },
      sink,
      reader,
      first,
      end: await input.computeDuration().then(assertTime).catch(() => readableEnd(sink, first)),
      order: kind === "video" ? await measureOrder(sink, first, config) : undefined,
    });
  }

  /** Seconds, by the clock of the container, before which nothing of the track is decoded. */
  get decodesFrom(): number {
    const { reorderDepth = 0, fps = 1 } = this.#order ?? {};
    return this.first.timestamp - reorderDepth / fps;
  }

  /** The packet that is shown at a position, or the last before it that the file has; the first of all. */
  async packetAt(ms: number, origin: Origin): Promise<EncodedPacket> {
    const seconds = origin.seconds + latestAt(ms) / 1000;
    if (this.track.kind !== "video") return await this.#sink.getPacket(seconds) ?? this.first;
    return await this.#sink.getKeyPacket(seconds) ?? await this.#lastKey(seconds) ?? this.first;
  }

  /** The last key packet at or before a time, of a file that was cut off: its tables tell of more. */
  async #lastKey(seconds: number): Promise<EncodedPacket | null> {
    let key = await this.#sink.getKeyPacket(seconds, TIMES_ONLY);
    while (key !== null) {
      const packet = await withBytes(this.#sink, key);
      if (packet !== null) return packet;
      key = await keyBefore(this.#sink, key);
    }
    return null;
  }

  /** The packet that follows one, without its bytes; `null` behind the last. */
  packetAfter(packet: EncodedPacket): Promise<EncodedPacket | null> {
    return packetAfter(this.#sink, packet, "any", TIMES_ONLY);
  }

  position(packet: EncodedPacket, origin: Origin): number {
    return Math.max(0, positionOf((packet.timestamp - origin.seconds) * 1000));
  }

  /** The key packets from `packet` on, without it and without their bytes. */
  async *keysAfter(
    packet: EncodedPacket,
    direction: "forwards" | "backwards" = "forwards",
  ): AsyncIterableIterator<EncodedPacket> {
    const next = (from: EncodedPacket) =>
      direction === "forwards"
        ? packetAfter(this.#sink, from, "key", TIMES_ONLY)
        : keyBefore(this.#sink, from);
    for (let key = await next(packet); key !== null; key = await next(key)) yield key;
  }

  /** The units from a packet on, in decoding order. A damaged packet is left out. */
  async *units(from: EncodedPacket, origin: Origin): AsyncIterableIterator<Unit> {
    const toTicks = (packet: EncodedPacket) => this.#ticks(packet, origin);
    const { timescale } = this.track;
    const deriver = this.#order &&
      await deriverAt(this.#sink, from, timescale, this.#order, toTicks);
    let { track } = this;
    let packet: EncodedPacket | null = from;
    let end = 0;
    while (packet !== null) {
      end = Math.max(end, packet.timestamp + packet.duration);
      const pts = toTicks(packet);
      const isKey = packet.type === "key";
      const times = deriver?.next(pts, isKey) ?? { pts, dts: pts };
      const dts = Math.max(0, times.dts);
      for (const unit of this.#read(packet, track, { ...times, dts })) {
        track = unit.track;
        yield unit;
      }
      packet = await packetAfter(this.#sink, packet);
    }
    this.#assertWhole(end);
  }

  /** A file that was cut off has packets in its tables that are not in it. */
  #assertWhole(end: number): void {
    const missing = this.end - end;
    if (missing < MISSING_SECONDS) return;
    throw new MediaFileError(`${missing.toFixed(3)} s of its ${this.track.kind} are missing`);
  }

  /** One key unit, to be shown alone: it is decoded when it is shown. */
  async keyUnit(key: EncodedPacket, origin: Origin): Promise<Unit | undefined> {
    const packet = key.isMetadataOnly ? await withBytes(this.#sink, key) : key;
    if (packet === null) return undefined;
    const pts = this.#ticks(packet, origin);
    return this.#read(packet, this.track, { pts, dts: pts }).at(0);
  }

  #ticks({ timestamp }: EncodedPacket, { seconds, startMs }: Origin): number {
    const { timescale } = this.track;
    const start = rescale(startMs, 1000, timescale);
    assertTime(timestamp);
    // Below 0 is only what damaged times say.
    return Math.max(0, Math.round((timestamp - seconds) * timescale) + start);
  }

  #read({ data, type }: EncodedPacket, track: Track, times: UnitTimes): readonly Unit[] {
    const frame = unlessDamaged(() => this.#reader.read(data, track.config));
    if (frame === undefined || frame.payload.length === 0) return [];
    const { sampleBytes } = this.#reader;
    if (sampleBytes !== undefined) return cut(frame, track, times, sampleBytes);
    const isKey = track.kind !== "video" || type === "key";
    return [{ ...times, isKey, payload: frame.payload, ...withConfig(track, frame.config) }];
  }
}

/** The track, as of a frame that may have another configuration. */
function withConfig(
  track: Track,
  config: CodecConfig | undefined,
): Pick<Unit, "track" | "config"> {
  if (config === undefined || config === track.config) return { track };
  if (track.config !== undefined && sameConfig(track.config, config)) return { track };
  return { track: { ...track, config }, config };
}

function cut(
  { payload }: Frame,
  track: Track,
  { pts, dts }: UnitTimes,
  sampleBytes: number,
): readonly Unit[] {
  return payload.flatMap((samples) => cutSamples(samples, sampleBytes, track.timescale))
    .map(({ data, offset }) => ({
      track,
      pts: pts + offset,
      dts: dts + offset,
      isKey: true,
      payload: [data],
    }));
}

/** @throws {MediaFileError} only damage tells of such a time. */
function assertTime(seconds: number): number {
  if (Math.abs(seconds) < MAX_SECONDS) return seconds;
  throw new MediaFileError(`a time of ${seconds} s is in it`);
}

function rateOf(config: CodecConfig, { sampleRate }: TrackSetup): number {
  return audioInfo(config)?.sampleRate ?? sampleRate;
}

async function setupOf(input: InputTrack): Promise<TrackSetup> {
  if (!input.isVideoTrack() && !input.isAudioTrack()) {
    throw new MediaFileError(`it is ${input.type}`);
  }
  const decoder: Partial<VideoDecoderConfig & AudioDecoderConfig> | null = await input
    .getDecoderConfig();
  const { description, sampleRate = 0, numberOfChannels = 0 } = decoder ?? {};
  return {
    ...(description !== undefined && { record: copied(description) }),
    sampleRate,
    channels: numberOfChannels,
  };
}

/** A record of its own: what `mediabunny` gives is a view of much of the file. */
function copied(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice()
    : new Uint8Array(source).slice();
}
