import type { Peer } from "./events.ts";
import { describeConfig, type TrackInfo } from "./media/describe.ts";
import type { Metadata, Track } from "./media/track.ts";
import type { RecordedReader } from "./recording.ts";
import type { ReadBatch, Reader } from "./reader.ts";
import type { Stream, StreamState } from "./stream.ts";

/** Everything about a stream that a person or a monitor may want to see; plain data. */
export interface StreamSnapshot {
  readonly name: string;
  /** `recorded` is a recording that somebody reads. */
  readonly state: StreamState | "recorded";
  readonly publisher?: PublisherSnapshot;
  readonly source?: string;
  readonly lastFailure?: string;
  readonly tracks: readonly TrackSnapshot[];
  readonly metadata: Metadata;
  /** Payload bytes received since the stream was made. */
  readonly bytes: number;
  /** Payload bits per second lately. */
  readonly bitrate: number;
  /** What a new reader is given at once. */
  readonly gop: { readonly items: number; readonly bytes: number; readonly ms: number };
  readonly readers: readonly ReaderSnapshot[];
}

/** The publisher of a stream. */
export interface PublisherSnapshot extends Peer {
  /** UTC in milliseconds. */
  readonly since: number;
}

/** A track of a stream: what its configuration says, and what came of it. */
export interface TrackSnapshot extends TrackInfo {
  readonly id: number;
  readonly kind: Track["kind"];
  readonly codec: string;
  readonly units: number;
  readonly unitsPerSecond: number;
  readonly bitrate: number;
}

/** A reader of a stream: what it got, lost and has yet to take. */
export interface ReaderSnapshot extends Peer {
  /** UTC in milliseconds. */
  readonly since: number;
  readonly units: number;
  readonly bytes: number;
  /** Units lost because this reader was slow. */
  readonly dropped: number;
  readonly queued: { readonly items: number; readonly bytes: number; readonly ms: number };
  /** What is left out for it, and why; absent where there is nothing to say. */
  readonly notes?: readonly string[];
}

export function snapshotStream(stream: Stream): StreamSnapshot {
  const { publisher, source, lastFailure } = stream;
  const now = stream.clock.now();
  return {
    name: stream.name,
    state: stream.state,
    ...(publisher && { publisher: { ...publisher.peer, since: publisher.since } }),
    ...(source && { source: source.label }),
    ...(lastFailure !== undefined && { lastFailure }),
    tracks: stream.description.tracks.map((track) => snapshotTrack(stream, track, now)),
    metadata: stream.description.metadata,
    bytes: stream.received.total,
    bitrate: Math.round(stream.received.perSecond(now) * 8),
    gop: stream.fanout.kept,
    readers: [...stream.readers].map(snapshotReader),
  };
}

function snapshotTrack(stream: Stream, track: Track, now: number): TrackSnapshot {
  const rate = stream.trackRate(track.id);
  return {
    id: track.id,
    kind: track.kind,
    codec: track.codec,
    ...(track.config && describeConfig(track.config)),
    units: rate.units.total,
    unitsPerSecond: Math.round(rate.units.perSecond(now) * 100) / 100,
    bitrate: Math.round(rate.bytes.perSecond(now) * 8),
  };
}

function snapshotReader(reader: Reader<ReadBatch<unknown>>): ReaderSnapshot {
  return {
    ...reader.peer,
    since: reader.since,
    ...reader.counters,
    queued: reader.queued,
    ...(reader.notes.length > 0 && { notes: reader.notes }),
  };
}

/** The recordings that `readers` read, with those who read each. */
export function snapshotRecordings(
  readers: ReadonlySet<RecordedReader>,
): readonly StreamSnapshot[] {
  const byName = Map.groupBy(readers, ({ name }) => name);
  return [...byName].flatMap(([name, [first, ...others]]) =>
    first === undefined ? [] : [snapshotRecording(name, [first, ...others])]
  );
}

function snapshotRecording(
  name: string,
  readers: readonly [RecordedReader, ...RecordedReader[]],
): StreamSnapshot {
  const { tracks, metadata } = readers[0].recording.description;
  return {
    name,
    state: "recorded",
    tracks: tracks.map(({ id, kind, codec, config }) => ({
      id,
      kind,
      codec,
      ...(config && describeConfig(config)),
      ...NO_RATE,
    })),
    metadata,
    bytes: 0,
    bitrate: 0,
    gop: NOTHING_QUEUED,
    readers: readers.map(({ peer, since, counters }) => ({
      ...peer,
      since,
      ...counters,
      dropped: 0,
      queued: NOTHING_QUEUED,
    })),
  };
}

/** A recording is read, not received. */
const NO_RATE = { units: 0, unitsPerSecond: 0, bitrate: 0 } as const;
const NOTHING_QUEUED = { items: 0, bytes: 0, ms: 0 } as const;
