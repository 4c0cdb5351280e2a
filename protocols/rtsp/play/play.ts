import type { NptRange, Range } from "../headers/range.ts";
import type { FirstPacket } from "./first_packets.ts";

/** What PLAY asks for. */
export interface PlayWish {
  readonly range?: Range;
  readonly scale?: number;
  readonly speed?: number;
}

/** What is played, as PLAY is answered. */
export interface Played {
  readonly range: NptRange;
  readonly scale: number;
  readonly speed: number;
  /** The first packets of each track, where they are there at once. */
  readonly first: readonly FirstPacket[];
}

/** What one session plays: a live stream, or a recording from a position of its own. */
export interface Play {
  /**
   * Gets ready to send, or to go on.
   *
   * @throws {InvalidRangeError} @throws {HeaderNotValidError} @throws {TimeFormatError}
   * @throws {RegistryError}
   */
  start(wish: PlayWish): Promise<Played>;
  /** Lets packets flow after PLAY was answered. */
  startFlow(): void;
  pause(): Promise<void>;
  /** Ends the sending, with a goodbye. May be called again. */
  close(): Promise<void>;
}
