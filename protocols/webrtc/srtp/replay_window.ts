/**
 * Packets behind the newest one that may still come. A retransmission under its own sequence number may
 * be a second late, in which a stream of 10 Mbit/s has about this many.
 */
export const REPLAY_WINDOW = 1024;

const WORD_BITS = 32;

/** Which packets of a source have come: each is taken once (RFC 3711 section 3.3.2). */
export class ReplayWindow {
  /** One bit for each index, at its place modulo the window. */
  readonly #seen = new Uint32Array(REPLAY_WINDOW / WORD_BITS);
  #highest: number;

  /** @param first index of the first packet, which has come */
  constructor(first: number) {
    this.#highest = first;
    this.#mark(first);
  }

  /** The highest index that has come. */
  get highest(): number {
    return this.#highest;
  }

  /** Whether a packet of this index is neither a repetition nor too old to tell. */
  admits(index: number): boolean {
    if (index > this.#highest) return true;
    if (index < 0 || index <= this.#highest - REPLAY_WINDOW) return false;
    const { word, bit } = placeOf(index);
    return ((this.#seen[word] ?? 0) & bit) === 0;
  }

  /** Notes an admitted packet that has turned out to be authentic. */
  add(index: number): void {
    if (index - this.#highest >= REPLAY_WINDOW) this.#seen.fill(0);
    else for (let at = this.#highest + 1; at < index; at++) this.#clear(at);
    this.#highest = Math.max(this.#highest, index);
    this.#mark(index);
  }

  #mark(index: number): void {
    const { word, bit } = placeOf(index);
    this.#seen[word] = (this.#seen[word] ?? 0) | bit;
  }

  #clear(index: number): void {
    const { word, bit } = placeOf(index);
    this.#seen[word] = (this.#seen[word] ?? 0) & ~bit;
  }
}

function placeOf(index: number): { readonly word: number; readonly bit: number } {
  const place = index % REPLAY_WINDOW;
  return { word: Math.floor(place / WORD_BITS), bit: 1 << place % WORD_BITS };
}
