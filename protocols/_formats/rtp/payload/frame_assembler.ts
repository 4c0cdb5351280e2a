import { BitstreamError } from "../../../../registry/media/errors.ts";
import type { CodecConfig } from "../../../../registry/media/codec.ts";
import { RtpError } from "../errors.ts";
import type { Depacketizer, DepacketizerEvent, Frame, PayloadPacket } from "./format.ts";

/** Bytes of one frame: as much as the gateway takes of a message over RTMP. */
export const MAX_FRAME_BYTES = 8 * 2 ** 20;

/** Packets of one frame: {@linkcode MAX_FRAME_BYTES} at half the size that senders really use. */
export const MAX_FRAME_PACKETS = 16_384;

/**
 * How far a frame has come:
 *
 * - `prelude`: parameter sets and the like so far. It ends neither by a marker nor by a new
 *   timestamp, which it takes on: cameras send parameter sets under a marker or a time of their own.
 * - `open`: in the middle of something that a new timestamp may end, but not a marker: cameras that
 *   set the marker on each packet set it here as well.
 * - `whole`: a marker ends it, and so does a new timestamp, for senders that set no marker.
 * - `complete`: it says itself that nothing follows.
 */
export type Progress = "prelude" | "open" | "whole" | "complete";

/** A frame as the builder makes it. */
export interface FrameContent extends Pick<Frame, "isKey" | "payload"> {
  readonly config?: CodecConfig;
  /** Ticks after the timestamp of the packet; absent where there are none. */
  readonly timestampOffset?: number;
}

/** The payloads of one frame, put together. Throws `RtpError` or `BitstreamError`, then is dropped. */
export interface FrameBuilder {
  add(payload: Uint8Array): Progress;
  /** What the payloads made: several frames of audio, none where there was nothing but a prelude. */
  finish(): readonly FrameContent[];
}

/** What {@linkcode FrameAssembler} needs to know of a payload format. */
export interface FrameCodec {
  /** Whether a frame may begin with this payload. May throw as {@linkcode FrameBuilder} does. */
  startsFrame(payload: Uint8Array): boolean;
  begin(): FrameBuilder;
}

/** Where the packets are. */
type State =
  /** `ended` is the timestamp of a frame that its marker ended. */
  | { readonly name: "between"; readonly ended?: number }
  | {
    readonly name: "inside";
    readonly timestamp: number;
    readonly builder: FrameBuilder;
    readonly progress: Progress;
    readonly bytes: number;
    readonly packets: number;
  }
  /** The rest of a frame that lost something. */
  | { readonly name: "skipping"; readonly timestamp: number };

type Inside = Extract<State, { readonly name: "inside" }>;

const BETWEEN: State = { name: "between" };

/** Most packets end no frame. */
const NOTHING: readonly DepacketizerEvent[] = [];

/**
 * Finds where frames end, and drops those that lost a packet.
 *
 * A frame ends by the marker of its last packet, or by the next timestamp where senders do not set
 * one. A sender that goes on with a frame after its marker (cameras that set it on every NAL unit)
 * is not believed from then on: its frames end by timestamps alone, which delays each until the
 * next begins. The frame at which this is noticed goes out cut short.
 */
export class FrameAssembler implements Depacketizer {
  readonly #codec: FrameCodec;
  #state: State = BETWEEN;
  #believesMarkers = true;
  #hasSeenMarker = false;
  #events: DepacketizerEvent[] = [];

  constructor(codec: FrameCodec) {
    this.#codec = codec;
  }

  push(packet: PayloadPacket): readonly DepacketizerEvent[] {
    if (packet.lost) this.#lose(packet);
    // Packets of nothing but padding keep the connection alive, or probe it.
    if (packet.payload.length > 0) this.#place(packet);
    return this.#takeEvents();
  }

  flush(): readonly DepacketizerEvent[] {
    const awaitsMarker = this.#believesMarkers && this.#hasSeenMarker;
    if (this.#state.name === "inside" && !awaitsMarker) this.#finish(this.#state);
    this.#state = BETWEEN;
    return this.#takeEvents();
  }

  #takeEvents(): readonly DepacketizerEvent[] {
    const events = this.#events;
    if (events.length === 0) return NOTHING;
    this.#events = [];
    return events;
  }

  #lose({ timestamp }: PayloadPacket): void {
    const state = this.#state;
    const isDamaged = state.name === "inside" && state.progress !== "prelude";
    this.#drop(isDamaged ? state.timestamp : timestamp, "packets were lost");
    if (isDamaged) {
      this.#state = { name: "skipping", timestamp: state.timestamp };
    } else if (state.name !== "skipping") {
      // Parameter sets hold for the frames to come, but the rest of a prelude was for the lost one.
      if (state.name === "inside") this.#finish(state);
      this.#state = BETWEEN;
    }
  }

  #place(packet: PayloadPacket): void {
    const { timestamp, payload, lost } = packet;
    const state = this.#entered(timestamp);
    if (state.name === "skipping") return;
    const wasEnded = state.name === "between" && state.ended === timestamp;
    if ((lost || wasEnded) && !this.#startsFrame(payload)) {
      if (!lost) {
        this.#believesMarkers = false;
        this.#drop(timestamp, "a frame went on after its marker");
      }
      this.#state = { name: "skipping", timestamp };
      return;
    }
    this.#add(state.name === "inside" ? state : this.#begin(timestamp), packet);
  }

  /** A payload that cannot be read goes on to where that is told. */
  #startsFrame(payload: Uint8Array): boolean {
    try {
      return this.#codec.startsFrame(payload);
    } catch (error) {
      if (isParseError(error)) return true;
      throw error;
    }
  }

  /** The state for a packet of this timestamp, which may end the frame before it. */
  #entered(timestamp: number): State {
    const state = this.#state;
    if (state.name === "between" || state.timestamp === timestamp) return state;
    if (state.name === "skipping") return BETWEEN;
    if (state.progress === "prelude") return { ...state, timestamp };
    this.#finish(state);
    return BETWEEN;
  }

  #begin(timestamp: number): Inside {
    const builder = this.#codec.begin();
    return { name: "inside", timestamp, builder, progress: "prelude", bytes: 0, packets: 0 };
  }

  #add(state: Inside, { payload, marker }: PayloadPacket): void {
    const { timestamp, builder } = state;
    const bytes = state.bytes + payload.length;
    const packets = state.packets + 1;
    if (bytes > MAX_FRAME_BYTES || packets > MAX_FRAME_PACKETS) {
      this.#skip(timestamp, `a frame has more than ${limitPassed(bytes)}`);
      return;
    }
    const progress = this.#attempt(timestamp, () => builder.add(payload));
    if (progress === undefined) return;
    const next: Inside = { ...state, progress, bytes, packets };
    this.#hasSeenMarker ||= marker;
    const isEnd = progress === "whole" && marker && this.#believesMarkers;
    this.#state = next;
    if (progress !== "complete" && !isEnd) return;
    this.#state = { name: "between", ended: timestamp };
    this.#finish(next);
  }

  #finish({ timestamp, builder }: Inside): void {
    for (const content of this.#attempt(timestamp, () => builder.finish()) ?? []) {
      const { timestampOffset = 0, ...frame } = content;
      this.#events.push({ type: "frame", timestamp: timestamp + timestampOffset, ...frame });
    }
  }

  #attempt<T>(timestamp: number, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!isParseError(error)) throw error;
      this.#skip(timestamp, error.message);
      return undefined;
    }
  }

  #skip(timestamp: number, reason: string): void {
    this.#drop(timestamp, reason);
    this.#state = { name: "skipping", timestamp };
  }

  #drop(timestamp: number, reason: string): void {
    this.#events.push({ type: "dropped", timestamp, reason });
  }
}

function isParseError(error: unknown): error is RtpError | BitstreamError {
  return error instanceof RtpError || error instanceof BitstreamError;
}

function limitPassed(bytes: number): string {
  return bytes > MAX_FRAME_BYTES ? `${MAX_FRAME_BYTES} bytes` : `${MAX_FRAME_PACKETS} packets`;
}
