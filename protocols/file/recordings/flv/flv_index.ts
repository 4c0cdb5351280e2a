import { bytesEqual } from "../../../../registry/media/config_equal.ts";
import { unlessDamaged } from "../../../../registry/media/errors.ts";
import { unwrap } from "../../../../registry/media/timebase.ts";
import type { Description, Metadata, Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { parseAudioTag } from "../../../_formats/flv/audio_tag.ts";
import { FlvIngest } from "../../../_formats/flv/ingest.ts";
import { FLV_TIMESCALE, type FlvInput } from "../../../_formats/flv/message.ts";
import type { FlvTag } from "../../../_formats/flv/reader.ts";
import { parseVideoTag } from "../../../_formats/flv/video_tag.ts";
import { MediaFileError } from "../errors.ts";
import { positionOf, startMsFor } from "../positions.ts";
import type { RandomAccessFile } from "../random_access.ts";
import { firstTagOffset, type PlacedTag, readTags } from "./tags.ts";

/** Bytes that are read at a time to make the index, and kept no longer. */
const SCAN_BYTES = 1 << 20;

/** Entry points that are kept, 24 bytes or so each; what comes after is reached from the last. */
const MAX_KEYS = 250_000;

/** Milliseconds between two entry points of a file without video. */
const SOUND_KEY_MS = 1000;

/** Sequence headers that are kept: cameras change theirs a few times a day. */
const MAX_SETUPS = 1000;

const TIMESTAMP_BITS = 32;

/** Where reading can begin. */
export interface FlvKey {
  /** Of the tag, in the file. */
  readonly offset: number;
  /** Unwrapped milliseconds. */
  readonly timestamp: number;
  /** Ticks of presentation, as in the file. */
  readonly pts: number;
}

/** What one scan of an FLV file finds. */
export interface FlvIndex {
  readonly description: Description;
  readonly firstTag: number;
  /** Of video; of all units some, where there is none. Their positions ascend. */
  readonly keys: readonly FlvKey[];
  /** Sequence headers, each with the place from which on it holds. */
  readonly setups: readonly PlacedTag[];
  /** Ticks, as in the file, at which position 0 lies. */
  readonly originTicks: number;
  readonly startMs: number;
  readonly durationMs: number;
}

/** Milliseconds of the file's tags, past the wrap of their counter. */
export class TagClock {
  #last: number | undefined;

  constructor(last?: number) {
    this.#last = last;
  }

  place(tag: FlvTag): FlvInput {
    this.#last = unwrap(tag.timestamp, this.#last ?? tag.timestamp, TIMESTAMP_BITS);
    return { ...tag, timestamp: this.#last };
  }
}

/** Reads a whole file. What is damaged ends the index, not the recording. @throws {MediaFileError} */
export async function indexFlv(file: RandomAccessFile): Promise<FlvIndex> {
  const firstTag = await firstTagOffset(file);
  const scan = new Scan();
  try {
    for await (const tags of readTags(file, firstTag, SCAN_BYTES)) {
      for (const tag of tags) scan.take(tag);
    }
  } catch (error) {
    if (!(error instanceof MediaFileError)) throw error;
  }
  return scan.finish(firstTag, file.size);
}

/** Times of one track, in ticks. */
interface Extent {
  first: number;
  end: number;
  last: number;
}

class Scan {
  readonly #ingest = new FlvIngest();
  readonly #clock = new TagClock();
  readonly #tracks = new Map<number, Track>();
  readonly #extents = new Map<number, Extent>();
  readonly #setups: PlacedTag[] = [];
  readonly #pictures: FlvKey[] = [];
  readonly #sounds: FlvKey[] = [];
  #metadata: Metadata = {};
  /** The first video track. */
  #leadId: number | undefined;
  #earliestDts = Infinity;

  take({ tag, offset }: PlacedTag): void {
    if (isSetup(tag)) this.#keepSetup(tag, offset);
    const message = this.#clock.place(tag);
    this.#note(this.#ingest.push(message), offset, message.timestamp);
  }

  /** A repeated one is not kept. Of the others a copy is, and not all of what was read with it. */
  #keepSetup(tag: FlvTag, offset: number): void {
    const last = this.#setups.findLast((setup) => setup.tag.type === tag.type);
    if (last !== undefined && bytesEqual(last.tag.body, tag.body)) return;
    if (this.#setups.length === MAX_SETUPS) return;
    this.#setups.push({ tag: { ...tag, body: tag.body.slice() }, offset });
  }

  #note(events: ReturnType<FlvIngest["push"]>, offset: number, timestamp: number): void {
    for (const event of events) {
      if (event.type === "description") this.#describe(event.description);
      else if (event.type === "unit") this.#unit(event.unit, offset, timestamp);
    }
  }

  #describe({ tracks, metadata }: Description): void {
    this.#metadata = { ...metadata, ...this.#metadata };
    this.#leadId ??= tracks.find(({ kind }) => kind === "video")?.id;
    for (const track of tracks) if (!this.#tracks.has(track.id)) this.#tracks.set(track.id, track);
  }

  #unit({ track, pts, dts, isKey }: Unit, offset: number, timestamp: number): void {
    this.#earliestDts = Math.min(this.#earliestDts, dts);
    const extent = this.#extents.get(track.id) ?? { first: pts, end: pts, last: dts };
    // The last unit of a track is taken to last as long as the one before it.
    extent.end = Math.max(extent.end, pts + Math.max(0, dts - extent.last));
    extent.last = dts;
    this.#extents.set(track.id, extent);
    if (track.id === this.#leadId && isKey) add(this.#pictures, { offset, timestamp, pts }, 1);
    if (track.kind === "audio") add(this.#sounds, { offset, timestamp, pts }, SOUND_KEY_MS);
  }

  /** @throws {MediaFileError} there is nothing in it. */
  finish(firstTag: number, filesize: number): FlvIndex {
    this.#note(this.#ingest.flush(), firstTag, 0);
    const keys = this.#pictures.length > 0 ? this.#pictures : this.#sounds;
    if (keys.length === 0) throw new MediaFileError("there is nothing in it to begin with");
    const extents = [...this.#extents.values()];
    const originTicks = Math.min(...extents.map(({ first }) => first));
    const endTicks = Math.max(...extents.map(({ end }) => end));
    const durationMs = Math.ceil(toMs(endTicks - originTicks));
    const metadata = { ...this.#metadata, duration: durationMs / 1000, filesize };
    const tracks = [...this.#tracks.values()].sort((a, b) => a.id - b.id);
    const startMs = startMsFor(toMs(this.#earliestDts - originTicks));
    const description = { tracks, metadata };
    return { description, firstTag, keys, setups: this.#setups, originTicks, startMs, durationMs };
  }
}

/** Adds a key that lies `gapMs` or more behind the last: positions ascend. */
function add(keys: FlvKey[], key: FlvKey, gapMs: number): void {
  const last = keys.at(-1);
  const isFar = last === undefined || positionOf(toMs(key.pts - last.pts)) >= gapMs;
  if (isFar && keys.length < MAX_KEYS) keys.push(key);
}

function toMs(ticks: number): number {
  return ticks * 1000 / FLV_TIMESCALE;
}

/** Whether a tag has a sequence header. */
function isSetup({ type, body }: FlvTag): boolean {
  if (type === "data") return false;
  const tag = unlessDamaged(() => type === "video" ? parseVideoTag(body) : parseAudioTag(body));
  return tag?.kind === "packets" && tag.packets.some((packet) => packet.type === "sequenceStart");
}
