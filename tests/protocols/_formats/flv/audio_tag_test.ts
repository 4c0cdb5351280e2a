import { assertEquals, assertThrows } from "@std/assert";
import { type AudioTag, parseAudioTag } from "../../../../protocols/_formats/flv/audio_tag.ts";
import { BitstreamError } from "../../../../registry/media/errors.ts";
import { hex } from "./bytes.ts";

const OPUS = "4f707573";
const MP4A = "6d703461";
const AC4 = "61632d34";

const frames = { type: "codedFrames", trackId: 0 } as const;

const ROWS: readonly { name: string; body: string; tag: AudioTag }[] = [
  {
    name: "AAC sequence header (E.4.2.1)",
    body: "af 00 1210",
    tag: packets([{ type: "sequenceStart", trackId: 0, codec: "aac", data: hex("1210") }]),
  },
  { name: "AAC", body: "af 01 aa", tag: packets([{ ...frames, codec: "aac", data: hex("aa") }]) },
  {
    name: "MP3, mono",
    body: "2e fffb",
    tag: { ...packets([{ ...frames, codec: "mp3", data: hex("fffb") }]), channels: 1 },
  },
  {
    name: "MP3 at 8 kHz",
    body: "e3 ffe3",
    tag: packets([{ ...frames, codec: "mp3", data: hex("ffe3") }]),
  },
  {
    name: "G.711 A-law",
    body: "72 d5",
    tag: { ...packets([{ ...frames, codec: "g711a", data: hex("d5") }]), channels: 1 },
  },
  {
    name: "G.711 mu-law",
    body: "83 ff",
    tag: packets([{ ...frames, codec: "g711u", data: hex("ff") }]),
  },
  { name: "Speex", body: "b6 aa", tag: { kind: "opaque", soundFormat: 11 } },
  { name: "Nellymoser", body: "6e aa", tag: { kind: "opaque", soundFormat: 6 } },
  { name: "PCM", body: "3f aa", tag: { kind: "opaque", soundFormat: 3 } },
  { name: "silence, which has no header", body: "", tag: { kind: "silence" } },
  {
    name: "SequenceStart",
    body: `90 ${OPUS} 01`,
    tag: packets([{ type: "sequenceStart", trackId: 0, codec: "opus", data: hex("01") }]),
  },
  {
    name: "CodedFrames",
    body: `91 ${OPUS} aa`,
    tag: packets([{ ...frames, codec: "opus", data: hex("aa") }]),
  },
  {
    name: "SequenceEnd",
    body: `92 ${OPUS}`,
    tag: packets([{ type: "sequenceEnd", trackId: 0, codec: "opus", data: hex("") }]),
  },
  {
    name: "MultichannelConfig",
    body: `94 ${OPUS} 01 02 00000003`,
    tag: packets([
      { type: "multichannelConfig", trackId: 0, codec: "opus", data: hex("010200000003") },
    ]),
  },
  {
    name: "Multitrack, OneTrack",
    body: `95 01 ${MP4A} 01 aa`,
    tag: packets([{ ...frames, trackId: 1, codec: "aac", data: hex("aa") }]),
  },
  {
    name: "Multitrack, ManyTracksManyCodecs",
    body: `95 21 ${MP4A} 00 000001 aa ${AC4} 01 000001 bb`,
    tag: packets([
      { ...frames, codec: "aac", data: hex("aa") },
      { type: "unsupported", fourCc: "ac-4" },
    ]),
  },
  {
    name: "ModEx with a nanosecond offset, before Multitrack",
    body: `97 02 0f423f 05 01 ${OPUS} 02 aa`,
    tag: {
      ...packets([{ ...frames, trackId: 2, codec: "opus", data: hex("aa") }]),
      nanoseconds: 999_999,
    },
  },
];

for (const { name, body, tag } of ROWS) {
  Deno.test(`parseAudioTag reads ${name}`, () => {
    assertEquals(parseAudioTag(hex(body)), tag);
  });
}

const BAD: readonly { name: string; body: string; message: string }[] = [
  { name: "AAC without packet type", body: "af", message: "1 bytes are needed" },
  { name: "an unknown AAC packet type", body: "af 02", message: "packet type 2" },
  { name: "a reserved packet type", body: `93 ${OPUS}`, message: "packet type 3 is reserved" },
  { name: "multitrack in multitrack", body: `95 05 ${OPUS}`, message: "inside a multitrack" },
  { name: "a cut FourCC", body: "91 4f70", message: "4 bytes are needed" },
];

for (const { name, body, message } of BAD) {
  Deno.test(`parseAudioTag refuses ${name}`, () => {
    assertThrows(() => parseAudioTag(hex(body)), BitstreamError, message);
  });
}

type Packets = Extract<AudioTag, { kind: "packets" }>;

function packets(list: Packets["packets"]): Packets {
  return { kind: "packets", nanoseconds: 0, channels: 2, packets: list };
}
