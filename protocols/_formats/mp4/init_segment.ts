/**
 * The header of fragmented MP4 (ISO/IEC 14496-12 8.8, CMAF 7.3.1): what a player reads before the
 * first fragment.
 *
 * @module
 */

import { sameConfig } from "../../../registry/media/config_equal.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { type Box, box, fourCc, fullBox, serializeBoxes, u16, u32, u8 } from "./box.ts";
import type { Mp4Track } from "./carriage.ts";
import { NON_SYNC_SAMPLE, SYNC_SAMPLE } from "./fragment.ts";
import { sampleEntry, sizeOf } from "./sample_entries.ts";

/** Of durations in the movie header, of which there are none in live streams. */
const MOVIE_TIMESCALE = 1000;

/** "und" in three times five bits (8.4.2.3). */
const UNDETERMINED = 0x55c4;

/** The identity transformation in fixed point (6.2.2). */
const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** 1.0 in 8.8 fixed point. */
const FULL_VOLUME = 0x100;

/** `track_enabled` and `track_in_movie`. */
const TRACK_FLAGS = 3;

/** `data_entry_url`: the media is in the same file. */
const SELF_CONTAINED = 1;

/** The first unit of each track that is known, by the id of the track. */
export type FirstUnits = ReadonlyMap<number, Unit>;

/**
 * `ftyp` and `moov` of these tracks, in a buffer that the caller owns. Timescales are those of the
 * tracks, so that no time is ever rounded; there are no edit lists, since composition offsets and the
 * tracks' common timeline say it all.
 *
 * @param first key units of the tracks. Without them VP8 and VP9 are said to have pictures of 0 by 0,
 * which browsers refuse, and AC-3 the usual parameters.
 * @throws {BitstreamError} when the first unit of a track is damaged.
 */
export function initSegment(
  tracks: readonly Mp4Track[],
  first: FirstUnits = new Map(),
): Uint8Array<ArrayBuffer> {
  return serializeBoxes(fileType(tracks), movie(tracks, first));
}

/** Whether a player that was set up with the header of `a` can go on with fragments of `b`. */
export function sameInit(a: readonly Mp4Track[], b: readonly Mp4Track[]): boolean {
  return a.length === b.length && a.every((track, index) => {
    const other = b[index];
    return other !== undefined && track.id === other.id && track.timescale === other.timescale &&
      sameConfig(track.config, other.config);
  });
}

/** Movie fragments with 64-bit decoding times and signed offsets; CMAF has one track per file. */
function fileType(tracks: readonly Mp4Track[]): Box {
  const brands = ["iso6", "mp41"];
  if (tracks.length === 1) brands.push("cmfc");
  if (tracks.some(({ codec }) => codec === "av1")) brands.push("av01");
  return box("ftyp", fourCc("iso6"), u32(0), ...brands.map(fourCc));
}

function movie(tracks: readonly Mp4Track[], first: FirstUnits): Box {
  return box(
    "moov",
    fullBox(
      "mvhd",
      0,
      0,
      u32(0, 0, MOVIE_TIMESCALE, 0, 0x10000), // creation, modification, ..., duration, rate 1.0
      u16(FULL_VOLUME, 0),
      u32(0, 0),
      MATRIX,
      u32(0, 0, 0, 0, 0, 0),
      u32(1 + Math.max(0, ...tracks.map(({ id }) => id))),
    ),
    ...tracks.map((track) => trackBox(track, first.get(track.id)?.payload[0])),
    box("mvex", ...tracks.map(trackExtends)),
  );
}

function trackBox(track: Mp4Track, frame: Uint8Array | undefined): Box {
  const { width, height } = sizeOf(track.config, frame);
  const isAudio = track.kind === "audio";
  return box(
    "trak",
    fullBox(
      "tkhd",
      0,
      TRACK_FLAGS,
      u32(0, 0, track.id, 0, 0), // creation, modification, id, reserved, duration
      u32(0, 0),
      u16(0, isAudio ? 1 : 0, isAudio ? FULL_VOLUME : 0, 0), // layer, alternate_group, volume
      MATRIX,
      u32(width * 2 ** 16, height * 2 ** 16),
    ),
    box("mdia", mediaHeader(track), handler(track), mediaInformation(track, frame)),
  );
}

function mediaHeader({ timescale }: Mp4Track): Box {
  return fullBox("mdhd", 0, 0, u32(0, 0, timescale, 0), u16(UNDETERMINED, 0));
}

function handler({ kind }: Mp4Track): Box {
  const type = kind === "audio" ? "soun" : "vide";
  return fullBox("hdlr", 0, 0, u32(0), fourCc(type), u32(0, 0, 0), u8(0));
}

function mediaInformation(track: Mp4Track, frame: Uint8Array | undefined): Box {
  const header = track.kind === "audio"
    ? fullBox("smhd", 0, 0, u16(0, 0))
    : fullBox("vmhd", 0, 1, u16(0, 0, 0, 0));
  const reference = fullBox("dref", 0, 0, u32(1), fullBox("url ", 0, SELF_CONTAINED));
  return box("minf", header, box("dinf", reference), sampleTable(track, frame));
}

/** Without samples, which are all in fragments. */
function sampleTable(track: Mp4Track, frame: Uint8Array | undefined): Box {
  return box(
    "stbl",
    fullBox("stsd", 0, 0, u32(1), sampleEntry(track.codec, track.config, frame)),
    fullBox("stts", 0, 0, u32(0)),
    fullBox("stsc", 0, 0, u32(0)),
    fullBox("stsz", 0, 0, u32(0, 0)),
    fullBox("stco", 0, 0, u32(0)),
  );
}

/** Fragments tell duration and size of every sample, and flags of pictures. */
function trackExtends(track: Mp4Track): Box {
  const flags = track.kind === "audio" ? SYNC_SAMPLE : NON_SYNC_SAMPLE;
  return fullBox("trex", 0, 0, u32(track.id, 1, 0, 0, flags));
}
