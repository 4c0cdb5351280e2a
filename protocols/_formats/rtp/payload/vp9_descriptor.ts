/** Bits of the first byte of the payload descriptor (RFC 9628 section 4.2). */
const PICTURE_ID = 0x80; // I
export const PREDICTED = 0x40; // P
const LAYER_INDICES = 0x20; // L
const FLEXIBLE = 0x10; // F
export const START_OF_FRAME = 0x08; // B
export const END_OF_FRAME = 0x04; // E
const SCALABILITY_STRUCTURE = 0x02; // V

const LONG_PICTURE_ID = 0x80;
const MORE_REFERENCES = 0x01;

/** Section 4.2: a frame has at most this many references. */
const MAX_REFERENCES = 3;

export interface Vp9Descriptor {
  /** Bytes before the frame; more than the payload has, where that is cut short. */
  readonly size: number;
  /** Whether a frame of a layer starts here. */
  readonly isStart: boolean;
  readonly spatialLayer: number;
}

/** Reads the payload descriptor, as far as is needed to put frames together. */
export function readVp9Descriptor(payload: Uint8Array): Vp9Descriptor {
  const at = (index: number) => payload[index] ?? 0;
  const head = at(0);
  const has = (flags: number) => (head & flags) === flags;
  let size = 1;
  let spatialLayer = 0;
  if (has(PICTURE_ID)) size += (at(size) & LONG_PICTURE_ID) === 0 ? 1 : 2;
  if (has(LAYER_INDICES)) {
    spatialLayer = at(size) >> 1 & 7;
    size += has(FLEXIBLE) ? 1 : 2; // TL0PICIDX in the non-flexible mode
  }
  if (has(FLEXIBLE | PREDICTED)) {
    for (let i = 1; i < MAX_REFERENCES && (at(size) & MORE_REFERENCES) !== 0; i++) size++;
    size++;
  }
  if (has(SCALABILITY_STRUCTURE)) size += structureSize(payload.subarray(size));
  return { size, isStart: has(START_OF_FRAME), spatialLayer };
}

/** The scalability structure (section 4.2.1): sizes of layers, and a group of pictures. */
function structureSize(structure: Uint8Array): number {
  const head = structure[0] ?? 0;
  const layers = (head >> 5) + 1;
  let size = 1;
  if ((head & 0x10) !== 0) size += 4 * layers;
  if ((head & 0x08) === 0) return size;
  const pictures = structure[size] ?? 0;
  size++;
  for (let i = 0; i < pictures; i++) size += 1 + ((structure[size] ?? 0) >> 2 & 3);
  return size;
}
