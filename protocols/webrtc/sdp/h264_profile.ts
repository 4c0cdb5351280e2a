/**
 * Profiles of H.264 as SDP speaks of them: RFC 6184 section 8.1, table 5.
 *
 * @module
 */

/** What a decoder must know, the lesser first: one of a later profile shows streams of an earlier one. */
const PROFILES = [
  "constrained-baseline",
  "baseline",
  "extended",
  "main",
  "constrained-high",
  "high",
  "high-10",
  "high-4:2:2",
  "high-4:4:4",
] as const;

export type H264Profile = typeof PROFILES[number];

/** Bits of `profile_iop` that are fixed, and what they are; `profile_idc` before them. */
const SUB_PROFILES: readonly (readonly [number, number, number, H264Profile])[] = [
  [0x42, 0x4f, 0x40, "constrained-baseline"],
  [0x4d, 0x8f, 0x80, "constrained-baseline"],
  [0x58, 0xcf, 0xc0, "constrained-baseline"],
  [0x42, 0x4f, 0x00, "baseline"],
  [0x58, 0xcf, 0x80, "baseline"],
  [0x4d, 0xaf, 0x00, "main"],
  [0x58, 0xcf, 0x00, "extended"],
  // ITU-T H.264 A.2.4.2; the rest of the byte says nothing of what a decoder needs.
  [0x64, 0x0c, 0x0c, "constrained-high"],
  [0x64, 0x00, 0x00, "high"],
  [0x6e, 0x00, 0x00, "high-10"],
  [0x7a, 0x00, 0x00, "high-4:2:2"],
  [0xf4, 0x00, 0x00, "high-4:4:4"],
];

/** Where `profile-level-id` is left out (section 8.1); the level is that of the stream anyway. */
const DEFAULT_ID = "42e00a";

/** The profile of a `profile-level-id`: three bytes in hexadecimal. Undefined for one of no profile. */
export function h264Profile(profileLevelId = DEFAULT_ID): H264Profile | undefined {
  if (!/^[0-9a-f]{6}$/i.test(profileLevelId)) return undefined;
  const idc = parseInt(profileLevelId.slice(0, 2), 16);
  const iop = parseInt(profileLevelId.slice(2, 4), 16);
  return SUB_PROFILES.find(([id, mask, bits]) => id === idc && (iop & mask) === bits)?.[3];
}

/**
 * How badly a stream of one profile fits where another was offered: the less, the better; 0 is exact.
 * Whoever knows more comes before whoever knows less, and both before a profile that nobody knows.
 */
export function h264Distance(stream: H264Profile, offered: H264Profile | undefined): number {
  if (offered === undefined) return 3 * PROFILES.length;
  const distance = PROFILES.indexOf(offered) - PROFILES.indexOf(stream);
  return distance >= 0 ? distance : PROFILES.length - distance;
}
