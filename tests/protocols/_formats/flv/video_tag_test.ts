import { assertEquals, assertThrows } from "@std/assert";
import { parseVideoTag, type VideoTag } from "../../../../protocols/_formats/flv/video_tag.ts";
import { BitstreamError } from "../../../../registry/media/errors.ts";
import { hex } from "./bytes.ts";

const AVC1 = "61766331";
const HVC1 = "68766331";
const AV01 = "61763031";
const VVC1 = "76766331";

const frames = { type: "codedFrames", trackId: 0, compositionTime: 0 } as const;

const ROWS: readonly { name: string; body: string; tag: VideoTag }[] = [
  {
    name: "AVC sequence header (E.4.3.1)",
    body: "17 00 000000 0164",
    tag: packets(true, [{ type: "sequenceStart", trackId: 0, codec: "h264", data: hex("0164") }]),
  },
  {
    name: "AVC inter frame with a negative composition time",
    body: "27 01 ffffd8 aa",
    tag: packets(false, [{ ...frames, codec: "h264", compositionTime: -40, data: hex("aa") }]),
  },
  {
    name: "generated key frame",
    body: "47 01 000000 aa",
    tag: packets(true, [{ ...frames, codec: "h264", data: hex("aa") }]),
  },
  {
    name: "AVC end of sequence",
    body: "17 02 000000",
    tag: packets(true, [{ type: "sequenceEnd", trackId: 0, codec: "h264", data: hex("") }]),
  },
  {
    name: "H.265 under CodecID 12",
    body: "1c 01 000050 aa",
    tag: packets(true, [{ ...frames, codec: "h265", compositionTime: 80, data: hex("aa") }]),
  },
  { name: "VP6", body: "24 00 aa", tag: { kind: "opaque", isKey: false, codecId: 4 } },
  { name: "Screen video 2", body: "16 aa", tag: { kind: "opaque", isKey: true, codecId: 6 } },
  { name: "legacy command frame", body: "57 01", tag: { kind: "command", command: 1 } },
  {
    name: "SequenceStart",
    body: `90 ${HVC1} 0102`,
    tag: packets(true, [{ type: "sequenceStart", trackId: 0, codec: "h265", data: hex("0102") }]),
  },
  {
    name: "CodedFrames of H.265, with composition time",
    body: `a1 ${HVC1} 000028 aa`,
    tag: packets(false, [{ ...frames, codec: "h265", compositionTime: 40, data: hex("aa") }]),
  },
  {
    name: "CodedFrames of AV1, which have none",
    body: `91 ${AV01} aabb`,
    tag: packets(true, [{ ...frames, codec: "av1", data: hex("aabb") }]),
  },
  {
    name: "CodedFramesX",
    body: `a3 ${AVC1} aa`,
    tag: packets(false, [{ ...frames, codec: "h264", data: hex("aa") }]),
  },
  {
    name: "SequenceEnd",
    body: `92 ${HVC1}`,
    tag: packets(true, [{ type: "sequenceEnd", trackId: 0, codec: "h265", data: hex("") }]),
  },
  {
    name: "Metadata, whose frame type is ignored",
    body: `d4 ${HVC1} 0200`,
    tag: packets(false, [{ type: "metadata", trackId: 0, codec: "h265", data: hex("0200") }]),
  },
  {
    name: "MPEG2TSSequenceStart",
    body: `95 ${AV01} 80`,
    tag: packets(true, [
      { type: "mpeg2tsSequenceStart", trackId: 0, codec: "av1", data: hex("80") },
    ]),
  },
  { name: "enhanced command frame", body: "d1 00", tag: { kind: "command", command: 0 } },
  {
    name: "a FourCC that is not known",
    body: `91 ${VVC1} aa`,
    tag: packets(true, [{ type: "unsupported", fourCc: "vvc1" }]),
  },
  {
    name: "ModEx with a nanosecond offset",
    body: `97 02 07a120 01 ${AV01} aa`,
    tag: { ...packets(true, [{ ...frames, codec: "av1", data: hex("aa") }]), nanoseconds: 500_000 },
  },
  {
    name: "ModEx of an unknown type, with a 16-bit size, then a nanosecond offset",
    body: `97 ff 00ff ${"00".repeat(256)} 17 02 000001 01 ${AV01} aa`,
    tag: { ...packets(true, [{ ...frames, codec: "av1", data: hex("aa") }]), nanoseconds: 1 },
  },
  {
    name: "Multitrack, OneTrack",
    body: `96 01 ${AV01} 05 aa`,
    tag: packets(true, [{ ...frames, trackId: 5, codec: "av1", data: hex("aa") }]),
  },
  {
    name: "Multitrack, ManyTracks",
    body: `96 13 ${AVC1} 00 000001 aa 01 000002 bbcc`,
    tag: packets(true, [
      { ...frames, codec: "h264", data: hex("aa") },
      { ...frames, trackId: 1, codec: "h264", data: hex("bbcc") },
    ]),
  },
  {
    name: "Multitrack, ManyTracksManyCodecs, one of them unknown",
    body: `96 21 ${AVC1} 00 000004 000028 aa ${VVC1} 01 000001 bb ${AV01} 02 000001 cc`,
    tag: packets(true, [
      { ...frames, codec: "h264", compositionTime: 40, data: hex("aa") },
      { type: "unsupported", fourCc: "vvc1" },
      { ...frames, trackId: 2, codec: "av1", data: hex("cc") },
    ]),
  },
];

for (const { name, body, tag } of ROWS) {
  Deno.test(`parseVideoTag reads ${name}`, () => {
    assertEquals(parseVideoTag(hex(body)), tag);
  });
}

const BAD: readonly { name: string; body: string; message: string }[] = [
  { name: "an empty body", body: "", message: "1 bytes are needed" },
  { name: "a cut AVC header", body: "17 01 0000", message: "are needed" },
  { name: "an unknown AVC packet type", body: "17 03 000000", message: "packet type 3" },
  { name: "a cut FourCC", body: "91 6176", message: "4 bytes are needed" },
  { name: "a reserved packet type", body: `99 ${AV01}`, message: "packet type 9 is reserved" },
  { name: "a reserved multitrack type", body: `96 31 ${AV01}`, message: "type 3 is reserved" },
  { name: "multitrack in multitrack", body: `96 06 ${AV01}`, message: "inside a multitrack" },
  { name: "a track longer than its tag", body: `96 11 ${AV01} 00 000002 aa`, message: "needed" },
  { name: "ModEx without end", body: "97 00 00 17 00 00 17", message: "bytes are needed" },
  { name: "a short nanosecond offset", body: `97 01 0001 01 ${AV01}`, message: "2 of 3 bytes" },
  {
    name: "more tracks than there are ids",
    body: `96 11 ${AV01} ${"00000000".repeat(257)}`,
    message: "more than 256 tracks",
  },
];

for (const { name, body, message } of BAD) {
  Deno.test(`parseVideoTag refuses ${name}`, () => {
    assertThrows(() => parseVideoTag(hex(body)), BitstreamError, message);
  });
}

type Packets = Extract<VideoTag, { kind: "packets" }>;

function packets(isKey: boolean, list: Packets["packets"]): Packets {
  return { kind: "packets", isKey, nanoseconds: 0, packets: list };
}
