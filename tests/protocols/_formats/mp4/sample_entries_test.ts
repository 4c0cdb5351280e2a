import { assertEquals, assertThrows } from "@std/assert";
import { box, serializeBoxes } from "../../../../protocols/_formats/mp4/box.ts";
import { childBoxes } from "../../../../protocols/_formats/mp4/box_reader.ts";
import { Mp4Error } from "../../../../protocols/_formats/mp4/errors.ts";
import { sampleEntry, sizeOf } from "../../../../protocols/_formats/mp4/sample_entries.ts";
import { parseSampleEntry } from "../../../../protocols/_formats/mp4/sample_entry_reader.ts";
import { BitstreamError } from "../../../../registry/media/errors.ts";
import { serializeOpusHead } from "../../../../registry/media/opus.ts";
import { must } from "../../../must.ts";
import { hex } from "../flv/bytes.ts";
import { firstUnits, flvMedia, tracksOf } from "./files.ts";

/**
 * The box in the sample entry of each codec, by the FLV file of which its configuration is. Those of
 * AC-3 are what FFmpeg 5.1 writes for the same encoder settings.
 */
const SPECIFIC: Readonly<Record<string, readonly [type: string, digits: string]>> = {
  hevc: [
    "hvc1",
    "00000075 68766343 0101600000009000000000001ef000fcfdf8f800000f03a00001001840010c01ffff01600000" +
    "030090000003000003001e959009a10001002942010101600000030090000003000003001ea0208316595912930bc0" +
    "5a020000030002000003003210a2000100064401c073c089",
  ],
  av1: ["av01", "00000018 61763143 81000c000a0a00000002aff79b5f2008"],
  vp9: ["vp09", "00000014 76706343 01000000 000a820202020000"],
  opus: ["Opus", "00000013 644f7073 00 01 0138 0000bb80 0000 00"],
  flac: [
    "fLaC",
    "00000032 64664c61 00000000 80000022 " +
    "12001200 0000c20004ff0bb800f000002580bad7bf8f781a2330b6b7b8712dacb304",
  ],
  ac3: ["ac-3", "0000000b 64616333 1008c0"],
  eac3: ["ec-3", "0000000d 64656333 0300200200"],
  mp3: [
    "mp4a",
    "0000002c 65736473 00000000 038080801b 0000 00 048080800d 6b 15 000000 00000000 " +
    "00000000 0680808001 02",
  ],
};

for (const [name, [type, digits]] of Object.entries(SPECIFIC)) {
  Deno.test(`the sample entry of ${name}.flv`, () => {
    const media = flvMedia(`${name}.flv`);
    const track = must(tracksOf(media)[0]);
    const frame = firstUnits(media.units).get(track.id)?.payload[0];
    const entry = sampleEntry(track.codec, track.config, frame);
    assertEquals(entry.type, type);
    const specific = must(childBoxes(bodyOf(entry), type).at(-1));
    assertEquals(serializeBoxes(box(specific.type, specific.body)).toHex(), hex(digits).toHex());
  });
}

/** What follows the fixed fields of an entry. */
function bodyOf(entry: ReturnType<typeof sampleEntry>): Uint8Array {
  const isVideo = ["avc1", "hvc1", "av01", "vp08", "vp09"].includes(entry.type);
  return serializeBoxes(entry).subarray(8 + (isVideo ? 78 : 28));
}

Deno.test("the entries of H.264 and AAC, every field", () => {
  const [video, audio] = tracksOf(flvMedia("avc_aac.flv"));
  assertEquals(
    serializeBoxes(sampleEntry("h264", must(video).config)).toHex(),
    hex(
      "00000084 61766331 000000000000 0001 0000 0000 000000000000000000000000 0040 0030 " +
        "00480000 00480000 00000000 0001 " + "00".repeat(32) + " 0018 ffff " +
        "0000002e 61766343 014d400affe10017674d400aeca23d80880000030008000003019078912cb001000468ce0fc8",
    ).toHex(),
  );
  assertEquals(
    serializeBoxes(sampleEntry("aac", must(audio).config)).toHex(),
    hex(
      "0000005a 6d703461 000000000000 0001 0000000000000000 0001 0010 0000 0000 ac440000 " +
        "00000036 65736473 00000000 0380808025 0000 00 0480808017 40 15 000000 00000000 00000000 " +
        "0580808005 120856e500 0680808001 02",
    ).toHex(),
  );
});

Deno.test("a rate that 16 bits cannot hold stands in the box of FLAC alone", () => {
  // 96 kHz, stereo, 24 bits.
  const streamInfo = hex("1000 1000 000000 000000 177002f0 00000000" + "00".repeat(16));
  const entry = serializeBoxes(sampleEntry("flac", { codec: "flac", streamInfo }));
  assertEquals(entry.subarray(32, 36), hex("00000000"));
});

Deno.test("a surround mapping of Opus is written and read", () => {
  const head = serializeOpusHead({
    version: 1,
    channels: 6,
    preSkip: 312,
    inputSampleRate: 48_000,
    outputGain: -256,
    mappingFamily: 1,
    mapping: { streams: 4, coupled: 2, channels: hex("000401020305") },
  });
  const entry = sampleEntry("opus", { codec: "opus", head });
  assertEquals(parseEntry(serializeBoxes(entry))?.config, { codec: "opus", head });
});

Deno.test("VP9 pictures have a size once a key frame is known", () => {
  const media = flvMedia("vp9.flv");
  const { config } = must(tracksOf(media)[0]);
  assertEquals(sizeOf(config), { width: 0, height: 0 });
  const { width, height } = sizeOf(config, media.units[0]?.payload[0]);
  assertEquals([width, height], [64, 48]);
});

Deno.test("a configuration of which no entry can be made is a BitstreamError", () => {
  assertThrows(
    () => sampleEntry("h264", { codec: "h264", sps: [], pps: [] }),
    BitstreamError,
    "an SPS is missing",
  );
});

function parseEntry(bytes: Uint8Array): ReturnType<typeof parseSampleEntry> {
  return parseSampleEntry(must(childBoxes(bytes, "stsd")[0]));
}

const AUDIO_FIELDS = "000000000000 0001 0000000000000000 0002 0010 0000 0000 ac440000";

Deno.test("entries that are read, but not written so", () => {
  const mp3 = parseEntry(hex(`00000024 2e6d7033 ${AUDIO_FIELDS}`));
  // Its frames tell the rest, which the entry often tells wrong.
  assertEquals(mp3, { kind: "audio", codec: "mp3", lengthSize: 4 });
  // QuickTime: version 1 with four more fields, and esds in wave.
  const esds =
    "00000024 65736473 00000000 0316 0000 00 0411 40 15 000000 00000000 00000000 0502 1210";
  const quickTime = "000000000000 0001 0001 000000000000 0002 0010 fffe 0000 ac440000 " +
    "00".repeat(16);
  const wave = parseEntry(hex(`00000060 6d703461 ${quickTime} 0000002c 77617665 ${esds}`));
  assertEquals(wave?.config, { codec: "aac", audioSpecificConfig: hex("1210") });
  assertEquals(parseEntry(hex("00000010 74783367 0000000000000001")), undefined);
});

Deno.test("encrypted entries are refused", () => {
  assertThrows(
    () => parseEntry(hex(`00000024 656e6361 ${AUDIO_FIELDS}`)),
    Mp4Error,
    "Cannot parse sample entry enca: it is encrypted at byte 0",
  );
});
