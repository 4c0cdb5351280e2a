import type { Clock } from "../../../registry/clock.ts";
import type { Batch, ReadBatch, Reader } from "../../../registry/reader.ts";
import { TIMESTAMP_BITS, wrap } from "../../_formats/rtp/sequence.ts";
import type { ByteStream } from "../../_transport/byte_stream.ts";
import { FormatChangedError } from "../errors.ts";
import { FrameWriter } from "./frame_writer.ts";
import { interleavedFrame } from "../message.ts";
import { goodbyeOf, type RtpItem, type RtpTimeline } from "./packaging.ts";
import type { TrackTransport } from "../transport/track_transport.ts";

type RtpBatch = ReadBatch<RtpItem>;

/**
 * Datagrams in a row before a pause, and how long that is: a picture group at once would pass what the
 * receive buffer of most systems holds (212,992 bytes on Linux).
 */
const BURST_BYTES = 64 * 1024;
const BURST_PAUSE_MS = 4;

/**
 * FFmpeg and GStreamer read RTCP first: a goodbye would pass the packets that a late player has yet to
 * read, and end it before them. On a busy machine one was 0.8 s late.
 */
const GOODBYE_PAUSE_MS = 1_000;

export interface PlayingOptions {
  readonly reader: Reader<RtpBatch>;
  /** Absent where no packets travel in a connection. */
  readonly stream?: ByteStream;
  readonly clock: Clock;
  /** By track id. */
  readonly tracks: ReadonlyMap<number, PlayedTrack>;
  /** Whether it is over with the publication, where it otherwise goes on with the next. */
  readonly once?: boolean;
}

/** A track as its receiver was told of it. */
export interface PlayedTrack {
  readonly transport: TrackTransport;
  /** What the description said of its packets: those of another format must not be sent. */
  readonly format: string;
}

/** Where the packets of a track begin, for RTP-Info. */
export interface FirstPacket {
  readonly trackId: number;
  /** Absent where no packet of the track is there yet. */
  readonly sequence?: number;
  /** RTP timestamp of the instant at which the playback begins: the same instant for all tracks. */
  readonly timestamp: number;
}

/**
 * Sends a stream to one client, from PLAY to PAUSE.
 *
 * Ends with the track whose codec changes: what a client was told of a track cannot be taken back,
 * and it has to come again to be told anew.
 */
export class Playing {
  readonly #options: PlayingOptions;
  readonly #frames: FrameWriter;
  #next: Promise<Batch<RtpBatch> | undefined>;
  /** Sources that packets were sent of, by track. */
  readonly #sources = new Map<number, number>();
  #isClosed = false;

  constructor(options: PlayingOptions) {
    this.#options = options;
    this.#frames = new FrameWriter(options.tracks);
    this.#next = options.reader.read();
    // Whoever runs this sees the rejection; before that, it is nobody's.
    this.#next.catch(() => {});
  }

  /** The first packets of the tracks, when media comes within `waitMs`. */
  async firstPackets(waitMs: number): Promise<readonly FirstPacket[]> {
    const { clock, tracks } = this.#options;
    const { promise: timeout, resolve } = Promise.withResolvers<undefined>();
    const cancel = clock.schedule(waitMs, () => resolve(undefined));
    const batch = await Promise.race([this.#next.catch(() => undefined), timeout]);
    cancel();
    return batch?.type === "media" ? firstOf(batch.units, tracks) : [];
  }

  /**
   * Sends until the reader is closed. Says goodbye at the end of each publication.
   *
   * @throws {RegistryError} when the registry ended the reader.
   * @throws {FormatChangedError}
   * @throws {ConnectionClosedError}
   */
  async run(): Promise<void> {
    for (;;) {
      const batch = await this.#next;
      if (batch === undefined) return;
      if (batch.type === "end") {
        if (this.#usesDatagrams) await this.#pause(GOODBYE_PAUSE_MS);
        await this.#goodbye();
        if (this.#options.once) return;
      } else await this.#send(batch);
      this.#next = this.#options.reader.read();
    }
  }

  async #send(batch: RtpBatch): Promise<void> {
    for (const item of batch.units) this.#check(item);
    const frames = this.#frames.write(batch);
    if (frames.byteLength > 0) await this.#options.stream?.write(frames);
    await this.#sendDatagrams(batch);
  }

  /**
   * What a new reader is given at once may begin before the last change of a track: that is left out.
   *
   * @throws {FormatChangedError} when the track has been sent in another format.
   */
  #check({ trackId, format, ssrc }: RtpItem): void {
    const track = this.#options.tracks.get(trackId);
    if (track === undefined) return;
    if (track.format === format) this.#sources.set(trackId, ssrc);
    else if (this.#sources.has(trackId)) throw new FormatChangedError(track.format, format);
  }

  async #sendDatagrams(batch: RtpBatch): Promise<void> {
    const { tracks } = this.#options;
    let burst = 0;
    for (const { trackId, packets, report, bytes, format } of batch.units) {
      const track = tracks.get(trackId);
      if (track?.transport.lower !== "udp" || track.format !== format) continue;
      if (this.#isClosed) return;
      const { ports, rtp, rtcp } = track.transport;
      if (report !== undefined) await ports.send("rtcp", [report], rtcp);
      await ports.send("rtp", packets, rtp);
      burst += bytes;
      if (burst < BURST_BYTES) continue;
      burst = 0;
      await this.#pause(BURST_PAUSE_MS);
    }
  }

  #pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#options.clock.schedule(milliseconds, resolve);
    return promise;
  }

  get #usesDatagrams(): boolean {
    return [...this.#options.tracks.values()].some(({ transport }) => transport.lower === "udp");
  }

  /** RTCP BYE: to players, the end of the stream. */
  async #goodbye(): Promise<void> {
    const { stream, tracks } = this.#options;
    const sources = [...this.#sources];
    this.#sources.clear();
    for (const [trackId, ssrc] of sources) {
      const transport = tracks.get(trackId)?.transport;
      const bytes = goodbyeOf(ssrc);
      if (transport?.lower === "udp") await transport.ports.send("rtcp", [bytes], transport.rtcp);
      else if (transport !== undefined) {
        stream?.post(interleavedFrame(transport.channels.rtcp, [bytes]));
      }
    }
  }

  /** Ends the sending, with a goodbye where the session is over. */
  async close(withGoodbye: boolean): Promise<void> {
    this.#isClosed = true;
    this.#options.reader.close();
    if (withGoodbye) await this.#goodbye();
  }
}

/** Players line the tracks up by these (RFC 2326 section 12.33). */
function firstOf(
  items: readonly RtpItem[],
  tracks: ReadonlyMap<number, PlayedTrack>,
): readonly FirstPacket[] {
  const first = new Map<number, RtpItem>();
  for (const item of items) {
    const { trackId, format } = item;
    if (!first.has(trackId) && tracks.get(trackId)?.format === format) first.set(trackId, item);
  }
  const startMs = Math.min(...[...first.values()].map(({ presentedAt }) => presentedAt));
  const timelines = [...first.values()].at(-1)?.timelines ?? new Map<number, RtpTimeline>();
  return [...tracks.keys()].flatMap((trackId) => {
    const timeline = timelines.get(trackId);
    if (timeline === undefined) return [];
    const ticks = Math.round(startMs * timeline.clockRate / 1000);
    const sequence = first.get(trackId)?.sequence;
    return [{
      trackId,
      timestamp: wrap(timeline.firstTimestamp + ticks, TIMESTAMP_BITS),
      ...(sequence !== undefined && { sequence }),
    }];
  });
}
