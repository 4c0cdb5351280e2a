import type { Clock } from "../../../registry/clock.ts";
import type { ReadBatch, Reader } from "../../../registry/reader.ts";
import { RtcpError } from "../../_formats/rtp/rtcp_errors.ts";
import type { ReportBlock } from "../../_formats/rtp/rtcp_reports.ts";
import { type Logger, ThrottledLog } from "../../protocol.ts";
import { RtcError } from "../errors.ts";
import type { NegotiatedMedia } from "../negotiated.ts";
import type { OutgoingRtp, RtcReceiver, RtcTransport } from "../rtc_transport.ts";
import { arrangeBurst, type TimedItem } from "./arrangement.ts";
import { type FeedbackListener, readFeedback } from "./feedback.ts";
import type { RtcItem } from "./packaging.ts";
import { Resender } from "./resender.ts";
import { goodbyeOf, SenderReports } from "./sender_reports.ts";
import { packetSize, sentMedias, SentTrack, type SentTrackStats } from "./sent_track.ts";

/**
 * Bytes in a row before a pause, and how long that is. The receive buffer of a socket on Linux has room
 * for some 90 packets of this size (212,992 bytes, of which each takes 2,304), and half of that where a
 * browser asks for less: a picture group at once would lose the first picture.
 */
const BURST_BYTES = 32 * 1024;
const BURST_PAUSE_MS = 2;

/**
 * A viewer that asks for key pictures more often than this gets none from the cache in between; nor while
 * less time has passed than the group has, lest the answer be more than the stream.
 */
const REWIND_INTERVAL_MS = 1000;

/** What packets are read from. */
export type RtcReader = Pick<
  Reader<ReadBatch<RtcItem>>,
  "read" | "close" | "queued" | "counters" | "note" | "notes" | "requestKey" | "rewind"
>;

export interface ViewerOptions {
  /** Of the stream, packaged by `RtcPackaging`; closed by the viewer. */
  readonly reader: RtcReader;
  readonly transport: RtcTransport;
  /** What was agreed to; those that are not sent are passed over. */
  readonly medias: readonly NegotiatedMedia[];
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Whether the peer is a server. It takes for new what a player shows once more, so nothing goes back to
   * the cache for it; and one that is sent nothing keeps a name from others, so it ends with the publisher.
   */
  readonly isServer?: boolean;
}

/** What became of a stream on its way to one viewer. */
export interface ViewerStats {
  /** Absent before the viewer has answered a report. */
  readonly roundTripMs?: number;
  readonly tracks: readonly SentTrackStats[];
}

/**
 * Sends a stream to one peer: what is the stream's is shared, headers, numbers and times are the viewer's.
 * Ends with the track whose codec changes to one that was not agreed to: the peer has to come again.
 */
export class Viewer implements Pick<RtcReceiver, "rtcp"> {
  readonly #options: ViewerOptions;
  readonly #tracks: ReadonlyMap<number, SentTrack>;
  readonly #bySsrc: ReadonlyMap<number, SentTrack>;
  readonly #reports = new SenderReports();
  readonly #resender = new Resender();
  readonly #trouble: ThrottledLog;
  readonly #listener: FeedbackListener;
  /** What comes next has waited in the cache, and is to be sent as if it were of one moment. */
  #isBurst = true;
  #dropped = 0;
  #notes: readonly string[] = [];
  #mayRewindAt = -Infinity;
  /** An end was read together with what came before it. */
  #hasEnded = false;
  #isClosed = false;

  constructor(options: ViewerOptions) {
    const { medias, clock, log } = options;
    const tracks = sentMedias(medias).map((media) => new SentTrack(media));
    this.#options = options;
    this.#tracks = new Map(tracks.map((track) => [track.trackId, track]));
    this.#bySsrc = new Map(tracks.map((track) => [track.ssrc, track]));
    this.#trouble = new ThrottledLog(() => clock.now(), log.debug.bind(log));
    this.#listener = {
      lost: (ssrc, sequences) => this.#resend(ssrc, sequences),
      needsKey: (ssrc) => this.#needsKey(ssrc),
      reported: (block) => this.#reported(block),
    };
  }

  get stats(): ViewerStats {
    const { roundTripMs } = this.#reports;
    return {
      ...(roundTripMs !== undefined && { roundTripMs }),
      tracks: [...this.#tracks.values()].map(({ stats }) => stats),
    };
  }

  /**
   * Sends until it is closed or the path has ended. Goes on when the publisher returns, to a player.
   *
   * @throws {RegistryError} the registry ended the reader.
   * @throws {RtcError} a track turned into what was not agreed to.
   */
  async run(): Promise<void> {
    const { reader, transport: { signal } } = this.#options;
    const stop = () => this.close();
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    try {
      await this.#sendAll();
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener("abort", stop);
      reader.close();
      await this.#goodbye();
    }
  }

  /** Has `run` say goodbye and end. May be called at any time and again. */
  close(): void {
    this.#isClosed = true;
    this.#options.reader.close();
  }

  /** Takes feedback of the peer: a whole compound packet. */
  rtcp(packet: Uint8Array): void {
    try {
      readFeedback(packet, this.#listener);
    } catch (error) {
      if (!(error instanceof RtcpError)) throw error;
      this.#trouble.log("rtcp", "dropped feedback", { reason: error.message });
    }
  }

  async #sendAll(): Promise<void> {
    const { reader, isServer = false } = this.#options;
    for (let batch; (batch = await reader.read()) !== undefined;) {
      if (batch.type === "end") {
        if (isServer) return;
        continue;
      }
      const isBurst = this.#takesBurst();
      const items = isBurst ? await this.#withBacklog(batch.units) : batch.units;
      await this.#send(isBurst ? this.#burst(items) : this.#live(items));
      await this.#report(items);
      if (this.#isClosed || (isServer && this.#hasEnded)) return;
    }
  }

  /** Whether what was just read is from the cache: at first, after a loss here or there. */
  #takesBurst(): boolean {
    const { dropped } = this.#options.reader.counters;
    const isBurst = this.#isBurst || dropped !== this.#dropped;
    this.#isBurst = false;
    this.#dropped = dropped;
    return isBurst;
  }

  /** A batch is bounded in size: a group of large pictures comes in several. */
  async #withBacklog(first: readonly RtcItem[]): Promise<readonly RtcItem[]> {
    const { reader } = this.#options;
    const items = [...first];
    while (reader.queued.items > 0) {
      const batch = await reader.read();
      this.#hasEnded = batch?.type === "end";
      if (batch?.type !== "media") break;
      for (const item of batch.units) items.push(item);
    }
    return items;
  }

  #burst(items: readonly RtcItem[]): readonly TimedItem[] {
    const known = items.flatMap((item) => {
      const track = this.#trackOf(item, true);
      return track === undefined ? [] : [[item, track] as const];
    });
    return arrangeBurst(known);
  }

  #live(items: readonly RtcItem[]): readonly TimedItem[] {
    const timed: TimedItem[] = [];
    for (const item of items) {
      const track = this.#trackOf(item, false);
      if (track === undefined) continue;
      const time = item.isVideo ? track.times.next(item.pts) : item.pts;
      timed.push({ item, track, time });
    }
    return timed;
  }

  /**
   * The track that an item is sent on. What comes from the cache may begin before the last change of a
   * track: that is left out.
   *
   * @throws {RtcError}
   */
  #trackOf(item: RtcItem, isCached: boolean): SentTrack | undefined {
    const track = this.#tracks.get(item.trackId);
    if (track === undefined) return undefined;
    if (item.notes !== this.#notes) this.#tell(item.notes);
    if (track.format === item.format) return track;
    if (isCached && track.lastPts === undefined) return undefined;
    throw new RtcError(
      "format-changed",
      `Cannot send track ${item.trackId}: it was agreed to as ${track.format}, and is ${item.format} now`,
    );
  }

  /** Says what is left out, once. */
  #tell(notes: readonly string[]): void {
    const { reader, log } = this.#options;
    this.#notes = notes;
    for (const note of notes) {
      if (reader.notes.includes(note)) continue;
      reader.note(note);
      log.info(note);
    }
  }

  /** Items become packets when it is their turn: what can be sent again is what was sent last. */
  async #send(items: readonly TimedItem[]): Promise<void> {
    const { clock } = this.#options;
    let packets: OutgoingRtp[] = [];
    let bytes = 0;
    for (const { item, track, time } of items) {
      if (bytes >= BURST_BYTES) {
        await this.#sendPaced(packets);
        await this.#pause();
        packets = [];
        bytes = 0;
      }
      if (this.#isClosed) return;
      track.write(item, time, clock.now(), packets);
      bytes += item.bytes;
    }
    await this.#sendPaced(packets);
  }

  async #sendPaced(packets: readonly OutgoingRtp[]): Promise<void> {
    let start = 0;
    let bytes = 0;
    for (let end = 1; end <= packets.length; end++) {
      const packet = packets[end - 1];
      if (packet !== undefined) bytes += packetSize(packet);
      if (bytes < BURST_BYTES && end < packets.length) continue;
      if (this.#isClosed) return;
      this.#resender.sent(bytes);
      await this.#options.transport.sendRtp(packets.slice(start, end));
      if (end < packets.length) await this.#pause();
      start = end;
      bytes = 0;
    }
  }

  #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#options.clock.schedule(BURST_PAUSE_MS, resolve);
    return promise;
  }

  /** After the packets: some peers know of a source only when they have had one of it. */
  async #report(items: readonly RtcItem[]): Promise<void> {
    const { clock, transport } = this.#options;
    const item = items.findLast(({ trackId }) => this.#tracks.has(trackId));
    const now = clock.now();
    if (item === undefined || this.#isClosed || !this.#reports.isDue(item.origin, now)) return;
    const instant = { origin: item.origin, positionMs: item.pts / item.clockRate * 1000 };
    await transport.sendRtcp(this.#reports.write(this.#tracks.values(), instant, now));
  }

  async #goodbye(): Promise<void> {
    const { transport } = this.#options;
    const ssrcs = [...this.#bySsrc.keys()];
    if (transport.signal.aborted || ssrcs.length === 0) return;
    // The peer may go in the meantime: then it need not be told.
    await transport.sendRtcp(goodbyeOf(ssrcs)).catch(() => {});
  }

  #resend(ssrc: number, sequences: readonly number[]): void {
    const { clock, transport } = this.#options;
    const track = this.#bySsrc.get(ssrc);
    if (track === undefined || this.#isClosed) return;
    const { roundTripMs } = this.#reports;
    const packets = this.#resender.answer(track, sequences, { now: clock.now(), roundTripMs });
    // Of a path that has ended, `run` is told.
    if (packets.length > 0) transport.sendRtp(packets).catch(() => {});
  }

  /** Has the publisher make a key picture, or sends the last one again with what followed it. */
  #needsKey(ssrc: number): void {
    const { reader, clock, isServer = false } = this.#options;
    if (!this.#bySsrc.has(ssrc) || reader.requestKey() || isServer) return;
    const now = clock.now();
    if (now < this.#mayRewindAt || !reader.rewind()) return;
    this.#mayRewindAt = now + Math.max(REWIND_INTERVAL_MS, reader.queued.ms);
    this.#isBurst = true;
  }

  #reported(block: ReportBlock): void {
    this.#bySsrc.get(block.ssrc)?.report(block);
    this.#reports.receive(block, this.#options.clock.now());
  }
}
