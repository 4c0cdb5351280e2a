/** The ways to get a stream into a browser, the fastest one first. */
export const WAY_NAMES = ["webrtc", "hls", "flv"] as const;

export type WayName = typeof WAY_NAMES[number];

export const WAY_TITLES: Readonly<Record<WayName, string>> = {
  webrtc: "WebRTC",
  hls: "LL-HLS",
  flv: "FLV",
};

/** How an attempt to play came to its end. */
export type Ending =
  /** There is no such stream, or not this way. */
  | { readonly type: "absent" }
  /** No way will be let in. */
  | { readonly type: "refused"; readonly reason: string }
  /** This way cannot play this stream here; another one may. */
  | { readonly type: "unfit"; readonly reason: string }
  /** It plays, but not as it should: the next way plays it better. */
  | { readonly type: "poor"; readonly reason: string }
  | { readonly type: "lost"; readonly reason: string }
  /** The stream is over; it may come back. */
  | { readonly type: "ended" };

/** What is known about the playing at this moment. */
export interface Reading {
  /** What the delay consists of, so far as this side can see it. */
  readonly delay?: { readonly ms: number; readonly of: string };
  readonly bitsPerSecond?: number;
  readonly packets?: { readonly lost: number; readonly received: number };
  readonly videoCodec?: string;
  readonly audioCodec?: string;
}

/** Makes an ending of the status that a request was refused with. */
export function endingOfStatus(status: number, reason: string): Ending {
  if (status === 404) return { type: "absent" };
  if (status === 401 || status === 403) {
    return { type: "refused", reason: "You may not watch this stream." };
  }
  if (status >= 400) return { type: "unfit", reason };
  return { type: "lost", reason };
}
