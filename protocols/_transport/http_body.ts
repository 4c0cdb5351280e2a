import type { ServerResponse } from "node:http";
import { type BodySource, sourceOf } from "./body_source.ts";

/**
 * What a byte stream is read into, over and over. Large enough that system calls cost little beside
 * what they move, small enough for the cache of a core, and for thousands of clients that read slowly.
 */
const BUFFER_BYTES = 256 * 1024;

type Body = ReadableStream<Uint8Array<ArrayBuffer>>;

/**
 * Writes a body as fast as the peer reads it, and ends the response. What fails, the body or the
 * connection, ends both.
 */
export async function sendBody(
  stream: Body,
  outgoing: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const body = readerOf(stream, outgoing.writableHighWaterMark);
  // A body that fails ends the connection, also while a write waits for the peer.
  body.closed.catch(() => outgoing.destroy());
  const cancel = () => void body.cancel().catch(() => {});
  gone.addEventListener("abort", cancel, { once: true });
  if (gone.aborted) return cancel();
  outgoing.flushHeaders();
  try {
    for (;;) {
      const bytes = await body.read();
      if (bytes === undefined) break;
      if (outgoing.destroyed) return cancel();
      if (!outgoing.write(bytes)) await drained(outgoing);
    }
    outgoing.end();
  } catch {
    outgoing.destroy();
  }
}

function readerOf(stream: Body, keptBytes: number): BodySource {
  const source = sourceOf(stream);
  if (source !== undefined) return source;
  return isByteStream(stream) ? bufferedReader(stream, keptBytes) : chunkReader(stream);
}

/** Streams only tell by what they refuse. */
function isByteStream(stream: Body): boolean {
  try {
    stream.getReader({ mode: "byob" }).releaseLock();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function chunkReader(stream: Body): BodySource {
  const reader = stream.getReader();
  return {
    read: async () => (await reader.read()).value,
    closed: reader.closed,
    cancel: () => reader.cancel(),
  };
}

/**
 * Each piece is overwritten by the next `read`, unless it is so small that node:http takes it without
 * telling when it has gone.
 *
 * @param keptBytes from how many on it tells.
 */
function bufferedReader(stream: Body, keptBytes: number): BodySource {
  const reader = stream.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(BUFFER_BYTES);
  return {
    async read() {
      const { value, done } = await reader.read(new Uint8Array(buffer));
      if (value !== undefined) buffer = value.buffer;
      if (done) return undefined;
      return value.byteLength < keptBytes ? value.slice() : value;
    },
    closed: reader.closed,
    cancel: () => reader.cancel(),
  };
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      outgoing.off("drain", settle);
      outgoing.off("close", settle);
      resolve();
    };
    outgoing.on("drain", settle);
    outgoing.on("close", settle);
  });
}
