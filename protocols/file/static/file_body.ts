import type { Cancel, Clock } from "../../../registry/clock.ts";
import type { BodyPiece } from "./multipart.ts";
import type { ByteRange } from "./range.ts";

/** How long a client may take for one buffer full (256 KiB over HTTP) before it is cut. */
export const STALL_MS = 60_000;

/** What is read at a time for a reader that brings no buffer of its own: none over HTTP. */
const CHUNK_BYTES = 64 * 1024;

/** Why a body ended before its time; its connection ends too, since the rest cannot be made up. */
export class FileBodyError extends Error {
  override readonly name = "FileBodyError";
  constructor(readonly reason: string) {
    super(`Cannot go on sending a file: ${reason}`);
  }
}

export interface FileBodyParts {
  /** Closed when the body has ended, in whichever way. */
  readonly file: Deno.FsFile;
  readonly pieces: readonly BodyPiece[];
  readonly clock: Clock;
  /** Called once, with why when that is not that all was sent or the client has left. */
  readonly onEnd: (error?: unknown) => void;
}

/**
 * The body of a download. Reads straight into the buffer of whoever reads it, and not ahead: what a
 * client costs does not depend on the size of the file.
 */
export function fileBody(parts: FileBodyParts): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream(new FileBody(parts));
}

class FileBody implements UnderlyingByteSource {
  readonly type = "bytes";
  readonly autoAllocateChunkSize = CHUNK_BYTES;
  readonly #parts: FileBodyParts;
  readonly #pieces: BodyPiece[];
  /** How much of the first piece was sent. */
  #sent = 0;
  #ended = false;
  /** Since when the client could have taken more; absent while it waits for us. */
  #waitingSince: number | undefined;
  #cancelWatch: Cancel = () => {};

  constructor(parts: FileBodyParts) {
    this.#parts = parts;
    this.#pieces = [...parts.pieces];
  }

  start(controller: ReadableByteStreamController): void {
    this.#watch(controller, STALL_MS);
  }

  async pull(controller: ReadableByteStreamController): Promise<void> {
    const request = controller.byobRequest;
    if (request?.view === null || request?.view === undefined) return;
    const { buffer, byteOffset, byteLength } = request.view;
    this.#waitingSince = undefined;
    try {
      const filled = await this.#fill(new Uint8Array(buffer, byteOffset, byteLength));
      if (this.#ended) return;
      request.respond(filled);
      this.#waitingSince = this.#parts.clock.now();
      if (this.#pieces.length > 0) return;
      this.#end();
      controller.close();
    } catch (error) {
      this.#fail(controller, error);
    }
  }

  cancel(): void {
    this.#end();
  }

  /** One timer that looks now and then: one for every buffer would cost more than the buffer. */
  #watch(controller: ReadableByteStreamController, delayMs: number): void {
    const { clock } = this.#parts;
    this.#cancelWatch = clock.schedule(delayMs, () => {
      const waitedMs = clock.now() - (this.#waitingSince ?? clock.now());
      if (waitedMs < STALL_MS) return this.#watch(controller, STALL_MS - waitedMs);
      const reason = `the client has taken nothing for ${STALL_MS / 1000} s`;
      this.#fail(controller, new FileBodyError(reason));
    });
  }

  /** Fills the beginning of `view` from the first piece. Gives the number of bytes, never 0. */
  async #fill(view: Uint8Array): Promise<number> {
    const [piece] = this.#pieces;
    if (piece === undefined) throw new FileBodyError("nothing is left of it");
    const filled = piece instanceof Uint8Array
      ? copy(piece.subarray(this.#sent), view)
      : await this.#read(piece, view);
    this.#sent += filled;
    if (this.#sent === piece.length) {
      this.#pieces.shift();
      this.#sent = 0;
    }
    return filled;
  }

  async #read({ offset, length }: ByteRange, view: Uint8Array): Promise<number> {
    const { file } = this.#parts;
    if (this.#sent === 0) await file.seek(offset, Deno.SeekMode.Start);
    const left = length - this.#sent;
    const filled = await file.read(left < view.byteLength ? view.subarray(0, left) : view);
    if (filled === null) throw new FileBodyError("it has become shorter");
    return filled;
  }

  #fail(controller: ReadableByteStreamController, error: unknown): void {
    if (this.#ended) return;
    this.#end(error);
    controller.error(error);
  }

  #end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelWatch();
    this.#parts.file.close();
    this.#parts.onEnd(error);
  }
}

function copy(from: Uint8Array, to: Uint8Array): number {
  const part = from.subarray(0, to.byteLength);
  to.set(part);
  return part.byteLength;
}
