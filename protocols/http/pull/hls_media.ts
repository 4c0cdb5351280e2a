import type { Clock } from "../../../registry/clock.ts";
import type { Demuxer } from "../../_formats/demux/events.ts";
import type { MediaMap, MediaPlaylist, MediaSegment } from "../../_formats/m3u8/playlist.ts";
import { INGEST_CONTAINERS, PROBE_BYTES } from "../ingest_containers.ts";
import type { HttpClient, HttpReply } from "./client.ts";
import { HttpPullError } from "./errors.ts";
import type { Lane } from "./lane_merger.ts";
import { loadMedia, type LocatedPlaylist } from "./playlists.ts";
import type { PullSink } from "./sink.ts";

/** Segments that a player stays behind the end of a live playlist (RFC 8216bis section 6.3.3). */
const BEHIND_END = 3;

/** A playlist that does not change for so many target durations has no stream any more. */
const STALLED_TARGETS = 3;
/** And never before this time, in milliseconds. */
const MIN_STALLED_MS = 15_000;

/** Shortest pause between two loads of a playlist, in milliseconds, whatever it says of itself. */
const MIN_RELOAD_MS = 500;

/** Largest segment: a minute at 30 Mbit/s. */
const MAX_SEGMENT_BYTES = 256 << 20;

/** What the media playlists of one source share, and the lane of each. */
export interface HlsMediaParts {
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly sink: PullSink;
  readonly lane: Lane;
}

/** One media playlist: its segments, one after the other, as they are added. */
export class HlsMedia {
  readonly #parts: HlsMediaParts;
  #located: LocatedPlaylist;
  /** Media sequence number of the segment that comes next. */
  #next: number;
  #demuxer: Demuxer | undefined;
  #map: MediaMap | undefined;
  /** Why the playlist could not be loaded last. */
  #failure: unknown;

  constructor(parts: HlsMediaParts, located: LocatedPlaylist) {
    this.#parts = parts;
    this.#located = located;
    this.#next = startOf(located.playlist);
  }

  /**
   * Hands on segments until the playlist has ended, or the sink is stopped.
   *
   * @throws {HttpPullError} what it lists cannot be fetched or read, or nothing is added any more.
   */
  async run(): Promise<void> {
    const { clock, sink } = this.#parts;
    let changed = clock.now();
    while (!sink.signal.aborted) {
      const loaded = clock.now();
      const hasNew = await this.#playNew();
      if (this.#located.playlist.isEnded || sink.signal.aborted) return;
      if (hasNew) changed = loaded;
      this.#assertAlive(clock.now() - changed);
      const targetMs = this.#located.playlist.targetDuration * 1000;
      const due = loaded + Math.max(MIN_RELOAD_MS, hasNew ? targetMs : targetMs / 2);
      await sink.pause(due - clock.now());
      if (!sink.signal.aborted) await this.#reload();
    }
  }

  #assertAlive(unchangedMs: number): void {
    const { url, playlist } = this.#located;
    const limit = Math.max(MIN_STALLED_MS, STALLED_TARGETS * playlist.targetDuration * 1000);
    if (unchangedMs < limit) return;
    if (this.#failure !== undefined) throw this.#failure;
    throw new HttpPullError(url, `no segment was added for ${limit / 1000} s`);
  }

  /** A load that fails is tried again when the next is due, for as long as the stream may be alive. */
  async #reload(): Promise<void> {
    try {
      this.#located = await loadMedia(this.#parts.client, this.#located.url);
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
    }
  }

  /** Plays the segments that are new in the playlist. Whether there were any. */
  async #playNew(): Promise<boolean> {
    const { mediaSequence, segments } = this.#located.playlist;
    // Those between are gone: what comes next joins nothing.
    const isBehind = this.#next < mediaSequence;
    if (isBehind) this.#next = mediaSequence;
    const fresh = segments.slice(this.#next - mediaSequence);
    for (const [index, segment] of fresh.entries()) {
      if (this.#parts.sink.signal.aborted) break;
      await this.#play(segment, isBehind && index === 0);
      this.#next++;
    }
    return fresh.length > 0;
  }

  async #play(segment: MediaSegment, isAfterLoss: boolean): Promise<void> {
    const { url } = this.#located;
    if (segment.key !== undefined) {
      throw new HttpPullError(url, `its segments are encrypted (${segment.key.method})`);
    }
    if (segment.isGap) return;
    if (segment.isDiscontinuous || isAfterLoss || !sameMap(segment.map, this.#map)) {
      await this.#endDemuxer();
    }
    this.#map = segment.map;
    if (this.#demuxer === undefined && segment.map !== undefined) {
      await this.#fetch(segment.map.uri, segment.map);
    }
    await this.#fetch(segment.uri, segment);
  }

  /** What comes next begins anew. */
  async #endDemuxer(): Promise<void> {
    const { lane, sink } = this.#parts;
    const demuxer = this.#demuxer;
    this.#demuxer = undefined;
    if (demuxer !== undefined) await sink.take(lane.merge(demuxer.flush()));
  }

  async #fetch(uri: string, { byteRange }: Pick<MediaSegment, "byteRange">): Promise<void> {
    const { client, sink, lane } = this.#parts;
    const reply = await client.get(new URL(uri, this.#located.url), byteRange);
    const stop = () => reply.body.fail(sink.signal.reason);
    sink.signal.addEventListener("abort", stop, { once: true });
    let size = 0;
    try {
      for (;;) {
        const bytes = await reply.body.read(this.#demuxer === undefined ? PROBE_BYTES : 1);
        if (bytes === undefined) return;
        size += bytes.byteLength;
        if (size > MAX_SEGMENT_BYTES) {
          throw new HttpPullError(reply.url, `it has more than ${MAX_SEGMENT_BYTES} bytes`);
        }
        const demuxer = this.#demuxer ??= this.#open(reply, bytes);
        await sink.take(lane.merge(demuxer.push(bytes)));
      }
    } finally {
      sink.signal.removeEventListener("abort", stop);
      reply.body.cancel();
    }
  }

  #open({ url }: HttpReply, first: Uint8Array): Demuxer {
    const container = INGEST_CONTAINERS.find(({ begins }) => begins(first));
    if (container === undefined) {
      throw new HttpPullError(url, "it is neither MPEG-TS nor fragmented MP4");
    }
    const demuxer = container.open();
    this.#parts.lane.use(demuxer);
    return demuxer;
  }
}

/** A presentation that is whole is played from its beginning, a live one near its end. */
function startOf({ mediaSequence, segments, isEnded }: MediaPlaylist): number {
  return isEnded ? mediaSequence : mediaSequence + Math.max(0, segments.length - BEHIND_END);
}

function sameMap(a: MediaMap | undefined, b: MediaMap | undefined): boolean {
  return a?.uri === b?.uri && a?.byteRange?.offset === b?.byteRange?.offset;
}
