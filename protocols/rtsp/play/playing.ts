import type { Clock } from "../../../registry/clock.ts";
import type { Batch, ReadBatch } from "../../../registry/reader.ts";
import type { ByteStream } from "../../_transport/byte_stream.ts";
import { FormatChangedError } from "../errors.ts";
import { FrameWriter } from "./frame_writer.ts";
import { interleavedFrame } from "../message.ts";
import { goodbyeOf, type RtpItem } from "./packaging.ts";
import type { TrackTransport } from "../transport/track_transport.ts";

export type RtpBatch = ReadBatch<RtpItem>;

/** What packets are read from: a live stream, or a passage of a recording. */
export interface RtpReader {
  /** The next batch; `undefined` when there are no more. @throws {RegistryError} */
  read(): Promise<Batch<RtpBatch> | undefined>;
  close(): void;
}

/**
 * Datagrams in a row before a pause, and how long that is: a picture group at once would pass what the
 * receive buffer of most systems holds (212,992 bytes on Linux).
 */
const BURST_BYTES = 64 * 1024;
const BURST_PAUSE_MS = 4;

/**
 * FFmpeg and GStreamer read RTCP first: a goodbye would pass the packets that a late player has yet to
 * read, and end it before them. On a busy machine one was 0.8 s late. And where GStreamer knows from a
 * range when to end, one in ten never does if a goodbye comes at that very moment.
 */
const GOODBYE_PAUSE_MS = 1_000;

export interface PlayingOptions {
  readonly reader: RtpReader;
  /** Absent where no packets travel in a connection. */
  readonly stream?: ByteStream;
  readonly clock: Clock;
  /** By track id. */
  readonly tracks: ReadonlyMap<number, PlayedTrack>;
  /** Whether the receiver was told when it ends. */
  readonly hasRange?: boolean;
  /** Whether it is over with the publication, where it otherwise goes on with the next. */
  readonly once?: boolean;
}

/** A track as its receiver was told of it. */
export interface PlayedTrack {
  readonly transport: TrackTransport;
  /** What the description said of its packets: those of another format must not be sent. */
  readonly format: string;
}

/**
 * Sends a stream to one client, from PLAY to PAUSE.
 *
 * Ends with the track whose codec changes: what a client was told of a track cannot be taken back,
 * and it has to come again to be told anew.
 */
export class Playing {
  readonly #options: PlayingOptions;
  #frames: FrameWriter;
  #next: Promise<Batch<RtpBatch> | undefined>;
  /** Sources that packets were sent of, by track: a goodbye is due to each. */
  readonly #sources = new Map<number, number>();
  /** What holds back what is read. */
  #gate: PromiseWithResolvers<void> | undefined;
  #isClosed = false;

  constructor(options: PlayingOptions) {
    this.#options = options;
    this.#frames = new FrameWriter(options.tracks);
    this.#next = options.reader.read();
    // Whoever runs this sees the rejection; before that, it is nobody's.
    this.#next.catch(() => {});
  }

  /**
   * What is sent next, when media comes within `waitMs`; nothing otherwise.
   *
   * @throws {RegistryError}
   */
  async next(waitMs: number): Promise<readonly RtpItem[]> {
    const { promise: timeout, resolve } = Promise.withResolvers<undefined>();
    const cancel = this.#options.clock.schedule(waitMs, () => resolve(undefined));
    try {
      const batch = await Promise.race([this.#next, timeout]);
      return batch?.type === "media" ? batch.units : [];
    } finally {
      cancel();
    }
  }

  /** Has a track end with the others, whether or not anything is sent of it. */
  owesGoodbye(trackId: number, ssrc: number): void {
    this.#sources.set(trackId, ssrc);
  }

  /** Keeps what comes next for later: nothing is lost between this and `release`. */
  hold(): void {
    this.#gate ??= Promise.withResolvers();
  }

  /** Goes on after `hold`. Tracks may have been set up anew in between. */
  release(): void {
    this.#frames = new FrameWriter(this.#options.tracks);
    this.#gate?.resolve();
    this.#gate = undefined;
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
      await this.#gate?.promise;
      if (batch === undefined || this.#isClosed) return;
      if (batch.type === "end") {
        if (this.#isGoodbyeLate) await this.#pause(GOODBYE_PAUSE_MS);
        // What goes on elsewhere in the recording has the same sources.
        if (this.#isClosed) return;
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

  get #isGoodbyeLate(): boolean {
    const { tracks, hasRange = false } = this.#options;
    return hasRange || [...tracks.values()].some(({ transport }) => transport.lower === "udp");
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
    this.release();
    this.#options.reader.close();
    if (withGoodbye) await this.#goodbye();
  }
}
