import { type ByteRange, contentRange } from "./range.ts";

/** A piece of a body: bytes as they are, or a part of the file. */
export type BodyPiece = Uint8Array | ByteRange;

/** A body of several ranges: `multipart/byteranges` (RFC 9110, section 14.6). */
export interface Multipart {
  readonly contentType: string;
  readonly pieces: readonly BodyPiece[];
  readonly length: number;
}

const encoder = new TextEncoder();

/** @param boundary a token that does not occur in the file, which chance takes care of. */
export function multipartOf(
  ranges: readonly ByteRange[],
  size: number,
  mediaType: string,
  boundary: string,
): Multipart {
  const pieces = ranges.flatMap((range): BodyPiece[] => {
    const head = [
      `\r\n--${boundary}`,
      `Content-Type: ${mediaType}`,
      `Content-Range: ${contentRange(range, size)}`,
      "\r\n",
    ].join("\r\n");
    return [encoder.encode(head), range];
  });
  pieces.push(encoder.encode(`\r\n--${boundary}--\r\n`));
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    pieces,
    length: pieces.reduce((sum, piece) => sum + pieceLength(piece), 0),
  };
}

/** Bytes that a piece takes in the body. */
export function pieceLength(piece: BodyPiece): number {
  return piece instanceof Uint8Array ? piece.byteLength : piece.length;
}
