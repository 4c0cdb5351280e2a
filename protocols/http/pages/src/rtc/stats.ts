/** One entry of an `RTCStatsReport`. */
export type StatsEntry = Readonly<Record<string, unknown>>;

/** Counters of what came in, summed over tracks, and what they were a moment ago. */
export interface InboundNumbers {
  readonly bitsPerSecond: number;
  /** How long frames lately waited in the jitter buffer, plus half the round trip. */
  readonly delayMs: number | undefined;
  readonly lostPackets: number;
  readonly packets: number;
  readonly pictures: number;
  readonly videoCodec?: string;
  readonly audioCodec?: string;
}

export interface OutboundNumbers {
  readonly bitsPerSecond: number;
  readonly framesPerSecond: number;
  readonly width: number;
  readonly height: number;
  readonly roundTripMs: number | undefined;
  readonly packets: number;
  readonly retransmitted: number;
  /** "none", "bandwidth", "cpu" or "other". */
  readonly limitedBy: string;
  readonly videoCodec?: string;
  readonly audioCodec?: string;
}

/** Reads the reports of one connection, one after the other. */
export class StatsReader {
  #bytes = 0;
  #at = 0;
  #bufferDelay = 0;
  #buffered = 0;

  inbound(entries: readonly StatsEntry[]): InboundNumbers {
    const media = entries.filter(({ type }) => type === "inbound-rtp");
    const video = media.find(({ kind }) => kind === "video") ?? media[0] ?? {};
    const buffer = this.#bufferMs(video);
    const roundTrip = roundTripOf(entries);
    return {
      bitsPerSecond: this.#rate(media, "bytesReceived"),
      delayMs: buffer === undefined ? undefined : buffer + (roundTrip ?? 0) / 2,
      lostPackets: sum(media, "packetsLost"),
      packets: sum(media, "packetsReceived"),
      pictures: numberOf(video, "framesReceived"),
      ...codecsOf(entries, media),
    };
  }

  outbound(entries: readonly StatsEntry[]): OutboundNumbers {
    const media = entries.filter(({ type }) => type === "outbound-rtp");
    const video = media.find(({ kind }) => kind === "video") ?? {};
    const { qualityLimitationReason } = video;
    return {
      bitsPerSecond: this.#rate(media, "bytesSent"),
      framesPerSecond: numberOf(video, "framesPerSecond"),
      width: numberOf(video, "frameWidth"),
      height: numberOf(video, "frameHeight"),
      roundTripMs: roundTripOf(entries),
      packets: sum(media, "packetsSent"),
      retransmitted: sum(media, "retransmittedPacketsSent"),
      limitedBy: typeof qualityLimitationReason === "string" ? qualityLimitationReason : "none",
      ...codecsOf(entries, media),
    };
  }

  /** Bits per second since the last report. */
  #rate(media: readonly StatsEntry[], counter: string): number {
    const bytes = sum(media, counter);
    const at = Math.max(0, ...media.map((entry) => numberOf(entry, "timestamp")));
    const seconds = (at - this.#at) / 1000;
    const rate = this.#at === 0 || seconds <= 0 ? 0 : (bytes - this.#bytes) * 8 / seconds;
    this.#bytes = bytes;
    this.#at = at;
    return rate;
  }

  /** Mean wait of what has left the buffer since the last report. */
  #bufferMs(entry: StatsEntry): number | undefined {
    const delay = numberOf(entry, "jitterBufferDelay");
    const emitted = numberOf(entry, "jitterBufferEmittedCount");
    const count = emitted - this.#buffered;
    const mean = count > 0 ? (delay - this.#bufferDelay) / count * 1000 : undefined;
    this.#bufferDelay = delay;
    this.#buffered = emitted;
    return mean;
  }
}

/** Milliseconds to the peer and back, on the pair of candidates that is in use. */
function roundTripOf(entries: readonly StatsEntry[]): number | undefined {
  const pair = entries.find(({ type, nominated, state }) =>
    type === "candidate-pair" && nominated === true && state === "succeeded"
  );
  const seconds = pair?.currentRoundTripTime;
  return typeof seconds === "number" ? seconds * 1000 : undefined;
}

function codecsOf(entries: readonly StatsEntry[], media: readonly StatsEntry[]): {
  readonly videoCodec?: string;
  readonly audioCodec?: string;
} {
  const video = codecOf(entries, media.find(({ kind }) => kind === "video"));
  const audio = codecOf(entries, media.find(({ kind }) => kind === "audio"));
  return { ...(video && { videoCodec: video }), ...(audio && { audioCodec: audio }) };
}

function codecOf(
  entries: readonly StatsEntry[],
  media: StatsEntry | undefined,
): string | undefined {
  const codec = entries.find(({ type, id }) => type === "codec" && id === media?.codecId);
  return typeof codec?.mimeType === "string" ? codec.mimeType : undefined;
}

function sum(entries: readonly StatsEntry[], counter: string): number {
  return entries.reduce((total, entry) => total + numberOf(entry, counter), 0);
}

function numberOf(entry: StatsEntry, key: string): number {
  const value = entry[key];
  return typeof value === "number" ? value : 0;
}
