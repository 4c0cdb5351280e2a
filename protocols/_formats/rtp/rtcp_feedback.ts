/**
 * Feedback of RFC 4585 and RFC 5104 about lost packets and lost pictures.
 *
 * @module
 */

import { type RtcpBodyReader, RtcpBodyWriter } from "./rtcp_body.ts";

/** What all feedback says first (RFC 4585 section 6.1). */
export interface FeedbackTarget {
  /** SSRC of who sends the feedback. */
  readonly senderSsrc: number;
  /** SSRC of the source that it is about. */
  readonly mediaSsrc: number;
}

/** Generic NACK, RFC 4585 section 6.2.1. */
export interface Nack extends FeedbackTarget {
  readonly type: "nack";
  /** Sequence numbers of lost packets, in the order of the message. */
  readonly sequences: readonly number[];
}

/** Picture loss indication, RFC 4585 section 6.3.1. */
export interface PictureLoss extends FeedbackTarget {
  readonly type: "pictureLoss";
}

/** Full intra request, RFC 5104 section 4.3.1. */
export interface FullIntraRequest extends FeedbackTarget {
  readonly type: "fullIntraRequest";
  readonly requests: readonly IntraRequest[];
}

export interface IntraRequest {
  readonly ssrc: number;
  /** Counts requests modulo 256; a repetition of the last request has the same number. */
  readonly sequence: number;
}

export function readFeedbackTarget(reader: RtcpBodyReader): FeedbackTarget {
  return { senderSsrc: reader.u32(), mediaSsrc: reader.u32() };
}

/** Bytes of what {@linkcode writeFeedbackTarget} writes. */
export const FEEDBACK_TARGET_SIZE = 8;

export function writeFeedbackTarget(target: FeedbackTarget, restSize: number): RtcpBodyWriter {
  const writer = new RtcpBodyWriter(FEEDBACK_TARGET_SIZE + restSize);
  return writer.u32(target.senderSsrc).u32(target.mediaSsrc);
}

/** Packets that the bit mask of a NACK entry tells of beside its first one. */
const NACK_MASK_BITS = 16;
const NACK_ENTRY_SIZE = 4;
const FIR_ENTRY_SIZE = 8;

export function readNack(reader: RtcpBodyReader): Nack {
  const target = readFeedbackTarget(reader);
  const sequences: number[] = [];
  while (reader.bytesLeft >= NACK_ENTRY_SIZE) {
    const first = reader.u16();
    const mask = reader.u16();
    sequences.push(first);
    for (let bit = 0; bit < NACK_MASK_BITS; bit++) {
      if ((mask >> bit & 1) === 1) sequences.push((first + bit + 1) & 0xffff);
    }
  }
  return { type: "nack", ...target, sequences };
}

export function writeNack(nack: Nack): Uint8Array {
  const entries = packNackEntries(nack.sequences);
  const writer = writeFeedbackTarget(nack, entries.length * NACK_ENTRY_SIZE);
  for (const { first, mask } of entries) writer.u16(first).u16(mask);
  return writer.bytes;
}

interface NackEntry {
  readonly first: number;
  mask: number;
}

/** Keeps the order of `sequences`: each goes into the last entry or into a new one. */
function packNackEntries(sequences: readonly number[]): readonly NackEntry[] {
  const entries: NackEntry[] = [];
  for (const sequence of sequences) {
    const last = entries.at(-1);
    const bit = last === undefined ? -1 : ((sequence - last.first) & 0xffff) - 1;
    if (last !== undefined && bit >= 0 && bit < NACK_MASK_BITS && last.mask >> bit === 0) {
      last.mask |= 1 << bit;
    } else {
      entries.push({ first: sequence, mask: 0 });
    }
  }
  return entries;
}

export function readPictureLoss(reader: RtcpBodyReader): PictureLoss {
  return { type: "pictureLoss", ...readFeedbackTarget(reader) };
}

export function writePictureLoss(message: PictureLoss): Uint8Array {
  return writeFeedbackTarget(message, 0).bytes;
}

export function readFullIntraRequest(reader: RtcpBodyReader): FullIntraRequest {
  const target = readFeedbackTarget(reader);
  const requests: IntraRequest[] = [];
  while (reader.bytesLeft >= FIR_ENTRY_SIZE) {
    requests.push({ ssrc: reader.u32(), sequence: reader.u8() });
    reader.align();
  }
  return { type: "fullIntraRequest", ...target, requests };
}

export function writeFullIntraRequest(message: FullIntraRequest): Uint8Array {
  const writer = writeFeedbackTarget(message, message.requests.length * FIR_ENTRY_SIZE);
  for (const { ssrc, sequence } of message.requests) writer.u32(ssrc).u8(sequence).align();
  return writer.bytes;
}
