import type { CodecConfig, CodecName } from "../../../registry/media/codec.ts";
import { BitstreamError } from "../../../registry/media/errors.ts";
import type { LengthSize } from "../../../registry/media/nal.ts";
import { AmfError } from "../amf/errors.ts";
import { Assembler, TooManyTracksError } from "../demux/assembler.ts";
import type { DemuxEvent, TrackSource } from "../demux/events.ts";
import { type AudioPacket, parseAudioTag } from "./audio_tag.ts";
import { opaqueAudioCodec, opaqueVideoCodec } from "./codec_ids.ts";
import { readConfigRecord, writeConfigRecord } from "./config_records.ts";
import { FlvError } from "./errors.ts";
import { readFrame } from "../demux/frames.ts";
import { FLV_TIMESCALE, type FlvInput, type FlvMessageType } from "./message.ts";
import { announcedTracks, parseScriptData, scalarMetadata } from "./script_data.ts";
import { audioTrackId, DATA_TRACK_ID, videoTrackId } from "./track_ids.ts";
import { parseVideoTag, type VideoPacket } from "./video_tag.ts";

const TICKS_PER_MS = FLV_TIMESCALE / 1000;
const NANOSECONDS_PER_MS = 1_000_000;

type MediaKind = "video" | "audio";

const OPAQUE_VIDEO = { id: videoTrackId(0), kind: "video", timescale: FLV_TIMESCALE } as const;
const OPAQUE_AUDIO = { id: audioTrackId(0), kind: "audio", timescale: FLV_TIMESCALE } as const;
const SCRIPT_DATA: TrackSource = {
  id: DATA_TRACK_ID,
  kind: "data",
  codec: "amf0",
  timescale: FLV_TIMESCALE,
};

/** What the header of a tag says of all the packets in it. */
interface TagHeader {
  readonly kind: MediaKind;
  /** Ticks. */
  readonly dts: number;
  readonly isKey: boolean;
  /** What the legacy header of an audio tag says. */
  readonly channels: 1 | 2;
}

/** The packets that carry media, of either kind of tag. */
type MediaPacket = Exclude<VideoPacket | AudioPacket, { readonly type: "unsupported" }>;

/**
 * Turns the messages of one FLV stream, from a file, over HTTP or over RTMP, into a description and
 * units.
 *
 * - Track ids are those of `track_ids.ts`, the timescale is {@linkcode FLV_TIMESCALE} throughout.
 * - The first description waits until it is complete (see `demux/hold.ts`); a later change of a
 *   configuration or of `onMetaData` gives another one. Repeated sequence headers give nothing.
 * - A legacy codec that the gateway does not know becomes `flv:video<id>` or `flv:audio<id>`: its
 *   payload is the whole tag body, flags included, so that it goes out as it came.
 * - Script data other than `onMetaData` becomes a data track, one message body per unit.
 * - The channel order of MultichannelConfig and the HDR metadata of enhanced video, which also stand
 *   in the bitstreams themselves, are not kept.
 * - Times are taken as they come: a jump or a step backwards is the stream's timeline to mend.
 *
 * Payloads are views of the message bodies, which must not change after {@linkcode push}.
 */
export class FlvIngest {
  readonly #assembler = new Assembler({ check: writeConfigRecord });
  readonly #lengthSizes = new Map<number, LengthSize>();
  readonly #handlers: Readonly<Record<FlvMessageType, (message: FlvInput) => void>> = {
    video: (message) => this.#pushVideo(message),
    audio: (message) => this.#pushAudio(message),
    data: (message) => this.#pushData(message),
  };

  /**
   * Whether tracks and units are being held back for others to come. A caller that waits longer
   * than it wants to, by the clock on the wall, calls {@linkcode flush}.
   */
  get isHolding(): boolean {
    return this.#assembler.isHolding;
  }

  /**
   * Takes one message. `timestamp` is any integer: unwrapped milliseconds. Never throws for what a
   * peer sent: what cannot be used comes out as `dropped`.
   */
  push(message: FlvInput): readonly DemuxEvent[] {
    this.#attempt(() => this.#handlers[message.type](message));
    return this.#assembler.takeEvents();
  }

  /** Gives what is held back: the publisher is gone, or it is late with a track. */
  flush(): readonly DemuxEvent[] {
    this.#assembler.release();
    return this.#assembler.takeEvents();
  }

  #pushVideo({ timestamp, body }: FlvInput): void {
    const tag = parseVideoTag(body);
    if (tag.kind === "command") return;
    const { kind, isKey } = tag;
    if (kind === "opaque") {
      const codec = opaqueVideoCodec(tag.codecId);
      const source = { ...OPAQUE_VIDEO, codec, config: { codec } };
      this.#pushWhole(source, timestamp, isKey, body);
      return;
    }
    const dts = ticks(timestamp, tag.nanoseconds);
    this.#pushPackets(tag.packets, { kind: "video", dts, isKey, channels: 2 });
  }

  #pushAudio({ timestamp, body }: FlvInput): void {
    const tag = parseAudioTag(body);
    if (tag.kind === "silence") return;
    if (tag.kind === "opaque") {
      const codec = opaqueAudioCodec(tag.soundFormat);
      const source = { ...OPAQUE_AUDIO, codec, config: { codec } };
      this.#pushWhole(source, timestamp, true, body);
      return;
    }
    const dts = ticks(timestamp, tag.nanoseconds);
    this.#pushPackets(tag.packets, { kind: "audio", dts, isKey: true, channels: tag.channels });
  }

  #pushData({ timestamp, body }: FlvInput): void {
    const script = parseScriptData(body);
    if (script.kind === "metadata") {
      this.#assembler.expect(announcedTracks(script.properties));
      this.#assembler.describe(scalarMetadata(script.properties));
    } else if (script.kind === "event") {
      this.#pushWhole(SCRIPT_DATA, timestamp, true, script.body);
    } else if (script.kind === "nameless") {
      this.#assembler.drop("Script data has no method name");
    }
  }

  /** A body that is passed on unread. */
  #pushWhole(source: TrackSource, timestamp: number, isKey: boolean, body: Uint8Array): void {
    this.#assembler.configure(source);
    const dts = ticks(timestamp, 0);
    this.#assembler.add(source.id, { pts: dts, dts, isKey, payload: [body] });
  }

  /** Each on its own: one that is broken does not take the others with it. */
  #pushPackets(packets: readonly (VideoPacket | AudioPacket)[], header: TagHeader): void {
    for (const packet of packets) this.#attempt(() => this.#pushPacket(packet, header));
  }

  #pushPacket(packet: VideoPacket | AudioPacket, header: TagHeader): void {
    if (packet.type === "unsupported") {
      this.#assembler.drop(`FourCC ${JSON.stringify(packet.fourCc)} is not supported`);
    } else if (packet.type === "sequenceStart") {
      this.#pushSequenceStart(packet, header);
    } else if (packet.type === "codedFrames") {
      this.#pushFrame(packet, header);
    }
  }

  #pushSequenceStart({ codec, trackId, data }: MediaPacket, { kind }: TagHeader): void {
    const record = readConfigRecord(codec, data);
    if (record === undefined) return;
    const id = TRACK_IDS[kind](trackId);
    this.#lengthSizes.set(id, record.lengthSize);
    this.#configure(id, kind, codec, record.config);
  }

  #pushFrame(packet: MediaPacket, { kind, dts, isKey, channels }: TagHeader): void {
    const { codec, data } = packet;
    const id = TRACK_IDS[kind](packet.trackId);
    const known = this.#assembler.configOf(id);
    const lengthSize = this.#lengthSizes.get(id) ?? 4;
    const frame = readFrame(codec, data, {
      known: known?.codec === codec ? known : undefined,
      lengthSize,
      channels,
    });
    if (frame.config === undefined) {
      this.#assembler.drop(`A frame of ${codec} came before its sequence header`);
      return;
    }
    this.#configure(id, kind, codec, frame.config);
    if (frame.payload.length === 0) return;
    const offset = "compositionTime" in packet ? packet.compositionTime * TICKS_PER_MS : 0;
    this.#assembler.add(id, { pts: dts + offset, dts, isKey, payload: frame.payload });
  }

  #configure(id: number, kind: MediaKind, codec: CodecName, config: CodecConfig): void {
    this.#assembler.configure({ id, kind, codec, timescale: FLV_TIMESCALE, config });
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isParseError(error)) throw error;
      this.#assembler.drop(error.message, error);
    }
  }
}

const TRACK_IDS = { video: videoTrackId, audio: audioTrackId } as const;

function ticks(milliseconds: number, nanoseconds: number): number {
  return milliseconds * TICKS_PER_MS + Math.round(nanoseconds * TICKS_PER_MS / NANOSECONDS_PER_MS);
}

function isParseError(error: unknown): error is Error {
  return [BitstreamError, FlvError, AmfError, TooManyTracksError].some((type) =>
    error instanceof type
  );
}
