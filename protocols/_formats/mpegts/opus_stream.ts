/**
 * Opus in transport streams, as the draft on opus-codec.org (ETSI_TS_opus, version 0.1.3) has it and
 * FFmpeg and GStreamer write and read it: the descriptor of a stream, and the control header before
 * each packet.
 *
 * @module
 */

import type { OpusConfig } from "../../../registry/media/codec.ts";
import { BitstreamError, unlessDamaged } from "../../../registry/media/errors.ts";
import { bytesEqual } from "../../../registry/media/config_equal.ts";
import {
  OPUS_SAMPLE_RATE,
  type OpusHead,
  parseOpusHead,
  serializeOpusHead,
} from "../../../registry/media/opus.ts";
import { DESCRIPTOR, type Descriptor } from "./descriptor.ts";

const WHAT = "Opus control header";

/** `descriptor_tag_extension`: user defined, taken for Opus. */
const OPUS_EXTENSION = 0x80;

/** `channel_config_code` of a layout that the descriptor has no code for. */
const UNKNOWN_LAYOUT = 0xff;

/** Streams that are coupled, by channels of mapping family 1 (RFC 7845 5.1.1.2). */
const COUPLED = [1, 0, 1, 1, 2, 2, 2, 3, 3] as const;

/** The mapping of family 1 as encoders write it, by channels less one. */
const MAPPINGS = [
  [0],
  [0, 1],
  [0, 2, 1],
  [0, 1, 2, 3],
  [0, 4, 1, 2, 3],
  [0, 4, 1, 2, 3, 5],
  [0, 4, 1, 2, 3, 5, 6],
  [0, 6, 1, 2, 3, 4, 5, 7],
].map((mapping) => Uint8Array.from(mapping));

/** The extension descriptor of a stream; of stereo where nothing is known. */
export function opusDescriptor(config: OpusConfig | undefined): Descriptor {
  const code = config === undefined ? 2 : layoutCode(config);
  return { tag: DESCRIPTOR.extension, data: Uint8Array.of(OPUS_EXTENSION, code) };
}

/** Whether the descriptor has a code for the layout of the channels. */
export function isOpusLayoutKnown(config: OpusConfig): boolean {
  return layoutCode(config) !== UNKNOWN_LAYOUT;
}

function layoutCode({ head: bytes }: OpusConfig): number {
  const head = unlessDamaged(() => parseOpusHead(bytes));
  return head !== undefined && isUsual(head) ? head.channels : UNKNOWN_LAYOUT;
}

function isUsual({ channels, mappingFamily, mapping }: OpusHead): boolean {
  if (mapping === undefined) return true;
  const usual = MAPPINGS[channels - 1];
  return mappingFamily === 1 && usual !== undefined && bytesEqual(mapping.channels, usual) &&
    mapping.coupled === COUPLED[channels] && mapping.streams === channels - mapping.coupled;
}

/** The configuration that an extension descriptor tells; undefined for a layout it has no code for. */
export function opusConfig(descriptors: readonly Descriptor[]): OpusConfig | undefined {
  const found = descriptors.find(({ tag, data }) =>
    tag === DESCRIPTOR.extension && data[0] === OPUS_EXTENSION
  );
  const code = found?.data[1] ?? UNKNOWN_LAYOUT;
  const channels = code === 0 ? 2 : code; // 0: two mono programmes
  const usual = MAPPINGS[channels - 1];
  if (usual === undefined) return undefined;
  const coupled = COUPLED[code] ?? 0;
  const head: OpusHead = {
    version: 1,
    channels,
    preSkip: 0, // the control headers trim
    inputSampleRate: OPUS_SAMPLE_RATE,
    outputGain: 0,
    mappingFamily: code === 0 ? 255 : channels > 2 ? 1 : 0,
    ...((code === 0 || channels > 2) && {
      mapping: { streams: channels - coupled, coupled, channels: usual },
    }),
  };
  return { codec: "opus", head: serializeOpusHead(head) };
}

const SIZE_GOES_ON = 0xff;

/** The control header before a packet of `size` bytes, without trims; the caller owns it. */
export function opusControlHeader(size: number): Uint8Array<ArrayBuffer> {
  const full = Math.floor(size / SIZE_GOES_ON);
  const header = new Uint8Array(2 + full + 1).fill(SIZE_GOES_ON);
  header.set([0x7f, 0xe0]);
  header[header.length - 1] = size % SIZE_GOES_ON;
  return header;
}

/** An Opus packet, and where it ends. */
export interface OpusAccessUnit {
  readonly packet: Uint8Array;
  readonly end: number;
}

/**
 * Reads a control header and the packet behind it, as a view. What it says to trim is left to the
 * decoder's own pre-skip.
 *
 * @throws {BitstreamError} when the prefix is missing or the packet is cut short.
 */
export function readOpusAccessUnit(data: Uint8Array, offset: number): OpusAccessUnit {
  const [prefix = 0, flags = 0] = data.subarray(offset, offset + 2);
  if (prefix !== 0x7f || flags >> 5 !== 7) {
    throw new BitstreamError(WHAT, "the prefix is missing", offset);
  }
  let at = offset + 2;
  let size = 0;
  while (data[at] === SIZE_GOES_ON) size += data[at++] ?? 0;
  size += data[at++] ?? 0;
  if ((flags & 0x10) !== 0) at += 2; // start_trim
  if ((flags & 0x08) !== 0) at += 2; // end_trim
  if ((flags & 0x04) !== 0) at += 1 + (data[at] ?? 0); // control extension
  if (size === 0 || at + size > data.length) {
    throw new BitstreamError(WHAT, `a packet of ${size} bytes does not fit`, offset);
  }
  return { packet: data.subarray(at, at + size), end: at + size };
}
