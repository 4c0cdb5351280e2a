/** Chromium's way to make a track of frames; other browsers have another, in workers only. */
interface TrackGenerator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}

interface TrackGeneratorConstructor {
  new (init: { readonly kind: "video" }): TrackGenerator;
}

/** A video track of what is drawn on a canvas. */
export class FrameTrack {
  readonly track: MediaStreamTrack;
  readonly #canvas: HTMLCanvasElement;
  readonly #writer: WritableStreamDefaultWriter<VideoFrame> | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    const { MediaStreamTrackGenerator: Generator } = globalThis as {
      readonly MediaStreamTrackGenerator?: TrackGeneratorConstructor;
    };
    if (Generator !== undefined) {
      const generator = new Generator({ kind: "video" });
      this.#writer = generator.writable.getWriter();
      this.track = generator;
      return;
    }
    const [track] = canvas.captureStream().getVideoTracks();
    if (track === undefined) throw new Error("Cannot capture the canvas: it has no track");
    this.track = track;
  }

  /**
   * Sends what the canvas shows. A canvas that is captured does that by itself, but only while the
   * page is seen; frames that are written go on in the background.
   */
  emit(): void {
    if (this.#writer === undefined) return;
    const timestamp = Math.round(performance.now() * 1000);
    const frame = new VideoFrame(this.#canvas, { timestamp });
    this.#writer.write(frame).catch(() => frame.close());
  }

  close(): void {
    this.#writer?.close().catch(() => {});
    this.track.stop();
  }
}
