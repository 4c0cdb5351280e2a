// One second of a 1 Mbit/s stream, read and written. `n` messages per iteration stand in the name.
import { ChunkReader } from "../../../protocols/rtmp/chunk_reader.ts";
import { chunkedSize, chunkMessages, writeChunked } from "../../../protocols/rtmp/chunk_writer.ts";
import { encodeControl } from "../../../protocols/rtmp/control.ts";
import type { OutgoingMessage } from "../../../protocols/rtmp/message.ts";

/** 25 pictures, the first of them a key frame, and 43 AAC frames. */
const MESSAGES: readonly OutgoingMessage[] = [
  ...Array.from({ length: 25 }, (_, i): OutgoingMessage => ({
    csid: 6,
    type: 9,
    timestamp: 40 * i,
    streamId: 1,
    parts: [new Uint8Array(5), new Uint8Array(i === 0 ? 30_000 : 3500)],
  })),
  ...Array.from({ length: 43 }, (_, i): OutgoingMessage => ({
    csid: 4,
    type: 8,
    timestamp: 23 * i,
    streamId: 1,
    parts: [new Uint8Array(2), new Uint8Array(300)],
  })),
];

/** What one read of a socket gives at most. */
const READ_SIZE = 64 * 1024;

function reads(bytes: Uint8Array): readonly Uint8Array[] {
  const count = Math.ceil(bytes.length / READ_SIZE);
  return Array.from(
    { length: count },
    (_, i) => bytes.subarray(i * READ_SIZE, (i + 1) * READ_SIZE),
  );
}

for (const chunkSize of [128, 4096, 60_000]) {
  const name = `${MESSAGES.length} messages, chunks of ${chunkSize}`;
  const wire = reads(chunkMessages(MESSAGES, chunkSize));
  const reader = new ChunkReader();
  reader.feed(chunkMessages([encodeControl({ kind: "setChunkSize", size: chunkSize })], 128));
  Deno.bench(`read ${name}`, { group: "read" }, () => {
    for (const bytes of wire) reader.feed(bytes);
  });

  const size = MESSAGES.reduce((sum, message) => sum + chunkedSize(message, chunkSize), 0);
  const target = new Uint8Array(size);
  Deno.bench(`write ${name}`, { group: "write" }, () => {
    let offset = 0;
    for (const message of MESSAGES) offset = writeChunked(target, offset, message, chunkSize);
  });
}
