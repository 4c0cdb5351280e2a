import { memo } from "../../../registry/packaging.ts";
import type { ReadBatch } from "../../../registry/reader.ts";
import { INTERLEAVED_HEADER_SIZE, writeInterleaved } from "../message.ts";
import type { RtpItem } from "./packaging.ts";
import type { PlayedTrack } from "./playing.ts";
import type { TcpTransport } from "../transport/track_transport.ts";

type RtpBatch = ReadBatch<RtpItem>;

/** A track that goes over channels of a connection. */
interface FramedTrack extends PlayedTrack {
  readonly transport: TcpTransport;
}

const NOTHING = new Uint8Array(0);

/**
 * The frames of each batch, by which tracks go over which channels: nearly all clients have the same.
 * There are never more entries than clients that read the batch, and they go with it.
 */
const framesOf = memo((_batch: RtpBatch) => new Map<string, Uint8Array>());

/** Puts packets into `$` frames, once for all clients with the same tracks in the same channels. */
export class FrameWriter {
  readonly #tracks: ReadonlyMap<number, FramedTrack>;
  readonly #key: string;

  /** Takes the tracks whose transport is the connection. */
  constructor(tracks: ReadonlyMap<number, PlayedTrack>) {
    this.#tracks = new Map(
      [...tracks].flatMap(([id, { transport, format }]) =>
        transport.lower === "tcp" ? [[id, { transport, format }] as const] : []
      ),
    );
    this.#key = JSON.stringify(
      [...this.#tracks].map((
        [id, { transport: { channels }, format }],
      ) => [id, channels.rtp, channels.rtcp, format]),
    );
  }

  /** The frames of a batch: shared, so they must not be changed. Empty where it has none of them. */
  write(batch: RtpBatch): Uint8Array {
    if (this.#tracks.size === 0) return NOTHING;
    const known = framesOf(batch).get(this.#key);
    if (known !== undefined) return known;
    const frames = this.#make(batch.units);
    framesOf(batch).set(this.#key, frames);
    return frames;
  }

  #make(items: readonly RtpItem[]): Uint8Array {
    const sent = items.filter(({ trackId, format }) =>
      this.#tracks.get(trackId)?.format === format
    );
    const frames = new Uint8Array(sent.reduce((sum, item) => sum + framedSize(item), 0));
    let offset = 0;
    for (const { trackId, packets, report } of sent) {
      const { rtp = 0, rtcp = 1 } = this.#tracks.get(trackId)?.transport.channels ?? {};
      if (report !== undefined) offset = writeInterleaved(frames, offset, rtcp, [report]);
      for (const packet of packets) offset = writeInterleaved(frames, offset, rtp, [packet]);
    }
    return frames;
  }
}

function framedSize({ packets, report, bytes }: RtpItem): number {
  const reportSize = report === undefined ? 0 : report.byteLength + INTERLEAVED_HEADER_SIZE;
  return reportSize + bytes + packets.length * INTERLEAVED_HEADER_SIZE;
}
