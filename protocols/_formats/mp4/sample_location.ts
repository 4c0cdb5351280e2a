/** One sample of a track as the tables of MP4 tell it, before its bytes are read. */
export interface SampleLocation {
  /** Byte offset in the file. */
  readonly offset: number;
  readonly size: number;
  /** Decoding time in ticks of the track. */
  readonly dts: number;
  /** Presentation time less the decoding time. */
  readonly compositionOffset: number;
  readonly isSync: boolean;
  /** Which sample entry it belongs to, counted from 1. */
  readonly description: number;
}
