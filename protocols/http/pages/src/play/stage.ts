import type { Ending, Reading } from "./way.ts";

/** One attempt to play, until it is closed or has ended. */
export interface Playback {
  read(): Promise<Reading>;
  close(): void;
}

/** What a way is given. */
export interface Stage {
  readonly video: HTMLVideoElement;
  readonly name: string;
  /** For the gateway, which may want a token there: `?token=x`, or empty. */
  readonly query: string;
  /** Whether there is another way, for a stream that this one shows poorly. */
  readonly hasNext: boolean;
  /** Called at most once, and not after `close`. */
  readonly onEnd: (ending: Ending) => void;
  /** The stream has sound that this way leaves out. */
  readonly onSilent: (codec: string) => void;
}

/** A way to play. */
export type Way = (stage: Stage) => Playback;
