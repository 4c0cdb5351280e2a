/**
 * A worker that posts a message at every tick. Timers of pages that are in the background tick once a
 * second at most; those of workers go on.
 *
 * @module
 */

/** What a worker is told: milliseconds between ticks. */
addEventListener("message", ({ data }: MessageEvent<number>) => {
  setInterval(() => postMessage(undefined), data);
});
