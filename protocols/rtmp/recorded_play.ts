import { Playback } from "../../registry/playback.ts";
import type { RecordedReader } from "../../registry/recording.ts";
import { ConnectionClosedError } from "../_transport/errors.ts";
import { encodeCommand, onStatus } from "./command.ts";
import { onPlayStatus, sampleAccess } from "./data.ts";
import type { StreamHost } from "./message_stream.ts";
import { Outlet, UnsupportedTrackError } from "./outlet.ts";
import type { PlayRange } from "./play_range.ts";
import { playRefusal, reasonOf } from "./refusals.ts";
import { STATUS, type Status } from "./status.ts";

/** Sent ahead of time: what players like to have buffered before they begin. */
const LEAD_MS = 2_000;

export interface RecordedPlayOptions {
  readonly host: StreamHost;
  readonly streamId: number;
  readonly reader: RecordedReader;
  readonly range: PlayRange;
  readonly audio: boolean;
  readonly video: boolean;
}

/** A recording that one client plays, from a position of its own. */
export class RecordedPlay {
  readonly #options: RecordedPlayOptions;
  readonly #untilMs: number;
  #kinds: { readonly audio: boolean; readonly video: boolean };
  #playback: Playback | undefined;
  #outlet: Outlet | undefined;
  #isPaused = false;

  constructor(options: RecordedPlayOptions) {
    const { reader, range, audio, video } = options;
    this.#options = options;
    this.#untilMs = range.startMs + range.durationMs;
    this.#kinds = { audio, video };
    reader.signal.addEventListener("abort", () => this.#cut(reader.signal.reason), { once: true });
  }

  get name(): string {
    return this.#options.reader.name;
  }

  /** Begins at the key picture at or before the start of the range. */
  start(): void {
    const { host: { link }, streamId, range } = this.#options;
    link.control({ kind: "streamIsRecorded", streamId }, { kind: "streamBegin", streamId });
    this.#status(STATUS.PLAY_RESET, `${this.name} is about to play.`);
    this.#status(STATUS.PLAY_START, `${this.name} is playing.`);
    link.post(sampleAccess(streamId));
    this.#playFrom(range.startMs);
  }

  /**
   * Goes on at the key picture at or before `ms`; a pause stays one. What is before the beginning is the
   * beginning: FFmpeg asks for it where decoding begins before the first picture is shown.
   */
  seek(ms: number): void {
    const { host: { link }, streamId, reader: { recording } } = this.#options;
    if (ms > recording.durationMs) {
      const length = recording.durationMs / 1000;
      return this.#status(STATUS.SEEK_FAILED, `${this.name} is ${length} s long.`);
    }
    this.#playback?.close();
    link.control({ kind: "streamBegin", streamId });
    this.#status(STATUS.SEEK_NOTIFY, `${this.name} goes on at ${ms / 1000} s.`);
    this.#status(STATUS.PLAY_START, `${this.name} is playing.`);
    this.#playFrom(ms);
  }

  /** Stops, or goes on with the very next picture. */
  pause(isPaused: boolean): void {
    const { host: { link }, streamId } = this.#options;
    this.#isPaused = isPaused;
    if (isPaused) {
      this.#playback?.pause();
      link.control({ kind: "streamEof", streamId });
      return this.#status(STATUS.PAUSE_NOTIFY, `${this.name} is paused.`);
    }
    link.control({ kind: "streamBegin", streamId });
    this.#status(STATUS.UNPAUSE_NOTIFY, `${this.name} goes on.`);
    this.#playback?.resume();
  }

  /** Turns audio or video on or off. */
  receive(kinds: { readonly audio?: boolean; readonly video?: boolean }): void {
    this.#kinds = { ...this.#kinds, ...kinds };
    this.#outlet?.receive(kinds);
  }

  close(): void {
    this.#playback?.close();
    this.#options.reader.close();
  }

  #playFrom(fromMs: number): void {
    const { host: { context, link, capabilities }, streamId, reader } = this.#options;
    const { clock } = context.registry;
    const playback = new Playback(reader, {
      clock,
      fromMs,
      untilMs: this.#untilMs,
      leadMs: LEAD_MS,
    });
    if (this.#isPaused) playback.pause();
    this.#playback = playback;
    const route = { capabilities, streamId, ...this.#kinds, isServer: false };
    const outlet = new Outlet(link, playback, route);
    this.#outlet = outlet;
    outlet.run().then(
      (reason) => {
        if (reason === "end") this.#complete();
      },
      (error) => {
        if (this.#playback === playback) this.#fail(error);
      },
    );
  }

  /** The client may still seek back. */
  #complete(): void {
    const { host: { link }, streamId } = this.#options;
    link.post(onPlayStatus(STATUS.PLAY_COMPLETE, streamId));
    link.control({ kind: "streamEof", streamId });
    this.#status(STATUS.PLAY_STOP, `${this.name} is over.`);
  }

  #fail(error: unknown): void {
    const { host: { link, end }, reader } = this.#options;
    if (reader.signal.aborted) return;
    this.close();
    if (error instanceof ConnectionClosedError) return link.close();
    const isUnsupported = error instanceof UnsupportedTrackError;
    const status = isUnsupported ? STATUS.PLAY_NO_SUPPORTED_TRACK : playRefusal(error);
    this.#status(status, reasonOf(error));
    end(reasonOf(error));
  }

  #cut(reason: unknown): void {
    const { host: { link, end }, streamId } = this.#options;
    this.#status(playRefusal(reason), reasonOf(reason));
    link.control({ kind: "streamEof", streamId });
    end(reasonOf(reason));
  }

  #status(status: Status, description: string): void {
    const { host: { link }, streamId } = this.#options;
    link.post(encodeCommand(onStatus(status, description), streamId));
  }
}
