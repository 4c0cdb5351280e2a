import type { Body } from "./body.ts";

/** Where the segments of one muxer are kept when not in memory. */
export interface SegmentStore {
  /**
   * Takes the media out of memory, each when it is safe elsewhere, and forgets what is not there any
   * more.
   *
   * @param media all that can be fetched whole, by name.
   */
  keep(media: ReadonlyMap<string, Body>): void;
  /** Forgets everything. May be called again. */
  close(): void;
}
