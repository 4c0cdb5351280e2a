/**
 * Packets as `mediabunny` gives them (its "codec registry", which is that of WebCodecs) into the payload of
 * units, one entry for each codec that both know.
 *
 * @module
 */

import type { MediaCodec } from "mediabunny";
import { parseAdts, serializeAudioSpecificConfig } from "../../../registry/media/aac.ts";
import type { AacConfig, CodecConfig, KnownCodec } from "../../../registry/media/codec.ts";
import { updatedH264, updatedH265 } from "../../../registry/media/config_update.ts";
import { BitstreamError } from "../../../registry/media/errors.ts";
import { stripH264 } from "../../../registry/media/h264.ts";
import { stripH265 } from "../../../registry/media/h265.ts";
import { splitAnnexB } from "../../../registry/media/nal.ts";
import { parseVp9Header, vp9ConfigOf } from "../../../registry/media/vp9.ts";
import { readConfigRecord } from "../../_formats/flv/config_records.ts";
import { type Frame, readFrame } from "../../_formats/demux/frames.ts";
import { swappedSamples } from "./pcm.ts";

/** What the container says of a track beside its packets. */
export interface TrackSetup {
  /** Decoder configuration record; absent where the packets tell it. */
  readonly record?: Uint8Array;
  /** Hertz, of audio. */
  readonly sampleRate: number;
  readonly channels: number;
}

/** Reads one packet. Throws `BitstreamError`. `known` is the configuration so far. */
export type ReadPacket = (data: Uint8Array, known: CodecConfig | undefined) => Frame;

/** How the packets of one track are read. */
export interface PacketReader {
  /** What the container told; absent where the first packet has to. */
  readonly config?: CodecConfig;
  readonly read: ReadPacket;
  /** Bytes of one sample of all channels, where packets are nothing but samples. */
  readonly sampleBytes?: number;
}

export interface PacketFormat {
  readonly codec: KnownCodec;
  /** Throws `BitstreamError` for a record that cannot be used. */
  open(setup: TrackSetup): PacketReader;
}

type RecordCodec =
  | "h264"
  | "h265"
  | "av1"
  | "vp9"
  | "aac"
  | "opus"
  | "mp3"
  | "flac"
  | "ac3"
  | "eac3";

/** A codec that FLV frames as every container does: its record, and its packets, read as there. */
function common(codec: RecordCodec): PacketFormat {
  return { codec, open: ({ record }) => openCommon(codec, record) };
}

function openCommon(codec: RecordCodec, bytes: Uint8Array | undefined): PacketReader {
  const record = bytes && readConfigRecord(codec, bytes);
  const lengthSize = record?.lengthSize ?? 4;
  return {
    ...(record !== undefined && { config: record.config }),
    read: (data, known) => readFrame(codec, data, { known, lengthSize, channels: 2 }),
  };
}

/** As `common`, of packets that are otherwise framed where there is no record: as in MPEG-TS. */
function unlessFramed(codec: "h264" | "h265" | "aac", read: ReadPacket): PacketFormat {
  return {
    codec,
    open: ({ record }) => record === undefined ? { read } : openCommon(codec, record),
  };
}

const readAnnexBH264: ReadPacket = (data, known) => {
  const stripped = stripH264(splitAnnexB(data));
  const config = updatedH264(known?.codec === "h264" ? known : undefined, stripped);
  return { payload: stripped.payload, config };
};

const readAnnexBH265: ReadPacket = (data, known) => {
  const stripped = stripH265(splitAnnexB(data));
  const config = updatedH265(known?.codec === "h265" ? known : undefined, stripped);
  return { payload: stripped.payload, config };
};

const readAdts: ReadPacket = (data, known) => {
  const header = parseAdts(data);
  if (header === undefined) throw new BitstreamError("ADTS frame", "it is cut short", 0);
  const config: AacConfig = known?.codec === "aac"
    ? known
    : { codec: "aac", audioSpecificConfig: serializeAudioSpecificConfig(header) };
  return { payload: [data.subarray(header.headerSize)], config };
};

const readVp9: ReadPacket = (data, known) => ({
  payload: [data],
  config: vp9ConfigOf(parseVp9Header(data)) ?? known,
});

const readVp8: ReadPacket = (data) => ({ payload: [data], config: { codec: "vp8" } });

type PcmCodec = "l16" | "g711a" | "g711u";

/** Samples of a fixed size; `convert` gives them their order in `l16`. */
function samples(
  codec: PcmCodec,
  bytes: number,
  convert: (data: Uint8Array) => Uint8Array = (data) => data,
): PacketFormat {
  return {
    codec,
    open: ({ sampleRate, channels }) => {
      const config = { codec, sampleRate, channels } as const;
      const read = (data: Uint8Array) => ({ payload: [convert(data)], config });
      return { config, read, sampleBytes: bytes * channels };
    },
  };
}

const FORMATS: Readonly<Partial<Record<MediaCodec, PacketFormat>>> = {
  avc: unlessFramed("h264", readAnnexBH264),
  hevc: unlessFramed("h265", readAnnexBH265),
  av1: common("av1"),
  vp8: { codec: "vp8", open: () => ({ read: readVp8 }) },
  vp9: { codec: "vp9", open: () => ({ read: readVp9 }) },
  aac: unlessFramed("aac", readAdts),
  opus: common("opus"),
  mp3: common("mp3"),
  flac: common("flac"),
  ac3: common("ac3"),
  eac3: common("eac3"),
  "pcm-s16": samples("l16", 2, swappedSamples),
  "pcm-s16be": samples("l16", 2),
  alaw: samples("g711a", 1),
  ulaw: samples("g711u", 1),
};

/** How a codec is read; `undefined` for those that the gateway does not carry. */
export function packetFormatOf(codec: MediaCodec): PacketFormat | undefined {
  return FORMATS[codec];
}
