/**
 * Every parser of `registry/media/` with bytes that it accepts, for what must hold of all of them.
 *
 * @module
 */

import {
  isAv1Key,
  isH264Key,
  isH265Key,
  joinLengthPrefixed,
  joinObus,
  opusPacketDuration,
  parseAc3Header,
  parseAdts,
  parseAudioSpecificConfig,
  parseAv1C,
  parseAvcC,
  parseFlacStreamInfo,
  parseH264Sps,
  parseH265Sps,
  parseH265Vps,
  parseHvcC,
  parseMp3Header,
  parseOpusHead,
  parseSequenceHeader,
  parseVp8Header,
  parseVp9Header,
  parseVpcC,
  removeEmulationPrevention,
  serializeAv1C,
  serializeAvcC,
  serializeHvcC,
  serializeVpcC,
  splitAnnexB,
  splitLengthPrefixed,
  splitObus,
  stripAv1,
  stripH264,
  stripH265,
} from "../../../registry/media/mod.ts";
import {
  AUDIO_SPECIFIC_CONFIG,
  AV1C,
  AVCC,
  hex,
  HVCC,
  OPUS_HEAD,
  STREAM_INFO,
  VPCC,
} from "./vectors.ts";

/** A parser, or a parser and what is done with its result. */
export interface Parser {
  readonly name: string;
  readonly samples: readonly Uint8Array[];
  run(bytes: Uint8Array): unknown;
}

const all = (table: Readonly<Record<string, string>>) => Object.values(table).map(hex);
const avcc = all(AVCC);
const hvcc = all(HVCC);
const av1c = all(AV1C);
const h264 = avcc.map((record) => parseAvcC(record).config);
const h265 = hvcc.map((record) => parseHvcC(record).config);
const obus = av1c.map((record) => record.subarray(4));
const lengths = h264.map(({ sps, pps }) => joinLengthPrefixed([...sps, ...pps, hex("060601c480")]));

export const PARSERS: readonly Parser[] = [
  { name: "H.264 SPS", samples: h264.flatMap((config) => config.sps), run: parseH264Sps },
  { name: "avcC", samples: avcc, run: (bytes) => serializeAvcC(parseAvcC(bytes).config) },
  { name: "H.265 SPS", samples: h265.flatMap((config) => config.sps), run: parseH265Sps },
  { name: "H.265 VPS", samples: h265.flatMap((config) => config.vps), run: parseH265Vps },
  { name: "hvcC", samples: hvcc, run: (bytes) => serializeHvcC(parseHvcC(bytes).config) },
  {
    name: "lengths",
    samples: lengths,
    run(bytes) {
      const nals = splitLengthPrefixed(bytes, 4);
      isH264Key(stripH264(nals).payload);
      isH265Key(stripH265(nals).payload);
      return joinLengthPrefixed(nals);
    },
  },
  {
    name: "Annex B",
    samples: [hex("00000001 6742c00d 000001 68ce 000001 060601c480 000001 4188cd00")],
    run: (bytes) => isH264Key(splitAnnexB(bytes)),
  },
  { name: "emulation", samples: [hex("67000003 01000003")], run: removeEmulationPrevention },
  {
    name: "OBUs",
    samples: [...obus, hex("1200 0a03aabbcc 320211ff")],
    run(bytes) {
      const units = splitObus(bytes);
      isAv1Key(stripAv1(units).payload);
      return joinObus(units);
    },
  },
  {
    name: "AV1 sequence header",
    samples: obus.flatMap((bytes) => splitObus(bytes)),
    run: parseSequenceHeader,
  },
  {
    name: "av1C",
    samples: av1c,
    run(bytes) {
      const config = parseAv1C(bytes);
      return config && serializeAv1C(config);
    },
  },
  { name: "vpcC", samples: all(VPCC), run: (bytes) => serializeVpcC(parseVpcC(bytes)) },
  { name: "VP9 frame", samples: [hex("824983420013f00b36043824")], run: parseVp9Header },
  { name: "VP8 frame", samples: [hex("f067009d012a4101b5000007")], run: parseVp8Header },
  {
    name: "AudioSpecificConfig",
    samples: all(AUDIO_SPECIFIC_CONFIG),
    run: parseAudioSpecificConfig,
  },
  { name: "ADTS", samples: [hex("fff150802b3ffc")], run: (bytes) => parseAdts(bytes) },
  { name: "OpusHead", samples: all(OPUS_HEAD), run: parseOpusHead },
  { name: "Opus packet", samples: [hex("ff86"), hex("fc")], run: opusPacketDuration },
  { name: "MPEG audio", samples: [hex("fffb9064"), hex("fff360c4")], run: parseMp3Header },
  { name: "STREAMINFO", samples: [hex(STREAM_INFO)], run: parseFlacStreamInfo },
  {
    name: "AC-3",
    samples: [hex("0b77fe95144043e106f4"), hex("0b7701ff3f87c0002080")],
    run: parseAc3Header,
  },
];
