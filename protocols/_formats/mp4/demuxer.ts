import type { CodecConfig } from "../../../registry/media/codec.ts";
import { BitstreamError } from "../../../registry/media/errors.ts";
import { Assembler, MAX_TRACKS, TooManyTracksError } from "../demux/assembler.ts";
import type { Demuxer, DemuxEvent } from "../demux/events.ts";
import { readFrame } from "../demux/frames.ts";
import { type DecodeDelays, fragmentDelays, NO_DELAYS, tableDelays } from "./decode_delay.ts";
import { Mp4Error } from "./errors.ts";
import { Interleaver } from "./interleaver.ts";
import { type MovieTrack, parseMovie } from "./movie.ts";
import { parseMovieFragment } from "./movie_fragment.ts";
import { checkConfig } from "./sample_entries.ts";
import type { SampleEntry } from "./sample_entry_reader.ts";
import { type PlannedSample, SamplePlan } from "./sample_plan.ts";
import { tableSamples } from "./sample_table.ts";
import { TopLevelReader } from "./top_level.ts";

/** Track fragments whose samples are to come: those of a few fragments whose data follow together. */
const MAX_PENDING_LANES = 1024;

/** For samples that are not to wait any longer. */
const NOTHING_TO_COME: ReadonlyMap<number, number> = new Map();

/** A sample whose bytes have come. */
interface ReadSample {
  readonly sample: PlannedSample;
  readonly track: MovieTrack;
  readonly data: Uint8Array;
}

/** What is known of a track: by its sample description, and what frames have said since. */
interface Known {
  readonly description: number;
  readonly config: CodecConfig;
}

/**
 * Reads MP4 that comes in pieces: fragmented (CMAF, HLS segments after their header, live), or with
 * its tables before the media ("fast start").
 *
 * - Ids of tracks and timescales are those of the file. A further `moov` changes the configuration.
 * - Samples come out as their bytes arrive, in the order of their times: see `interleaver.ts`.
 * - No picture is decoded after it is shown: see `decode_delay.ts`.
 * - Edit lists move tracks to each other, and cut nothing: see `edit_list.ts`.
 * - `emsg`, `sidx`, `prft`, `styp` and everything unknown is passed over.
 *
 * `push` throws {@linkcode Mp4Error}; one that is thrown in the middle takes the events of that call
 * with it.
 */
export class Mp4Demuxer implements Demuxer {
  readonly #assembler = new Assembler({ check: checkConfig });
  readonly #plan = new SamplePlan();
  readonly #interleaver = new Interleaver<ReadSample>();
  readonly #reader = new TopLevelReader({
    onBox: (type, body, start) => {
      if (type === "moov") this.#readMovie(body);
      else this.#readFragment(body, start);
    },
    onMediaData: (start) => this.#expectMovie("mdat", start),
    wanted: () => this.#plan.peek(),
    onSample: (data) => this.#readSample(data),
    onMissing: (reason) => this.#skipSample(reason),
  });
  /** Undefined until `moov` has been read. */
  #tracks: ReadonlyMap<number, MovieTrack> | undefined;
  #delays: DecodeDelays = NO_DELAYS;
  readonly #configs = new Map<number, Known>();
  /** Where the last fragment of each track ended, in its ticks. */
  readonly #ends = new Map<number, number>();

  get isHolding(): boolean {
    return this.#assembler.isHolding;
  }

  push(bytes: Uint8Array): readonly DemuxEvent[] {
    this.#reader.feed(bytes);
    this.#interleave();
    return this.#assembler.takeEvents();
  }

  flush(): readonly DemuxEvent[] {
    for (const sample of this.#interleaver.take(NOTHING_TO_COME)) this.#addSample(sample);
    this.#assembler.release();
    return this.#assembler.takeEvents();
  }

  #expectMovie(type: string, start: number): ReadonlyMap<number, MovieTrack> {
    if (this.#tracks !== undefined) return this.#tracks;
    const reason = `${type} comes before moov: only a fragmented file, or one with its index in ` +
      "front (ffmpeg -movflags +faststart), can be read as it arrives";
    throw new Mp4Error("MP4 file", reason, start);
  }

  #readMovie(body: Uint8Array): void {
    const { tracks, dropped } = parseMovie(body);
    for (const reason of dropped) this.#assembler.drop(reason);
    this.#plan.clear();
    this.#interleave();
    this.#tracks = tracks;
    this.#delays = tableDelays(tracks.values());
    this.#ends.clear();
    this.#configs.clear();
    this.#assembler.expect(new Set([...tracks.keys()].slice(0, MAX_TRACKS)));
    for (const track of tracks.values()) {
      this.#attempt(() => this.#configureFirst(track));
      this.#plan.add(track.id, tableSamples(track.table));
    }
  }

  /** By the first description whose codec is known, which nearly always is the only one. */
  #configureFirst(track: MovieTrack): void {
    const index = track.entries.findIndex((entry) => entry !== undefined);
    const entry = track.entries[index];
    if (entry?.config === undefined) return;
    this.#configure(track, entry, { description: index + 1, config: entry.config });
  }

  #readFragment(body: Uint8Array, start: number): void {
    const tracks = this.#expectMovie("moof", start);
    const fragments = parseMovieFragment(body, { tracks, start, ends: this.#ends });
    if (this.#ends.size === 0) this.#delays = fragmentDelays(fragments, tracks);
    for (const fragment of fragments) {
      this.#ends.set(fragment.trackId, fragment.end);
      this.#plan.add(fragment.trackId, fragment.samples);
    }
    if (this.#plan.lanes.length > MAX_PENDING_LANES) {
      const reason = `more than ${MAX_PENDING_LANES} track fragments wait for their data`;
      throw new Mp4Error("moof", reason, start);
    }
  }

  #readSample(data: Uint8Array): void {
    const sample = this.#plan.peek();
    const track = sample && this.#tracks?.get(sample.trackId);
    this.#plan.advance();
    if (sample === undefined || track === undefined) return;
    const seconds = (sample.dts + track.shift) / track.timescale;
    const timing = { seconds, bytes: data.byteLength };
    this.#interleaver.add(track.id, { sample, track, data }, timing);
  }

  #skipSample(reason: string): void {
    const sample = this.#plan.peek();
    this.#plan.advance();
    if (sample === undefined) return;
    this.#assembler.drop(`A sample of track ${sample.trackId} cannot be read: ${reason}`);
  }

  #interleave(): void {
    const coming = new Map<number, number>();
    for (const { trackId, next } of this.#plan.lanes) {
      const track = this.#tracks?.get(trackId);
      if (track === undefined) continue;
      const seconds = (next.dts + track.shift) / track.timescale;
      coming.set(trackId, Math.min(seconds, coming.get(trackId) ?? Infinity));
    }
    for (const sample of this.#interleaver.take(coming)) this.#addSample(sample);
  }

  #addSample({ sample, track, data }: ReadSample): void {
    const entry = track.entries[sample.description - 1];
    if (entry === undefined) {
      const which = `sample description ${sample.description} of track ${track.id}`;
      this.#assembler.drop(`A sample of ${which} cannot be read: it is not supported`);
      return;
    }
    const start = sample.dts + track.shift + this.#delays.lead * track.timescale;
    const pts = start + sample.compositionOffset;
    const dts = start - (this.#delays.ticks.get(track.id) ?? 0);
    if (!Number.isSafeInteger(dts) || !Number.isSafeInteger(pts)) {
      this.#assembler.drop(`A sample of track ${track.id} has a time out of range`);
      return;
    }
    const isKey = entry.kind === "audio" || sample.isSync;
    this.#attempt(() => {
      const payload = this.#readPayload(track, entry, { data, description: sample.description });
      if (payload.length > 0) this.#assembler.add(track.id, { pts, dts, isKey, payload });
    });
  }

  /** Nothing while the configuration is not known, or where a sample holds only that. */
  #readPayload(
    track: MovieTrack,
    entry: SampleEntry,
    { data, description }: { readonly data: Uint8Array; readonly description: number },
  ): readonly Uint8Array[] {
    const { codec, lengthSize } = entry;
    const last = this.#configs.get(track.id);
    const known = last?.description === description ? last.config : entry.config;
    const { payload, config } = readFrame(codec, data, { known, lengthSize, channels: 2 });
    if (config === undefined) {
      this.#assembler.drop(`A frame of ${codec} came before its configuration`);
      return [];
    }
    this.#configure(track, entry, { description, config });
    return payload;
  }

  #configure({ id, timescale }: MovieTrack, { kind, codec }: SampleEntry, known: Known): void {
    this.#assembler.configure({ id, kind, codec, timescale, config: known.config });
    this.#configs.set(id, known);
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof BitstreamError || error instanceof TooManyTracksError)) throw error;
      this.#assembler.drop(error.message, error);
    }
  }
}
