import type { Clock } from "../../../registry/clock.ts";
import { Playback } from "../../../registry/playback.ts";
import type { RecordedReader } from "../../../registry/recording.ts";
import type { ByteStream } from "../../_transport/byte_stream.ts";
import { ServiceUnavailableError } from "../errors.ts";
import { type Course, endOf, type Ground, nextCourse } from "./course.ts";
import { beginningOf, type FirstPacket } from "./first_packets.ts";
import { RtpPackager } from "./packaging.ts";
import { Passage } from "./passage.ts";
import type { Play, Played, PlayWish } from "./play.ts";
import { type PlayedTrack, Playing } from "./playing.ts";
import { ShownTimes } from "./shown_times.ts";

/** How long PLAY waits for the first packets: a disk may be busy, and RTP-Info has to be right. */
const FIRST_PACKETS_MS = 5_000;

/**
 * What is sent ahead of time at the start of a recording, where sound begins a little before the first
 * picture and is decoded after it: enough that RTP-Info names a time that none of them is before, for
 * live555 takes such a one for hours ahead. Elsewhere nothing is: players that time what they play by
 * when it arrives would take a burst for their network, and each seek would throw it away.
 */
const START_LEAD_MS = 150;

export interface RecordedPlayParts {
  readonly reader: RecordedReader;
  readonly stream: ByteStream;
  readonly clock: Clock;
  /** Those that are set up. */
  readonly tracks: ReadonlyMap<number, PlayedTrack>;
  /** Told when all that was asked for has been sent: another PLAY may follow. */
  readonly onOver: () => void;
  /** Told of what ends the session. */
  readonly onFailed: (error: unknown) => void;
}

/** A passage, and what sends it. */
interface Way {
  readonly passage: Passage;
  readonly playing: Playing;
}

/** A recording that one session plays, from a position of its own. */
export class RecordedPlay implements Play {
  readonly #parts: RecordedPlayParts;
  readonly #ground: Ground;
  readonly #packager: RtpPackager;
  readonly #times = new ShownTimes();
  #way: Way | undefined;
  /** Begins to flow when PLAY was answered. */
  #starting: Playing | undefined;
  #isPaused = false;
  #isClosed = false;

  constructor(parts: RecordedPlayParts) {
    const { reader, clock } = parts;
    const { durationMs, description: { tracks } } = reader.recording;
    this.#parts = parts;
    this.#ground = { durationMs, hasVideo: tracks.some(({ kind }) => kind === "video") };
    this.#packager = new RtpPackager(clock);
    reader.signal.addEventListener("abort", () => parts.onFailed(reader.signal.reason));
  }

  async start(wish: PlayWish): Promise<Played> {
    const course = nextCourse(wish, this.#ground, this.#way?.passage);
    const way = course === undefined ? this.#way : await this.#enter(course);
    if (way === undefined) throw new ServiceUnavailableError("the session has ended");
    if (course !== undefined || this.#isPaused) return await this.#begin(way);
    return this.#played(way.passage, way.passage.positionMs, []);
  }

  /** Leaves where it is for the key unit at which a course begins. @throws {RecordingError} */
  async #enter(course: Course): Promise<Way | undefined> {
    const { reader, stream, clock, tracks } = this.#parts;
    const { recording } = reader;
    const keyMs = await recording.keyAt(course.fromMs);
    const isAtStart = course.scale > 0 && keyMs === await recording.keyAt(0);
    await this.#leave(false);
    // Meanwhile the session may have ended.
    if (this.#isClosed) return undefined;
    const passage = new Passage({
      playback: new Playback(reader, { clock, leadMs: isAtStart ? START_LEAD_MS : 0, ...course }),
      clock,
      reader,
      course,
      keyMs,
      isAtStart,
      tracks,
      packager: this.#packager,
      times: this.#times,
    });
    const playing = new Playing({ reader: passage, stream, clock, tracks, hasRange: true });
    this.#way = { passage, playing };
    this.#starting = playing;
    this.#isPaused = false;
    return this.#way;
  }

  /** Waits for what comes first, or next after a pause. @throws {RegistryError} */
  async #begin({ passage, playing }: Way): Promise<Played> {
    if (this.#isPaused) passage.resume();
    this.#isPaused = false;
    try {
      const items = await playing.next(FIRST_PACKETS_MS);
      const { tracks } = this.#parts;
      // A track that nothing is sent of, as sound at eight times the speed, ends with the others.
      for (const trackId of tracks.keys()) {
        const next = this.#packager.nextPacket(trackId);
        if (next !== undefined) playing.owesGoodbye(trackId, next.ssrc);
      }
      const beginning = beginningOf(
        items,
        tracks,
        (trackId) => this.#packager.nextPacket(trackId)?.sequence,
      );
      if (beginning === undefined) return this.#played(passage, passage.positionMs, []);
      return this.#played(passage, passage.positionAt(beginning.instantMs), beginning.first);
    } catch (error) {
      await this.#leave(false);
      this.#parts.onOver();
      throw error;
    }
  }

  #played({ course }: Passage, startMs: number, first: readonly FirstPacket[]): Played {
    const range = { type: "npt", start: startMs, end: endOf(course, this.#ground) } as const;
    return { range, scale: course.scale, speed: course.speed, first };
  }

  startFlow(): void {
    const playing = this.#starting;
    this.#starting = undefined;
    if (playing === undefined) return this.#way?.playing.release();
    const isCurrent = () => this.#way?.playing === playing;
    playing.run().then(
      () => isCurrent() && this.#parts.onOver(),
      (error) => isCurrent() && this.#parts.onFailed(error),
    );
  }

  pause(): Promise<void> {
    this.#isPaused = this.#way !== undefined;
    this.#way?.passage.pause();
    this.#way?.playing.hold();
    return Promise.resolve();
  }

  async #leave(withGoodbye: boolean): Promise<void> {
    const way = this.#way;
    this.#way = undefined;
    this.#starting = undefined;
    await way?.playing.close(withGoodbye);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#leave(true);
    this.#parts.reader.close();
  }
}
