/**
 * Receiver estimated maximum bitrate, draft-alvestrand-rmcat-remb-03 section 2.2.
 *
 * @module
 */

import type { RtcpBodyReader } from "./rtcp_body.ts";
import { type FeedbackTarget, readFeedbackTarget, writeFeedbackTarget } from "./rtcp_feedback.ts";

export interface BitrateEstimate extends FeedbackTarget {
  readonly type: "bitrateEstimate";
  /** Bits per second, of all `ssrcs` together. */
  readonly bitrate: number;
  readonly ssrcs: readonly number[];
}

/** "REMB": other applications use the same packet type and format. */
const IDENTIFIER = 0x52454d42;

const MANTISSA_BITS = 18;
const MAX_MANTISSA = 2 ** MANTISSA_BITS - 1;
const MAX_EXPONENT = 63;

/** Undefined when the message belongs to another application. */
export function readBitrateEstimate(reader: RtcpBodyReader): BitrateEstimate | undefined {
  const target = readFeedbackTarget(reader);
  if (reader.bytesLeft < 4 || reader.u32() !== IDENTIFIER) return undefined;
  const count = reader.u8();
  const packed = reader.u24();
  const mantissa = packed & MAX_MANTISSA;
  const bitrate = mantissa * 2 ** (packed >>> MANTISSA_BITS);
  const ssrcs = Array.from({ length: count }, () => reader.u32());
  return { type: "bitrateEstimate", ...target, bitrate, ssrcs };
}

/** Rounds the bitrate down to the 18 significant bits that the format has. */
export function writeBitrateEstimate(message: BitrateEstimate): Uint8Array {
  let mantissa = message.bitrate;
  let exponent = 0;
  while (mantissa > MAX_MANTISSA && exponent < MAX_EXPONENT) {
    mantissa /= 2;
    exponent++;
  }
  const writer = writeFeedbackTarget(message, 8 + 4 * message.ssrcs.length)
    .u32(IDENTIFIER)
    .u8(message.ssrcs.length)
    .u24(exponent * 2 ** MANTISSA_BITS + Math.min(Math.floor(mantissa), MAX_MANTISSA));
  for (const ssrc of message.ssrcs) writer.u32(ssrc);
  return writer.bytes;
}
