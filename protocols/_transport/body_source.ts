/** What a body is made of while it goes out, one piece after the other. */
export interface BodySource {
  /** The next piece; `undefined` at the end. Rejects when the body fails. */
  read(): Promise<Uint8Array | undefined>;
  /** Rejects when the body fails, also while nobody reads. */
  readonly closed: Promise<unknown>;
  /** Nobody wants the rest. May be called again, and after the end. */
  cancel(): Promise<void>;
}

const sources = new WeakMap<ReadableStream<Uint8Array>, BodySource>();

/**
 * A stream of what `source` gives, for a `Response`. Our own server reads the source itself: for a
 * body of many small pieces the stream would cost as much as all else.
 */
export function streamOf(source: BodySource): ReadableStream<Uint8Array> {
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => void source.closed.catch((error) => controller.error(error)),
    async pull(controller) {
      const piece = await source.read();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
    cancel: () => source.cancel(),
    // Nothing is read ahead: what waits, waits where it is bounded and shared.
  }, { highWaterMark: 0 });
  sources.set(stream, source);
  return stream;
}

/** What a stream is made of, where `streamOf` made it. */
export function sourceOf(stream: ReadableStream<Uint8Array>): BodySource | undefined {
  return sources.get(stream);
}
