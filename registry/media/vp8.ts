import { BitstreamError } from "./errors.ts";
import { serializeVpcC } from "./vp9.ts";

/**
 * The VPCodecConfigurationRecord of VP8 (VP Codec ISO Media File Format Binding, 2.2): profile 0, 8
 * bits, 4:2:0, everything else unspecified, since VP8 has no other form.
 */
export const VP8_RECORD: Uint8Array = serializeVpcC({
  codec: "vp9",
  profile: 0,
  level: 0,
  bitDepth: 8,
  chromaSubsampling: 1,
  fullRange: false,
  colourPrimaries: 2,
  transferCharacteristics: 2,
  matrixCoefficients: 2,
});

/** What the head of a VP8 frame says (RFC 6386 section 9.1). */
export interface Vp8FrameHeader {
  readonly isKey: boolean;
  readonly isShown: boolean;
  /** In pixels, before scaling; only in key frames. */
  readonly width?: number;
  readonly height?: number;
}

const WHAT = "VP8 frame header";
const FRAME_TAG_BYTES = 3;
const KEY_FRAME_BYTES = 10;
const START_CODE = [0x9d, 0x01, 0x2a] as const;

/**
 * Reads the frame tag and, in key frames, the size.
 *
 * @throws {BitstreamError} when the frame is cut short or a key frame lacks its start code.
 */
export function parseVp8Header(frame: Uint8Array): Vp8FrameHeader {
  const [tag = 0] = frame;
  const isKey = (tag & 1) === 0;
  const needed = isKey ? KEY_FRAME_BYTES : FRAME_TAG_BYTES;
  if (frame.length < needed) {
    const reason = `${needed} bytes are needed, there are ${frame.length}`;
    throw new BitstreamError(WHAT, reason, frame.length);
  }
  const isShown = (tag & 0x10) !== 0;
  if (!isKey) return { isKey, isShown };
  if (START_CODE.some((byte, i) => frame[FRAME_TAG_BYTES + i] !== byte)) {
    throw new BitstreamError(WHAT, "the start code is missing", FRAME_TAG_BYTES);
  }
  return { isKey, isShown, width: readSide(frame, 6), height: readSide(frame, 8) };
}

/** Fourteen bits, little-endian; the two above them are the scale. */
function readSide(frame: Uint8Array, offset: number): number {
  return (frame[offset] ?? 0) | ((frame[offset + 1] ?? 0) & 0x3f) << 8;
}
