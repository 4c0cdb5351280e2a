/**
 * What reads the elementary stream of one codec out of PES packets.
 *
 * @module
 */

import type { CodecConfig } from "../../../registry/media/codec.ts";
import type { UnitContent } from "../demux/events.ts";

/** The payload of a PES packet, with unwrapped times in ticks of 90 kHz. */
export interface TimedPayload {
  /** Of the first access unit that begins in it; absent where the packet has none. */
  readonly times?: { readonly pts: number; readonly dts: number };
  /** Whether the packet had a length, and its content may go on in the next one. */
  readonly isBounded: boolean;
  readonly bytes: Uint8Array;
}

/** What comes out of an elementary stream. */
export type StreamEvent =
  | { readonly type: "unit"; readonly config: CodecConfig; readonly content: UnitContent }
  | { readonly type: "dropped"; readonly reason: string; readonly error?: Error };

/** Access units of one elementary stream. Stateful; never throws for what a peer sent. */
export interface ElementaryStream {
  /** Payloads of units are views of the bytes, which must not change any more. */
  push(payload: TimedPayload): readonly StreamEvent[];
  /** Forgets what is incomplete: bytes are missing before the next payload. */
  lose(): void;
  /** What is held back, at the end of the stream. */
  flush(): readonly StreamEvent[];
}
