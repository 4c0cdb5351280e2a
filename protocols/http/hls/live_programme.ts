import type { RegistryError } from "../../../registry/errors.ts";
import type { Clock } from "../../../registry/clock.ts";
import type { MultivariantPlaylist } from "../../_formats/m3u8/playlist.ts";
import { HttpError } from "../errors.ts";
import { notCarried } from "../live_container.ts";
import { manifestText, playlistText } from "./listings.ts";
import { findMedia, isInMaking } from "./live_media.ts";
import { multivariantPlaylist } from "./multivariant_playlist.ts";
import type { Muxer } from "./muxer.ts";
import type { Listing, MediaResource, PlaylistRequest, Programme } from "./programme.ts";
import { type ReloadRequest, reloadState } from "./reload.ts";
import type { Presentation } from "./segmenter.ts";
import { findWindow } from "./window.ts";

/**
 * Longest wait for the first segment: as long as a segment can get (`HlsSettings.maxSegmentMs`), for
 * streams with few key pictures.
 */
const FIRST_SEGMENT_MS = 30_000;

/** A blocking request is given up after this many target durations (RFC 8216bis 6.2.5.2). */
const BLOCKING_TARGETS = 3;

/** A viewer has left who asks for nothing for this many target durations: playlists change in each. */
const SILENCE_TARGETS = 3;

/** What may be kept of a playlist that was waited for: nobody asks for it after this long (B.1). */
const BLOCKED_AGE_TARGETS = 6;

export interface LiveProgrammeOptions {
  readonly name: string;
  readonly muxer: Muxer;
  /** See `Programme.key`. */
  readonly key: string;
  readonly clock: Clock;
  /** Milliseconds; see `Programme.silenceMs`. A viewer may have this at least. */
  readonly lingerMs: number;
  /** Of the format, for people. */
  readonly label: string;
  /** Aborted with a `RegistryError` when the registry ends the viewer. */
  readonly signal: AbortSignal;
}

/** What one viewer sees of a live stream. */
export class LiveProgramme implements Programme {
  readonly isRecorded = false;
  readonly key: string;
  readonly #options: LiveProgrammeOptions;

  constructor(options: LiveProgrammeOptions) {
    this.key = options.key;
    this.#options = options;
  }

  get silenceMs(): number {
    const { muxer, lingerMs } = this.#options;
    return Math.max(lingerMs, (muxer.presentation?.targetDuration ?? 0) * SILENCE_TARGETS * 1000);
  }

  async multivariant(
    rendition: string | undefined,
    gone: AbortSignal,
  ): Promise<MultivariantPlaylist | undefined> {
    const { renditions } = await this.#presentation(gone);
    const chosen = rendition === undefined
      ? renditions
      : renditions.filter(({ id }) => id === rendition);
    return chosen.length === 0 ? undefined : multivariantPlaylist({ renditions: chosen });
  }

  async playlist(
    { rendition, reload, isDelta }: PlaylistRequest,
    gone: AbortSignal,
  ): Promise<Listing | undefined> {
    const first = await this.#presentation(gone);
    const found = reload === undefined
      ? first
      : await this.#reloaded(first, rendition, reload, gone);
    const window = findWindow(found.renditions, rendition);
    const text = window && playlistText(found)(window, isDelta);
    const { targetDuration } = found;
    const maxAgeSeconds = reload === undefined
      ? targetDuration >> 1
      : targetDuration * BLOCKED_AGE_TARGETS;
    return text && { text, maxAgeSeconds };
  }

  async manifest(gone: AbortSignal): Promise<Listing | undefined> {
    const presentation = await this.#presentation(gone);
    const second = Math.floor(this.#options.clock.utc() / 1000);
    return { text: manifestText(presentation)(second), maxAgeSeconds: 1 };
  }

  async media(
    resource: MediaResource,
    gone: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { muxer, signal } = this.#options;
    const find = () => findMedia(muxer.presentations, resource);
    const found = find();
    if (found !== undefined) return await found.read();
    if (!isInMaking(muxer.presentation, resource)) return undefined;
    const ms = blockingMs(muxer.presentation);
    const made = await muxer.until(find, { ms, signals: [gone, signal] });
    return await made?.read();
  }

  /** Waits for a playlist that has what is asked for. */
  async #reloaded(
    first: Presentation,
    rendition: string,
    reload: ReloadRequest,
    gone: AbortSignal,
  ): Promise<Presentation> {
    const { muxer, name } = this.#options;
    const find = () => {
      const presentation = muxer.presentation;
      const window = presentation && findWindow(presentation.renditions, rendition);
      // A rendition that is not there any more is not waited for.
      if (presentation === undefined || window === undefined) return first;
      const state = reloadState(presentation, window, reload);
      if (state === "too-far") throw new HttpError(400, "too-far", tooFar(name, reload));
      return state === "ready" ? presentation : undefined;
    };
    const found = await this.#until(find, blockingMs(first), gone);
    if (found !== undefined) return found;
    const reason =
      `Cannot send the playlist of ${name}: segment ${reload.msn} did not come in time`;
    throw new HttpError(503, "not-in-time", reason);
  }

  async #presentation(gone: AbortSignal): Promise<Presentation> {
    const { muxer, name, label } = this.#options;
    const find = () => {
      if (muxer.isUnfit) throw notCarried(name, label, muxer.description);
      return muxer.presentation;
    };
    const found = await this.#until(find, FIRST_SEGMENT_MS, gone);
    if (found !== undefined) return found;
    const reason = `Cannot send ${name} as HLS: no segment of it is whole yet`;
    throw new HttpError(503, "not-ready", reason, { "retry-after": "1" });
  }

  /** @throws {RegistryError} the viewer was cut. */
  async #until<Found>(
    find: () => Found | undefined,
    ms: number,
    gone: AbortSignal,
  ): Promise<Found | undefined> {
    const { muxer, signal } = this.#options;
    const found = await muxer.until(find, { ms, signals: [gone, signal] });
    if (found === undefined && signal.aborted) throw signal.reason as RegistryError;
    return found;
  }
}

function tooFar(name: string, { msn, part }: ReloadRequest): string {
  const wanted = part === undefined ? `segment ${msn}` : `part ${part} of segment ${msn}`;
  return `Cannot wait for ${wanted} of ${name}: it is too far ahead`;
}

function blockingMs(presentation: Presentation | undefined): number {
  return (presentation?.targetDuration ?? 0) * BLOCKING_TARGETS * 1000;
}
