import { FrameTrack } from "./frame_track.ts";

/** Colours of the bars, from left to right. */
const BARS = ["#c8c8c8", "#c8c800", "#00c8c8", "#00c800", "#c800c8", "#c80000", "#0000c8"];

/** Once a second the picture flashes and a tone is heard, so that one can tell whether they agree. */
const TONE_MS = 100;
const TONE_HZ = 1000;
const TONE_VOLUME = 0.25;

/** Milliseconds in which the ball crosses the picture. */
const CROSSING_MS = 4000;

/** Size and pace of a picture. */
export interface PictureFormat {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

/** A picture with a clock and something that moves, and a tone: needs no device. */
export class TestPattern {
  readonly stream: MediaStream;
  readonly #context: CanvasRenderingContext2D;
  readonly #picture: FrameTrack;
  readonly #ticker = new Worker("/assets/ticker.js");
  readonly #audio = new AudioContext();
  readonly #volume = this.#audio.createGain();
  #frames = 0;
  #second = 0;

  constructor({ width, height, fps }: PictureFormat) {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) throw new Error("Cannot draw a test pattern: there is no canvas");
    this.#context = context;
    this.#picture = new FrameTrack(canvas);
    this.stream = new MediaStream([this.#picture.track, this.#tone()]);
    this.#ticker.addEventListener("message", () => this.#tick());
    this.#ticker.postMessage(1000 / fps);
    this.#draw(Date.now());
  }

  #tone(): MediaStreamTrack {
    const oscillator = new OscillatorNode(this.#audio, { frequency: TONE_HZ });
    const destination = this.#audio.createMediaStreamDestination();
    this.#volume.gain.value = 0;
    oscillator.connect(this.#volume).connect(destination);
    oscillator.start();
    // Browsers keep sound back until the page has been used; pressing a button is that.
    this.#audio.resume().catch(() => {});
    const [track] = destination.stream.getAudioTracks();
    if (track === undefined) throw new Error("Cannot make a tone: there is no sound");
    return track;
  }

  #tick(): void {
    const now = Date.now();
    const second = Math.floor(now / 1000);
    if (second !== this.#second) this.#beep();
    this.#second = second;
    this.#draw(now);
    this.#picture.emit();
  }

  #beep(): void {
    const { currentTime } = this.#audio;
    this.#volume.gain.setValueAtTime(TONE_VOLUME, currentTime);
    this.#volume.gain.setValueAtTime(0, currentTime + TONE_MS / 1000);
  }

  #draw(now: number): void {
    const context = this.#context;
    const { width, height } = context.canvas;
    const barWidth = width / BARS.length;
    BARS.forEach((colour, index) => {
      context.fillStyle = colour;
      context.fillRect(Math.floor(index * barWidth), 0, Math.ceil(barWidth), height);
    });
    this.#drawBall(now);
    this.#drawClock(now);
    this.#frames += 1;
  }

  #drawBall(now: number): void {
    const context = this.#context;
    const { width, height } = context.canvas;
    const radius = height / 14;
    const phase = (now % CROSSING_MS) / CROSSING_MS;
    const x = radius + (width - 2 * radius) * (1 - Math.abs(2 * phase - 1));
    context.fillStyle = "#fff";
    context.beginPath();
    context.arc(x, height * 0.8, radius, 0, 2 * Math.PI);
    context.fill();
  }

  #drawClock(now: number): void {
    const context = this.#context;
    const { width, height } = context.canvas;
    const isFlash = now % 1000 < TONE_MS;
    context.fillStyle = isFlash ? "#fff" : "#101418";
    context.fillRect(0, height * 0.3, width, height * 0.32);
    context.fillStyle = isFlash ? "#101418" : "#fff";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `600 ${Math.round(height / 6)}px ui-monospace, monospace`;
    context.fillText(new Date(now).toISOString().slice(11, 23), width / 2, height * 0.43);
    context.font = `${Math.round(height / 18)}px ui-monospace, monospace`;
    context.fillText(`UTC · ${width}×${height} · frame ${this.#frames}`, width / 2, height * 0.56);
  }

  close(): void {
    this.#ticker.terminate();
    this.#picture.close();
    this.#audio.close().catch(() => {});
    this.stream.getTracks().forEach((track) => track.stop());
  }
}
