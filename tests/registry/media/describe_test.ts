import { assertEquals } from "@std/assert";
import { parseAv1C } from "../../../registry/media/av1.ts";
import type { CodecConfig } from "../../../registry/media/codec.ts";
import { audioInfo, describeConfig } from "../../../registry/media/describe.ts";
import { parseAvcC } from "../../../registry/media/h264.ts";
import { parseHvcC } from "../../../registry/media/h265.ts";
import { parseVpcC } from "../../../registry/media/vp9.ts";
import {
  AUDIO_SPECIFIC_CONFIG,
  AV1C,
  AVCC,
  hex,
  HVCC,
  OPUS_HEAD,
  present,
  STREAM_INFO,
  VPCC,
} from "./vectors.ts";

Deno.test("video configurations", () => {
  assertEquals(describeConfig(parseAvcC(hex(AVCC.high1080)).config), {
    width: 1920,
    height: 1080,
    fps: 30,
    profile: "High",
    level: "4.0",
    bitDepth: 8,
    codecString: "avc1.640028",
    reorderDepth: 2,
  });
  assertEquals(describeConfig(parseHvcC(hex(HVCC.main1080)).config), {
    width: 1920,
    height: 1080,
    fps: 30,
    profile: "Main",
    level: "4.0",
    bitDepth: 8,
    codecString: "hvc1.1.6.L120.90",
    reorderDepth: 2,
  });
  assertEquals(describeConfig(present(parseAv1C(hex(AV1C.svt)))), {
    width: 640,
    height: 360,
    profile: "Main",
    level: "2.1",
    bitDepth: 8,
    codecString: "av01.0.01M.08",
    reorderDepth: 0,
  });
  assertEquals(describeConfig(parseVpcC(hex(VPCC.profile2))), {
    profile: "2",
    level: "1.1",
    bitDepth: 10,
    codecString: "vp09.02.11.10.01.02.02.02.00",
    reorderDepth: 0,
  });
  assertEquals(describeConfig({ codec: "vp8" }).codecString, "vp8");
});

const aac = (digits: string): CodecConfig => ({
  codec: "aac",
  audioSpecificConfig: hex(digits),
});

Deno.test("audio configurations: rate and channels as they are heard", () => {
  assertEquals(describeConfig(aac(AUDIO_SPECIFIC_CONFIG.heV2Explicit)), {
    profile: "HE-AACv2",
    sampleRate: 44100,
    channels: 2,
    codecString: "mp4a.40.29",
  });
  const rows: readonly (readonly [CodecConfig, number, number])[] = [
    [aac(AUDIO_SPECIFIC_CONFIG.lc48000Mono), 48000, 1],
    [{ codec: "opus", head: hex(OPUS_HEAD.surround) }, 48000, 6],
    [{ codec: "flac", streamInfo: hex(STREAM_INFO) }, 44100, 2],
    [{ codec: "mp3", sampleRate: 22050, channels: 1 }, 22050, 1],
    [{ codec: "ac3", sampleRate: 48000, channels: 6 }, 48000, 6],
    [{ codec: "eac3", sampleRate: 48000, channels: 6 }, 48000, 6],
    [{ codec: "g711a", sampleRate: 8000, channels: 1 }, 8000, 1],
    [{ codec: "g711u", sampleRate: 8000, channels: 1 }, 8000, 1],
    [{ codec: "g722", sampleRate: 16000, channels: 1 }, 16000, 1],
    [{ codec: "l16", sampleRate: 44100, channels: 2 }, 44100, 2],
  ];
  for (const [config, sampleRate, channels] of rows) {
    assertEquals(audioInfo(config), { sampleRate, channels }, config.codec);
  }
});

Deno.test("damaged and opaque configurations tell nothing", () => {
  const rows: readonly CodecConfig[] = [
    { codec: "h264", sps: [hex("67")], pps: [] },
    { codec: "h264", sps: [], pps: [] },
    { codec: "h265", vps: [], sps: [hex("42")], pps: [] },
    { codec: "av1", sequenceHeader: new Uint8Array() },
    { codec: "opus", head: hex("4f70") },
    { codec: "flac", streamInfo: new Uint8Array(3) },
    aac(""),
    { codec: "rtp:vnd.onvif.metadata" },
    { codec: "flv:video4", data: hex("00") },
  ];
  for (const config of rows) {
    assertEquals(describeConfig(config), {}, config.codec);
    assertEquals(audioInfo(config), undefined, config.codec);
  }
});
