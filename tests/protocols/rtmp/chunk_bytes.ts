import type { RtmpMessage } from "../../../protocols/rtmp/message.ts";

/** Wire bytes from hexadecimal digits; blanks are for reading. */
export function hex(digits: string): Uint8Array {
  const clean = digits.replaceAll(/\s/g, "");
  return Uint8Array.from(
    { length: clean.length / 2 },
    (_, i) => parseInt(clean.slice(2 * i, 2 * i + 2), 16),
  );
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** `length` bytes that count up from `first`. */
export function counting(length: number, first = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i + first & 0xff);
}

/** What tests say of a message: csid, type, timestamp, stream id, payload. */
export type Row = readonly [number, number, number, number, Uint8Array];

export function row({ csid, type, timestamp, streamId, payload }: RtmpMessage): Row {
  return [csid, type, timestamp, streamId, payload];
}
