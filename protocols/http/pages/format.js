const CODEC_NAMES = {
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

/** @param {number} bitsPerSecond */
export function formatBitrate(bitsPerSecond) {
  if (bitsPerSecond >= 1e6) return `${(bitsPerSecond / 1e6).toFixed(2)} Mbit/s`;
  return `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
}

/** @param {number} milliseconds */
export function formatDuration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/**
 * One track on one line: "H.264 High, 1280×720, 25 fps".
 *
 * @param {Record<string, unknown>} track as `/api/v1/streams` has it
 */
export function formatTrack(track) {
  const { codec, profile, width, height, sampleRate, channels } = track;
  const name = CODEC_NAMES[/** @type {keyof typeof CODEC_NAMES} */ (codec)] ?? codec;
  const parts = [profile === undefined ? name : `${name} ${profile}`];
  if (width !== undefined) parts.push(`${width}×${height}`);
  const fps = track.fps ?? track.unitsPerSecond;
  if (track.kind === "video") parts.push(`${Math.round(Number(fps) * 100) / 100} fps`);
  if (sampleRate !== undefined) parts.push(`${Number(sampleRate) / 1000} kHz`);
  if (channels !== undefined) parts.push(channels === 1 ? "mono" : `${channels} channels`);
  return parts.join(", ");
}

/**
 * @param {number} count
 * @param {string} noun
 */
export function formatCount(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
