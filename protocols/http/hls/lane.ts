import { rescale } from "../../../registry/media/timebase.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { US_PER_SECOND } from "../../_formats/m3u8/playlist.ts";
import { Body } from "./body.ts";
import {
  ORIGIN,
  type Piece,
  type RenditionTracks,
  type SegmentFormat,
  type SegmentWriter,
} from "./format.ts";
import { Pace } from "./pace.ts";
import { MEDIA_TIMESCALE, mediaTime } from "./wall_clock.ts";
import {
  emptyWindow,
  type Init,
  type RenditionWindow,
  type Run,
  type WindowLimits,
  withPart,
  withSegmentClosed,
} from "./window.ts";

/** Where all renditions of a stream begin another segment. */
export interface Cut {
  /** Media sequence number of that segment. */
  readonly sequence: number;
  /** In ticks of 90 kHz: units from here on belong to it. */
  readonly time: number;
  /** Milliseconds of UTC at that time. */
  readonly utc: number;
  readonly isDiscontinuous: boolean;
  readonly run: Run;
}

/** A track that is silent for more segments than this is not waited for. */
const MAX_PENDING_CUTS = 1;

/** One rendition under way: its units into parts and segments, cut where the stream is. */
export class Lane {
  #rendition: RenditionTracks;
  readonly #format: SegmentFormat;
  readonly #limits: WindowLimits;
  #window: RenditionWindow;
  #writer: SegmentWriter;
  #init: Init | undefined;
  #cuts: Cut[] = [];
  /** That the segment in the making began at. */
  #began: Cut | undefined;
  /** Longest time of a part, in ticks of the leading track; undefined before it is known. */
  #partTicks: number | undefined;
  /** Decoding time at which the part in the making began; undefined while nothing of it has come. */
  #partStart: number | undefined;
  #pace: Pace;
  #hasMedia = false;

  constructor(
    rendition: RenditionTracks,
    format: SegmentFormat,
    { discontinuitySequence, ...limits }: WindowLimits & {
      readonly discontinuitySequence: number;
    },
  ) {
    this.#rendition = rendition;
    this.#format = format;
    this.#limits = limits;
    this.#window = emptyWindow(rendition.id, rendition.tracks, discontinuitySequence);
    this.#writer = format.open(rendition);
    this.#pace = new Pace(rendition.tracks[0].timescale);
  }

  get window(): RenditionWindow {
    return this.#window;
  }

  /** Whether anything has come for a segment of it. */
  get hasMedia(): boolean {
    return this.#hasMedia;
  }

  /** Segments begun from now on are published in parts of at most this many microseconds. */
  divideInto(partUs: number): void {
    const [{ timescale }] = this.#rendition.tracks;
    this.#partTicks = Math.floor(partUs * timescale / US_PER_SECOND);
  }

  /** Goes on with other configurations, behind an `interrupt`. */
  reopen(rendition: RenditionTracks): void {
    this.#rendition = rendition;
    this.#writer = this.#format.open(rendition, this.#writer);
    this.#init = undefined;
    this.#window = { ...this.#window, tracks: rendition.tracks };
  }

  /** Another segment begins with the first unit from `cut.time` on. */
  cut(cut: Cut): void {
    this.#cuts.push(cut);
    while (this.#cuts.length > MAX_PENDING_CUTS + 1) this.#cutInSilence();
  }

  /** Takes a unit of one of the tracks. Before the first cut, and after a pause, it is left out. */
  add(unit: Unit): void {
    const [lead] = this.#rendition.tracks;
    const isLead = unit.track.id === lead.id;
    const time = mediaTime(unit);
    const isReached = isLead && (this.#cuts[0]?.time ?? Infinity) <= time;
    if (isLead && this.#pace.isGapBefore(unit.dts)) this.#pause();
    const isOut = this.#began === undefined || this.#window.open?.isPaused === true;
    if (isOut && !isReached) return;
    this.#writer.add(unit);
    this.#hasMedia = true;
    this.#adoptInit();
    if (isReached) this.#cutBefore(unit, time);
    else if (isLead && this.#isPartFull(unit)) this.#takePart(unit);
    if (isLead) this.#partStart ??= unit.dts;
  }

  /** The last unit must not last until now: what there is of a segment is all that will be. */
  #pause(): void {
    if (this.#partStart === undefined) return;
    const part = this.#writer.flush(this.#place);
    if (part !== undefined) this.#window = withPart(this.#window, part);
    const { open } = this.#window;
    if (open !== undefined) this.#window = { ...this.#window, open: { ...open, isPaused: true } };
  }

  #cutBefore(unit: Unit, time: number): void {
    for (let [cut] = this.#cuts; cut !== undefined && cut.time <= time; [cut] = this.#cuts) {
      this.#cuts.shift();
      this.#close(this.#writer.take(this.#place), cut.time);
      const [next] = this.#cuts;
      const isEmpty = next !== undefined && next.time <= time;
      if (isEmpty) this.#begin(cut, cut.time);
      else this.#begin(cut, time, unit.pts + this.#ticks(0));
    }
    this.#partStart = unit.dts;
  }

  /** Begins another segment although nothing has come for it. */
  #cutInSilence(): void {
    const cut = this.#cuts.shift();
    if (cut === undefined) return;
    this.#close(this.#writer.flush(this.#place), cut.time);
    this.#begin(cut, cut.time);
    this.#partStart = undefined;
  }

  /** Nothing joins what has come to what will come: the segment in the making ends here. */
  interrupt(time: number): void {
    this.#close(this.#writer.flush(this.#place), time);
    this.#cuts = [];
    this.#partStart = undefined;
    this.#pace = new Pace(this.#rendition.tracks[0].timescale);
  }

  /** @param presentationStart in ticks. */
  #begin(cut: Cut, time: number, presentationStart = this.#ticks(time)): void {
    const { sequence, isDiscontinuous, run } = cut;
    this.#began = cut;
    const open = {
      sequence,
      isDiscontinuous,
      run,
      presentationStart,
      programDateTime: cut.utc + Math.round((time - cut.time) * 1000 / MEDIA_TIMESCALE),
      init: this.#init,
      isParted: this.#partTicks !== undefined && this.#format.hasParts,
      parts: [],
    };
    this.#window = { ...this.#window, open };
    this.#adoptInit();
  }

  /** A header is known with the first unit, and belongs to the segment that has it. */
  #adoptInit(): void {
    const { open } = this.#window;
    const bytes = this.#writer.init;
    if (open === undefined || this.#init !== undefined || bytes === undefined) return;
    const { tracks } = this.#rendition;
    this.#init = { sequence: open.sequence, body: new Body(bytes), tracks };
    this.#window = { ...this.#window, open: { ...open, init: this.#init } };
  }

  #close(rest: Piece | undefined, time: number): void {
    const began = this.#began;
    if (began === undefined) return;
    if (rest !== undefined) this.#window = withPart(this.#window, rest);
    const start = this.#ticks(began.time);
    const duration = Math.max(0, this.#ticks(time) - start);
    this.#window = withSegmentClosed(this.#window, { start, duration }, this.#limits);
    this.#began = undefined;
  }

  #ticks(time: number): number {
    return rescale(time - ORIGIN, MEDIA_TIMESCALE, this.#rendition.tracks[0].timescale);
  }

  /** Whether the next unit, should it take as long to come as this one did, is one too many. */
  #isPartFull(unit: Unit): boolean {
    if (!this.#window.open?.isParted || this.#partTicks === undefined) return false;
    return unit.dts + this.#pace.step - (this.#partStart ?? unit.dts) > this.#partTicks;
  }

  #takePart(unit: Unit): void {
    const part = this.#writer.take(this.#place);
    if (part !== undefined) this.#window = withPart(this.#window, part);
    this.#partStart = unit.dts;
  }

  get #place(): { readonly isSegmentStart: boolean } {
    return { isSegmentStart: this.#window.open?.parts.length === 0 };
  }
}
