/**
 * Text for the targets that fuzz text protocols: samples with pieces changed, moved and cut, and
 * runs of an alphabet.
 *
 * @module
 */
import type { Random } from "./fuzz.ts";

const MAX_EDITS = 6;
const MAX_PIECES = 40;

/** A text near one of the samples, or made of the alphabet's pieces alone. */
export function randomText(
  random: Random,
  samples: readonly string[],
  alphabet: readonly string[],
): string {
  if (random.int(4) === 0) return pieces(random, alphabet, MAX_PIECES);
  let text = random.pick(samples);
  for (let count = random.int(MAX_EDITS); count > 0; count--) {
    const start = random.int(text.length + 1);
    const end = start + random.int(random.bool() ? 2 : text.length - start + 1);
    const inserted = random.bool() ? pieces(random, alphabet, 3) : excerpt(random, samples);
    text = text.slice(0, start) + (random.int(3) === 0 ? "" : inserted) + text.slice(end);
  }
  return text;
}

function pieces(random: Random, alphabet: readonly string[], max: number): string {
  return Array.from({ length: random.int(max) }, () => random.pick(alphabet)).join("");
}

function excerpt(random: Random, samples: readonly string[]): string {
  const text = random.pick(samples);
  const start = random.int(text.length + 1);
  return text.slice(start, start + random.int(20));
}

/** The bytes in up to five pieces, some of them empty. */
export function randomSplit(random: Random, bytes: Uint8Array): readonly Uint8Array[] {
  const cuts = Array.from({ length: random.int(5) }, () => random.int(bytes.length + 1))
    .sort((a, b) => a - b);
  return [0, ...cuts].map((start, index) => bytes.subarray(start, cuts[index]));
}
