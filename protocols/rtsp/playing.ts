import type { Clock } from "../../registry/clock.ts";
import { memo } from "../../registry/packaging.ts";
import type { Batch, ReadBatch, Reader } from "../../registry/reader.ts";
import type { ByteStream } from "../_transport/byte_stream.ts";
import type { Pair } from "./headers/transport.ts";
import { INTERLEAVED_HEADER_SIZE, interleavedFrame, writeInterleaved } from "./message.ts";
import { goodbyeOf, type RtpItem } from "./packaging.ts";
import type { TrackTransport } from "./track_transport.ts";

type RtpBatch = ReadBatch<RtpItem>;

/**
 * Datagrams in a row before a pause, and how long that is: a picture group at once would pass what the
 * receive buffer of most systems holds (212,992 bytes on Linux).
 */
const BURST_BYTES = 64 * 1024;
const BURST_PAUSE_MS = 4;

export interface PlayingOptions {
  readonly reader: Reader<RtpBatch>;
  readonly stream: ByteStream;
  readonly clock: Clock;
  /** By track id. */
  readonly transports: ReadonlyMap<number, TrackTransport>;
}

/** Where the packets of a track begin, for RTP-Info. */
export interface FirstPacket {
  readonly trackId: number;
  readonly sequence: number;
  readonly timestamp: number;
}

/** Sends a stream to one client, from PLAY to PAUSE. */
export class Playing {
  readonly #options: PlayingOptions;
  readonly #channels: Channels;
  #next: Promise<Batch<RtpBatch> | undefined>;
  /** Sources that packets were sent of, by track. */
  readonly #sources = new Map<number, number>();

  constructor(options: PlayingOptions) {
    this.#options = options;
    this.#channels = channelsOf(options.transports);
    this.#next = options.reader.read();
    // Whoever runs this sees the rejection; before that, it is nobody's.
    this.#next.catch(() => {});
  }

  /** The first packets of the tracks, when media comes within `waitMs`. */
  async firstPackets(waitMs: number): Promise<readonly FirstPacket[]> {
    const { promise: timeout, resolve } = Promise.withResolvers<undefined>();
    const cancel = this.#options.clock.schedule(waitMs, () => resolve(undefined));
    const batch = await Promise.race([this.#next.catch(() => undefined), timeout]);
    cancel();
    return batch?.type === "media" ? firstOf(batch.units) : [];
  }

  /**
   * Sends until the reader is closed. Says goodbye at the end of each publication.
   *
   * @throws {RegistryError} when the registry ended the reader.
   * @throws {ConnectionClosedError}
   */
  async run(): Promise<void> {
    for (;;) {
      const batch = await this.#next;
      if (batch === undefined) return;
      if (batch.type === "end") await this.#goodbye();
      else await this.#send(batch);
      this.#next = this.#options.reader.read();
    }
  }

  async #send(batch: RtpBatch): Promise<void> {
    for (const { trackId, ssrc } of batch.units) this.#sources.set(trackId, ssrc);
    if (this.#channels.byTrack.size > 0) {
      const frames = interleave(batch, this.#channels);
      if (frames.byteLength > 0) await this.#options.stream.write(frames);
    }
    await this.#sendDatagrams(batch);
  }

  async #sendDatagrams(batch: RtpBatch): Promise<void> {
    const { transports } = this.#options;
    let burst = 0;
    for (const { trackId, packets, report, bytes } of batch.units) {
      const transport = transports.get(trackId);
      if (transport?.lower !== "udp") continue;
      const { ports, rtp, rtcp } = transport;
      if (report !== undefined) await ports.send("rtcp", [report], rtcp);
      await ports.send("rtp", packets, rtp);
      burst += bytes;
      if (burst < BURST_BYTES) continue;
      burst = 0;
      await this.#pause();
    }
  }

  #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#options.clock.schedule(BURST_PAUSE_MS, resolve);
    return promise;
  }

  /** RTCP BYE: to players, the end of the stream. */
  async #goodbye(): Promise<void> {
    const { stream, transports } = this.#options;
    for (const [trackId, transport] of transports) {
      const ssrc = this.#sources.get(trackId);
      if (ssrc === undefined) continue;
      const bytes = goodbyeOf(ssrc);
      if (transport.lower === "udp") await transport.ports.send("rtcp", [bytes], transport.rtcp);
      else stream.post(interleavedFrame(transport.channels.rtcp, [bytes]));
    }
    this.#sources.clear();
  }

  /** Ends the sending, with a goodbye where the session is over. */
  async close(withGoodbye: boolean): Promise<void> {
    this.#options.reader.close();
    if (withGoodbye) await this.#goodbye();
  }
}

/** Which track goes over which channels of the connection. */
interface Channels {
  /** The same for clients with the same channels, as nearly all have. */
  readonly key: string;
  readonly byTrack: ReadonlyMap<number, Pair>;
}

function channelsOf(transports: ReadonlyMap<number, TrackTransport>): Channels {
  const entries = [...transports].flatMap(([trackId, transport]) =>
    transport.lower === "tcp" ? [[trackId, transport.channels] as const] : []
  );
  return { key: JSON.stringify(entries), byTrack: new Map(entries) };
}

const formsOf = memo((_batch: RtpBatch) => new Map<string, Uint8Array>());

/** The frames of a batch, made once for all clients with the same channels. */
function interleave(batch: RtpBatch, { key, byTrack }: Channels): Uint8Array {
  const forms = formsOf(batch);
  const known = forms.get(key);
  if (known !== undefined) return known;
  const frames = writeFrames(batch.units, byTrack);
  forms.set(key, frames);
  return frames;
}

function writeFrames(items: readonly RtpItem[], channels: ReadonlyMap<number, Pair>): Uint8Array {
  const sent = items.filter(({ trackId }) => channels.has(trackId));
  const frames = new Uint8Array(sent.reduce((sum, item) => sum + framedSize(item), 0));
  let offset = 0;
  for (const { trackId, packets, report } of sent) {
    const { rtp = 0, rtcp = 1 } = channels.get(trackId) ?? {};
    if (report !== undefined) offset = writeInterleaved(frames, offset, rtcp, [report]);
    for (const packet of packets) offset = writeInterleaved(frames, offset, rtp, [packet]);
  }
  return frames;
}

function framedSize({ packets, report, bytes }: RtpItem): number {
  const reportSize = report === undefined ? 0 : report.byteLength + INTERLEAVED_HEADER_SIZE;
  return reportSize + bytes + packets.length * INTERLEAVED_HEADER_SIZE;
}

function firstOf(items: readonly RtpItem[]): readonly FirstPacket[] {
  const seen = new Map<number, FirstPacket>();
  for (const { trackId, sequence, timestamp } of items) {
    if (!seen.has(trackId)) seen.set(trackId, { trackId, sequence, timestamp });
  }
  return [...seen.values()];
}
