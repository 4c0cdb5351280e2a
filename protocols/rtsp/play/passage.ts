import type { Cancel, Clock } from "../../../registry/clock.ts";
import { ReaderTooSlowError } from "../../../registry/errors.ts";
import type { Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import type { Packager } from "../../../registry/packaging.ts";
import type { Playback } from "../../../registry/playback.ts";
import type { Batch, MediaBatch } from "../../../registry/reader.ts";
import type { RecordedReader } from "../../../registry/recording.ts";
import type { Course } from "./course.ts";
import type { RtpItem } from "./packaging.ts";
import type { PlayedTrack, RtpBatch, RtpReader } from "./playing.ts";
import { shownAt, type ShownTimes } from "./shown_times.ts";

/** A viewer that takes nothing for so long is cut: what it plays stays open for it. */
const STALL_MS = 60_000;

export interface PassageOptions {
  readonly clock: Clock;
  readonly reader: RecordedReader;
  readonly playback: Playback;
  readonly course: Course;
  /** Position at which it really begins, in milliseconds: that of the key unit. */
  readonly keyMs: number;
  /** Whether that is the first of all. */
  readonly isAtStart: boolean;
  /** Those that are set up: no others are packaged. */
  readonly tracks: ReadonlyMap<number, PlayedTrack>;
  /** That of the session: its numbers go on from one passage to the next. */
  readonly packager: Packager<RtpItem>;
  readonly times: ShownTimes;
}

/** One way through a recording as RTP, for one session: from one seek to the next. */
export class Passage implements RtpReader {
  readonly course: Course;
  readonly #options: PassageOptions;
  /** The same instant as position and as time of what is shown, in milliseconds. */
  #anchor: { readonly positionMs: number; readonly shownMs: number } | undefined;
  /** The track whose key unit it begins with. */
  readonly #lead: Track | undefined;
  /**
   * When the first sound may be shown; unknown before the key picture. What begins before that is left
   * out, but at the start, where it belongs to it: live555 takes a timestamp before that of RTP-Info
   * for one that is hours ahead.
   */
  #soundFromMs: number | undefined;
  /** When what was read last is shown. */
  #lastMs: number | undefined;
  #isOver = false;
  #isPaused = false;
  #cancelStall: Cancel = () => {};

  constructor(options: PassageOptions) {
    this.#options = options;
    this.course = options.course;
    this.#lead = options.reader.recording.description.tracks.find(({ kind }) => kind === "video");
    if (options.isAtStart || this.#lead === undefined) this.#soundFromMs = -Infinity;
    options.times.jump();
  }

  /** Position of what was read last, in milliseconds. */
  get positionMs(): number {
    return this.#lastMs === undefined ? this.#options.keyMs : this.positionAt(this.#lastMs);
  }

  /** Whether all of it was read. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Position in the recording, in milliseconds, of what the session is shown at `shownMs`. */
  positionAt(shownMs: number): number {
    if (this.#anchor === undefined) return this.#options.keyMs;
    const { positionMs, shownMs: anchorMs } = this.#anchor;
    return Math.max(0, positionMs + (shownMs - anchorMs) * this.course.scale);
  }

  /** @throws {RegistryError} */
  async read(): Promise<Batch<RtpBatch> | undefined> {
    this.#cancelStall();
    for (;;) {
      const batch = await this.#options.playback.read();
      if (batch?.type !== "media") {
        this.#isOver = true;
        return batch;
      }
      const units = this.#package(batch);
      if (units.length === 0) continue;
      this.#watchStall();
      return { type: "media", units, bytes: units.reduce((sum, { bytes }) => sum + bytes, 0) };
    }
  }

  /** What is read next is read when this has been taken. */
  #watchStall(): void {
    if (this.#isPaused) return;
    const { clock, reader } = this.#options;
    this.#cancelStall = clock.schedule(
      STALL_MS,
      () => reader.cut(new ReaderTooSlowError(reader.name, STALL_MS)),
    );
  }

  #package(batch: MediaBatch): readonly RtpItem[] {
    const { packager, times, tracks } = this.#options;
    const placed = times.place(batch.units);
    this.#anchor ??= this.#anchorAt(batch.units, placed);
    const key = placed.find(({ track }) => track.id === this.#lead?.id);
    if (key !== undefined) this.#soundFromMs ??= shownAt(key);
    const units = placed.filter((unit) => tracks.has(unit.track.id) && this.#isWanted(unit));
    if (units.length > 0) this.#lastMs = Math.max(...units.map(shownAt));
    return packager.package({ ...batch, units });
  }

  #isWanted(unit: Unit): boolean {
    return unit.track.id === this.#lead?.id || shownAt(unit) >= (this.#soundFromMs ?? Infinity);
  }

  /** A way begins with a unit whose decoding time is kept; backwards, pictures are shown at theirs. */
  #anchorAt([read]: readonly Unit[], [placed]: readonly Unit[]) {
    const { keyMs, course, reader: { recording } } = this.#options;
    if (read === undefined || placed === undefined) return undefined;
    if (course.scale < 0) return { positionMs: keyMs, shownMs: shownAt(placed) };
    const decodedMs = ({ dts, track }: Unit) => dts * 1000 / track.timescale;
    return { positionMs: decodedMs(read) - recording.startMs, shownMs: decodedMs(placed) };
  }

  /** Holds on to the place: nothing more is read until `resume`. */
  pause(): void {
    this.#isPaused = true;
    this.#cancelStall();
    this.#options.playback.pause();
  }

  /** Goes on with the very next unit. */
  resume(): void {
    this.#isPaused = false;
    this.#options.playback.resume();
  }

  close(): void {
    this.#cancelStall();
    this.#options.playback.close();
  }
}
