import type { Candidate } from "../../../../protocols/webrtc/sdp/candidate.ts";
import type { LocalTransport } from "../../../../protocols/webrtc/sdp/local.ts";
import type { Track } from "../../../../registry/media/track.ts";
import { FINGERPRINT } from "./offers.ts";

/** An H.264 track of a `profile-level-id`. */
export function h264(profileLevelId: string, id = 1): Track {
  const sps = Uint8Array.fromHex(`67${profileLevelId}`);
  const config = { codec: "h264", sps: [sps], pps: [] } as const;
  return { id, kind: "video", codec: "h264", timescale: 90_000, config };
}

export const OPUS: Track = { id: 2, kind: "audio", codec: "opus", timescale: 48_000 };

export const AAC: Track = { id: 3, kind: "audio", codec: "aac", timescale: 44_100 };

export const PCMA: Track = {
  id: 4,
  kind: "audio",
  codec: "g711a",
  timescale: 8000,
  config: { codec: "g711a", sampleRate: 8000, channels: 1 },
};

export const videoTrack = (codec: "h265" | "av1" | "vp8" | "vp9", id = 1): Track => ({
  id,
  kind: "video",
  codec,
  timescale: 90_000,
});

export const HOST: Candidate = {
  foundation: "1",
  component: 1,
  transport: "udp",
  priority: 2130706431,
  address: "192.0.2.1",
  port: 8189,
  type: "host",
};

export const LOCAL: LocalTransport = {
  ice: { ufrag: "ours", pwd: "oursoursoursoursoursours" },
  fingerprint: FINGERPRINT,
  setup: "passive",
  candidates: [HOST],
  endOfCandidates: true,
};

export const ORIGIN = { sessionId: "1234567890123456789", version: 1 } as const;

/** 1000, 1001, ... */
export function ssrcs(): () => number {
  let next = 1000;
  return () => next++;
}
