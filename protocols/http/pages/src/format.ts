import type { TrackSummary } from "./api.ts";

const CODEC_NAMES: Readonly<Record<string, string>> = {
  h264: "H.264",
  h265: "H.265",
  av1: "AV1",
  vp8: "VP8",
  vp9: "VP9",
  aac: "AAC",
  opus: "Opus",
  mp3: "MP3",
  flac: "FLAC",
  ac3: "AC-3",
  eac3: "E-AC-3",
  g711a: "G.711 A-law",
  g711u: "G.711 µ-law",
};

/** Codecs by the names that RTP has for them (RFC 3551, and the payload formats). */
const RTP_NAMES: Readonly<Record<string, string>> = {
  H264: "h264",
  H265: "h265",
  PCMA: "g711a",
  PCMU: "g711u",
};

/** @param codec as `/api/v1/streams` has it. */
export function formatCodec(codec: string): string {
  return CODEC_NAMES[codec] ?? codec;
}

/** @param mimeType "video/H264", as WebRTC has it. */
export function formatMimeType(mimeType: string): string {
  const [, name = mimeType] = mimeType.split("/");
  return formatCodec(RTP_NAMES[name.toUpperCase()] ?? name.toLowerCase());
}

/** Codecs by the first part of their names in MP4 and Media Source Extensions (RFC 6381). */
const SAMPLE_ENTRIES: Readonly<Record<string, string>> = {
  avc1: "h264",
  avc3: "h264",
  hvc1: "h265",
  hev1: "h265",
  av01: "av1",
  vp08: "vp8",
  vp09: "vp9",
  mp4a: "aac",
  opus: "opus",
  flac: "flac",
};

/** @param id "video/H264", as WebRTC has it, or "avc1.64001f", as the other players do. */
export function formatCodecId(id: string | undefined): string {
  if (id === undefined) return "–";
  if (id.includes("/")) return formatMimeType(id);
  const [entry = id] = id.split(".", 1);
  const codec = SAMPLE_ENTRIES[entry.toLowerCase()];
  if (codec === undefined) return id;
  return entry === id ? formatCodec(codec) : `${formatCodec(codec)} (${id})`;
}

export function formatBitrate(bitsPerSecond: number): string {
  if (bitsPerSecond >= 1e6) return `${(bitsPerSecond / 1e6).toFixed(2)} Mbit/s`;
  return `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
}

/** A delay: milliseconds where they are few, else seconds. */
export function formatDelay(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** One track on one line: "H.264 High, 1280×720, 25 fps". */
export function formatTrack(track: TrackSummary): string {
  const { kind, codec, profile, width, height, sampleRate, channels } = track;
  const name = formatCodec(codec);
  const parts = [profile === undefined ? name : `${name} ${profile}`];
  if (width !== undefined) parts.push(`${width}×${height}`);
  const fps = track.fps ?? track.unitsPerSecond;
  if (kind === "video") parts.push(`${Math.round(fps * 100) / 100} fps`);
  if (sampleRate !== undefined) parts.push(`${sampleRate / 1000} kHz`);
  if (channels !== undefined) parts.push(channels === 1 ? "mono" : `${channels} channels`);
  return parts.join(", ");
}

export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
