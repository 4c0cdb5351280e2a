import type { Demuxer } from "../_formats/demux/events.ts";
import { FlvDemuxer } from "../_formats/flv/demuxer.ts";
import { FlvError } from "../_formats/flv/errors.ts";

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

/** Every container that can be published, and fetched from elsewhere. */
export const INGEST_CONTAINERS: readonly IngestContainer[] = [FLV];

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  return [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
}
