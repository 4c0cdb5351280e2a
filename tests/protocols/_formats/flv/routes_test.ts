import { assertEquals } from "@std/assert";
import {
  ALL_CAPABILITIES,
  connectCapabilities,
  type FlvCapabilities,
  LEGACY_CAPABILITIES,
  supportsFourCc,
} from "../../../../protocols/_formats/flv/capabilities.ts";
import { routeTracks, unsupportedTracks } from "../../../../protocols/_formats/flv/routes.ts";
import type { CodecName } from "../../../../registry/media/codec.ts";
import type { Description, Track, TrackKind } from "../../../../registry/media/track.ts";

const HEVC_ONLY: FlvCapabilities = {
  video: new Set(["hvc1"]),
  audio: new Set(),
  multitrack: false,
};

/** `routed` is "codec>index" for each track that goes out. */
const ROWS: readonly {
  name: string;
  tracks: readonly Track[];
  capabilities: FlvCapabilities;
  routed: readonly string[];
}[] = [
  {
    name: "a legacy player gets what FLV 10.1 has",
    tracks: tracksOf("h264", "aac", "amf0"),
    capabilities: LEGACY_CAPABILITIES,
    routed: ["h264>0", "aac>0", "amf0>0"],
  },
  {
    name: "a legacy player does not get H.265",
    tracks: tracksOf("h265", "aac"),
    capabilities: LEGACY_CAPABILITIES,
    routed: ["aac>0"],
  },
  {
    name: "what is left out does not count",
    tracks: tracksOf("av1", "h265", "h264", "opus", "mp3"),
    capabilities: HEVC_ONLY,
    routed: ["h265>0", "mp3>0"],
  },
  {
    name: "everything goes to who takes everything",
    tracks: tracksOf("av1", "h265", "h264", "opus", "mp3", "flv:video4", "rtp:G722", "g711a"),
    capabilities: ALL_CAPABILITIES,
    routed: ["av1>0", "h265>1", "h264>2", "opus>0", "mp3>1"],
  },
  {
    name: "opaque FLV codecs go out first in their kind only",
    tracks: tracksOf("flv:video4", "flv:audio11"),
    capabilities: LEGACY_CAPABILITIES,
    routed: ["flv:video4>0", "flv:audio11>0"],
  },
  {
    name: "G.711 goes out at 8 kHz only",
    tracks: [
      {
        id: 1,
        kind: "audio",
        codec: "g711a",
        timescale: 16_000,
        config: { codec: "g711a", sampleRate: 16_000, channels: 1 },
      },
    ],
    capabilities: ALL_CAPABILITIES,
    routed: [],
  },
];

for (const { name, tracks, capabilities, routed } of ROWS) {
  Deno.test(`routeTracks: ${name}`, () => {
    const description: Description = { tracks, metadata: {} };
    const routes = routeTracks(description, capabilities);
    assertEquals(routes.map(({ track, index }) => `${track.codec}>${index}`), routed);
    const left = unsupportedTracks(description, capabilities);
    assertEquals(routes.length + left.length, tracks.length);
    assertEquals(left.filter((track) => routes.some((route) => route.track === track)), []);
  });
}

Deno.test("connectCapabilities reads fourCcList of Enhanced RTMP v1", () => {
  const capabilities = connectCapabilities({ fourCcList: ["av01", "Hvc1", 7, "Opus"] });
  assertEquals(supportsFourCc(capabilities, "video", "hvc1"), true);
  assertEquals(supportsFourCc(capabilities, "audio", "Opus"), true);
  assertEquals(supportsFourCc(capabilities, "video", "vp09"), false);
  assertEquals(capabilities.multitrack, false);
});

Deno.test("connectCapabilities reads the info maps and capsEx of v2", () => {
  const capabilities = connectCapabilities({
    capsEx: 0x03,
    videoFourCcInfoMap: { "*": 4 },
    audioFourCcInfoMap: { Opus: 1, fLaC: 2 },
  });
  assertEquals(capabilities.multitrack, true);
  assertEquals(supportsFourCc(capabilities, "video", "av01"), true);
  assertEquals(supportsFourCc(capabilities, "audio", "Opus"), true);
  assertEquals(supportsFourCc(capabilities, "audio", "fLaC"), false, "it can only encode");
});

Deno.test("connectCapabilities takes nonsense for nothing", () => {
  const nonsense = { fourCcList: "av01", videoFourCcInfoMap: [1], capsEx: "2" };
  assertEquals(connectCapabilities(nonsense), LEGACY_CAPABILITIES);
});

function tracksOf(...codecs: readonly CodecName[]): Track[] {
  return codecs.map((codec, i) => ({ id: i + 1, kind: kindOf(codec), codec, timescale: 90_000 }));
}

function kindOf(codec: CodecName): TrackKind {
  if (codec === "amf0") return "data";
  return /^(h26|av1|vp|flv:video)/.test(codec) ? "video" : "audio";
}
