/**
 * `stream_type` values of a PMT: ISO/IEC 13818-1 table 2-34, and ATSC A/53 for Dolby's.
 */
export const STREAM_TYPE = {
  mpeg1Audio: 0x03,
  mpeg2Audio: 0x04,
  /** What it is, its descriptors say. */
  privateData: 0x06,
  adts: 0x0f,
  latm: 0x11,
  h264: 0x1b,
  h265: 0x24,
  ac3: 0x81,
  eac3: 0x87,
} as const;
