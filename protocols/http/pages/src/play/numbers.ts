import { showText } from "../dom.ts";
import { formatBitrate, formatCodecId, formatDelay } from "../format.ts";
import type { Reading } from "./way.ts";

/** A picture that does not move for so long has stopped. */
const STILL_LIMIT_MS = 3000;

/** Shows what is known about the playing, and notices when it stops. */
export class Numbers {
  readonly #video: HTMLVideoElement;
  #position = 0;
  #movedAt = performance.now();

  constructor(video: HTMLVideoElement) {
    this.#video = video;
  }

  show({ delay, bitsPerSecond, packets, videoCodec, audioCodec }: Reading): void {
    const { videoWidth, videoHeight } = this.#video;
    const { droppedVideoFrames, totalVideoFrames } = this.#video.getVideoPlaybackQuality();
    showText("resolution", videoWidth > 0 ? `${videoWidth}×${videoHeight}` : "–");
    showText("latency", delay === undefined ? "–" : formatDelay(delay.ms));
    showText("latency-of", delay === undefined ? "" : delay.of);
    showText("bitrate", bitsPerSecond === undefined ? "–" : formatBitrate(bitsPerSecond));
    showText("dropped", `${droppedVideoFrames} of ${totalVideoFrames}`);
    showText("lost", packets === undefined ? "–" : `${packets.lost} of ${packets.received}`);
    showText("video-codec", formatCodecId(videoCodec));
    showText("audio-codec", formatCodecId(audioCodec));
  }

  /** Whether something should be moving, and is not. */
  isStill(): boolean {
    const { currentTime, paused, videoWidth } = this.#video;
    const now = performance.now();
    // The time of what comes by WebRTC goes on without pictures.
    const position = videoWidth > 0
      ? this.#video.getVideoPlaybackQuality().totalVideoFrames
      : currentTime;
    // Hidden pages are not drawn.
    if (position !== this.#position || paused || document.hidden) this.#movedAt = now;
    this.#position = position;
    return now - this.#movedAt > STILL_LIMIT_MS;
  }
}
