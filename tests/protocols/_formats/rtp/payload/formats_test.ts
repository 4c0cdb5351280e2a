import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  formatOfCodec,
  formatOfEncoding,
  PAYLOAD_FORMATS,
  STATIC_PAYLOAD_TYPES,
  staticPayloadType,
} from "../../../../../protocols/_formats/rtp/payload/formats.ts";
import { AUDIO_CODECS, VIDEO_CODECS } from "../../../../../registry/media/codec.ts";

Deno.test("encoding names do not tell cases apart", () => {
  assertStrictEquals(formatOfEncoding("h264", "video"), PAYLOAD_FORMATS["H264"]);
  assertStrictEquals(formatOfEncoding("mpeg4-generic", "audio").codec, "aac");
});

Deno.test("an unknown encoding is passed on under its own name", () => {
  for (const name of ["vnd.onvif.metadata", "MP2T", "toString"]) {
    const { codec, kind } = formatOfEncoding(name, "data");
    assertEquals([codec, kind], [`rtp:${name}`, "data"]);
  }
  assertEquals(formatOfCodec("rtp:KLV", "data")?.codec, "rtp:KLV");
});

Deno.test("every codec that the gateway knows can be sent, but for FLAC", () => {
  const missing = [...VIDEO_CODECS, ...AUDIO_CODECS]
    .filter((codec) => formatOfCodec(codec, "video")?.codec !== codec);
  assertEquals(missing, ["flac"]);
  assertEquals(formatOfCodec("amf0", "data"), undefined);
  assertEquals(formatOfCodec("flv:video4", "video"), undefined);
});

Deno.test("AAC is sent as MPEG4-GENERIC, H.265 under its own name", () => {
  assertStrictEquals(formatOfCodec("aac", "audio"), PAYLOAD_FORMATS["MPEG4-GENERIC"]);
  assertStrictEquals(formatOfCodec("h265", "video"), PAYLOAD_FORMATS["H265"]);
});

Deno.test("static payload types (RFC 3551 section 6)", () => {
  assertEquals(STATIC_PAYLOAD_TYPES.get(14), { encoding: "MPA", clockRate: 90_000 });
  assertEquals(staticPayloadType({ encoding: "pcma", clockRate: 8000 }), 8);
  assertEquals(staticPayloadType({ encoding: "PCMA", clockRate: 16_000 }), undefined);
  assertEquals(staticPayloadType({ encoding: "L16", clockRate: 44_100, channels: 2 }), 10);
  assertEquals(staticPayloadType({ encoding: "L16", clockRate: 44_100, channels: 1 }), 11);
});
