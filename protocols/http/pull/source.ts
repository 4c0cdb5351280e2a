import type { Clock } from "../../../registry/clock.ts";
import type { Demuxer } from "../../_formats/demux/events.ts";
import { INGEST_CONTAINERS, type IngestContainer, PROBE_BYTES } from "../ingest_containers.ts";
import type { HttpClient, HttpReply } from "./client.ts";
import { HttpPullError } from "./errors.ts";
import { HlsSource } from "./hls_source.ts";
import type { PullSink } from "./sink.ts";

/** A stream whose answer has come, and of which it is known how to read it. */
export interface PullSource {
  readonly demuxer: Pick<Demuxer, "isHolding" | "flush">;
  /** See `PacerOptions`. */
  readonly aheadMs: number;
  /** Hands on everything until the source ends, or the sink is stopped. */
  run(sink: PullSink): Promise<void>;
}

/**
 * How far an endless response may be ahead of its time: servers begin with the last group of
 * pictures, which is to go on at once. A file that is longer is held up.
 */
const STREAM_AHEAD_MS = 10_000;

/** Media types of playlists, RFC 8216 section 4 and what servers send instead. */
const PLAYLIST_TYPES: ReadonlySet<string> = new Set([
  "application/vnd.apple.mpegurl",
  "application/x-mpegurl",
  "audio/mpegurl",
  "audio/x-mpegurl",
]);

const PLAYLIST_START = new TextEncoder().encode("#EXTM3U");

/**
 * Tells by media type, else by the path, else by the first bytes, what has come.
 *
 * @throws {HttpPullError} it is none of what can be read.
 */
export async function openSource(
  client: HttpClient,
  reply: HttpReply,
  clock: Clock,
): Promise<PullSource> {
  const { mediaType, url } = reply;
  const path = url.pathname.toLowerCase();
  const head = await reply.body.read(PROBE_BYTES) ?? new Uint8Array(0);
  const named = INGEST_CONTAINERS.find(({ mediaTypes }) => mediaTypes.includes(mediaType)) ??
    INGEST_CONTAINERS.find(({ suffix }) => path.endsWith(suffix));
  const isPlaylist = PLAYLIST_START.every((byte, index) => head[index] === byte);
  if (isPlaylist || PLAYLIST_TYPES.has(mediaType) || path.endsWith(".m3u8")) {
    return new HlsSource({ client, reply, head, clock });
  }
  const container = named ?? INGEST_CONTAINERS.find(({ begins }) => begins(head));
  if (container !== undefined) return new StreamSource(container, reply, head);
  const reason = `${mediaType || "what comes"} is not FLV, MPEG-TS, fragmented MP4 or HLS`;
  throw new HttpPullError(url, reason);
}

/** One container as one response. */
class StreamSource implements PullSource {
  readonly aheadMs = STREAM_AHEAD_MS;
  readonly demuxer: Demuxer;
  readonly #reply: HttpReply;
  readonly #head: Uint8Array;

  constructor(container: IngestContainer, reply: HttpReply, head: Uint8Array) {
    this.demuxer = container.open();
    this.#reply = reply;
    this.#head = head;
  }

  async run(sink: PullSink): Promise<void> {
    const { body } = this.#reply;
    const stop = () => body.fail(sink.signal.reason);
    sink.signal.addEventListener("abort", stop, { once: true });
    let bytes: Uint8Array | undefined = this.#head;
    while (bytes !== undefined) {
      await sink.take(this.demuxer.push(bytes));
      bytes = await body.read();
    }
  }
}
