import type { Demuxer } from "../_formats/demux/events.ts";
import { FlvDemuxer } from "../_formats/flv/demuxer.ts";
import { FlvError } from "../_formats/flv/errors.ts";
import { Mp4Demuxer } from "../_formats/mp4/demuxer.ts";
import { Mp4Error } from "../_formats/mp4/errors.ts";
import { TsDemuxer } from "../_formats/mpegts/demuxer.ts";
import { MpegTsError } from "../_formats/mpegts/errors.ts";

/** A container that live streams can come in. */
export interface IngestContainer {
  /** What stands behind the name of the stream in the path: `.flv`. */
  readonly suffix: string;
  /** Media types that servers send it as. */
  readonly mediaTypes: readonly string[];
  /** Whether a stream that begins with these bytes is one. */
  readonly begins: (bytes: Uint8Array) => boolean;
  readonly open: () => Demuxer;
  /** What `Demuxer.push` throws. */
  readonly isFatal: (error: unknown) => error is Error;
}

const FLV: IngestContainer = {
  suffix: ".flv",
  mediaTypes: ["video/x-flv", "video/flv"],
  begins: (bytes) => startsWith(bytes, 0, "FLV"),
  open: () => new FlvDemuxer(),
  isFatal: (error) => error instanceof FlvError,
};

const MP4: IngestContainer = {
  suffix: ".mp4",
  mediaTypes: ["video/mp4", "audio/mp4"],
  // The type of the first box is the first thing that is fixed in it.
  begins: (bytes) => ["ftyp", "styp", "moov"].some((type) => startsWith(bytes, 4, type)),
  open: () => new Mp4Demuxer(),
  isFatal: (error) => error instanceof Mp4Error,
};

/** Bytes of a packet, and the first of each. */
const TS_PACKET_SIZE = 188;
const TS_SYNC = 0x47;

const TS: IngestContainer = {
  suffix: ".ts",
  mediaTypes: ["video/mp2t"],
  begins: (bytes) => bytes[0] === TS_SYNC && bytes[TS_PACKET_SIZE] === TS_SYNC,
  open: () => new TsDemuxer(),
  isFatal: (error) => error instanceof MpegTsError,
};

/** How many bytes tell by `begins` what a stream is. */
export const PROBE_BYTES = TS_PACKET_SIZE + 1;

/** Every container that can be published, and fetched from elsewhere. */
export const INGEST_CONTAINERS: readonly IngestContainer[] = [FLV, TS, MP4];

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  return [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
}
