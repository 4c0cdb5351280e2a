/** Longest time that samples of one unit take: what telephones send in one packet. */
const UNIT_SECONDS = 0.02;

/** Samples of 16 bits with their bytes the other way round; the caller owns them. */
export function swappedSamples(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const swapped = new Uint8Array(data.byteLength & ~1);
  for (let i = 0; i < swapped.byteLength; i += 2) {
    swapped[i] = data[i + 1] ?? 0;
    swapped[i + 1] = data[i] ?? 0;
  }
  return swapped;
}

/** A part of a packet of samples: views of it. */
export interface SamplePiece {
  readonly data: Uint8Array;
  /** Samples of each channel before it in the packet. */
  readonly offset: number;
}

/** Cuts a packet of samples into equal pieces of at most 20 ms; the last may be shorter. */
export function cutSamples(
  data: Uint8Array,
  sampleBytes: number,
  sampleRate: number,
): readonly SamplePiece[] {
  const total = Math.floor(data.byteLength / sampleBytes);
  const count = Math.ceil(total / Math.max(1, Math.floor(sampleRate * UNIT_SECONDS)));
  const size = Math.ceil(total / Math.max(1, count));
  return Array.from({ length: count }, (_, index) => {
    const [start, end] = [index * size, Math.min(total, (index + 1) * size)];
    return { data: data.subarray(start * sampleBytes, end * sampleBytes), offset: start };
  });
}
