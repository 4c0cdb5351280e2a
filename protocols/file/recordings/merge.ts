import type { Unit } from "../../../registry/media/unit.ts";

/** Media time that comes in one piece: what a reader that keeps up takes in a few turns. */
const PIECE_MS = 200;

/** Payload in one piece, whatever time it takes: the file may have any bit rate. */
const PIECE_UNITS = 256;

/** Milliseconds at which a unit is decoded. */
export function decodedAt({ dts, track }: Unit): number {
  return dts * 1000 / track.timescale;
}

/**
 * Tracks, each in decoding order, as one sequence in decoding order, some {@linkcode PIECE_MS} at a time.
 * Nothing is read before it is asked for, but the next unit of each track. A track that cannot be read
 * further ends there; its error comes after all that the others have.
 */
export async function* merged(
  tracks: readonly AsyncIterator<Unit>[],
): AsyncIterableIterator<readonly Unit[]> {
  const heads = new Heads(tracks);
  let piece: Unit[] = [];
  try {
    for (let unit = await heads.take(); unit !== undefined; unit = await heads.take()) {
      const [first = unit] = piece;
      if (piece.length === PIECE_UNITS || decodedAt(unit) - decodedAt(first) >= PIECE_MS) {
        yield piece;
        piece = [];
      }
      piece.push(unit);
    }
    if (piece.length > 0) yield piece;
  } finally {
    await heads.close();
  }
  heads.assertUnbroken();
}

/** The next unit of each track. */
class Heads {
  readonly #tracks: readonly AsyncIterator<Unit>[];
  readonly #heads: (Unit | undefined)[] = [];
  readonly #failures: unknown[] = [];
  #isStarted = false;

  constructor(tracks: readonly AsyncIterator<Unit>[]) {
    this.#tracks = tracks;
  }

  /** The one that is decoded first; `undefined` when all tracks have ended. */
  async take(): Promise<Unit | undefined> {
    if (!this.#isStarted) {
      this.#isStarted = true;
      for (const index of this.#tracks.keys()) await this.#advance(index);
    }
    const [index, unit] = this.#earliest();
    if (unit !== undefined) await this.#advance(index);
    return unit;
  }

  #earliest(): readonly [number, Unit | undefined] {
    let [index, earliest]: [number, Unit | undefined] = [0, undefined];
    for (const [candidate, unit] of this.#heads.entries()) {
      if (unit === undefined) continue;
      if (earliest !== undefined && decodedAt(unit) >= decodedAt(earliest)) continue;
      [index, earliest] = [candidate, unit];
    }
    return [index, earliest];
  }

  async #advance(index: number): Promise<void> {
    try {
      const next = await this.#tracks[index]?.next();
      this.#heads[index] = next?.done === false ? next.value : undefined;
    } catch (error) {
      this.#heads[index] = undefined;
      this.#failures.push(error);
    }
  }

  /** Throws what ended the first track that could not be read to its end. */
  assertUnbroken(): void {
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  async close(): Promise<void> {
    for (const track of this.#tracks) await track.return?.();
  }
}
