import { encodeName } from "../api.ts";
import {
  afterEnding,
  afterKnock,
  beginCourse,
  type Course,
  knockAgain,
  type Turn,
} from "./course.ts";
import { playFlv } from "./flv_way.ts";
import { playHls } from "./hls_way.ts";
import type { Playback, Way } from "./stage.ts";
import { type Ending, endingOfStatus, type Reading, type WayName } from "./way.ts";
import { playWebRtc } from "./webrtc_way.ts";

const WAYS: Readonly<Record<WayName, Way>> = { webrtc: playWebRtc, hls: playHls, flv: playFlv };

/** Seconds that the gateway holds a request for a stream that is not there yet. */
const WAIT_SECONDS = 20;

/** How long a way may take until a picture is seen: an HLS segment may have to come to its end. */
const PICTURE_LIMIT_MS: Readonly<Record<WayName, number>> = {
  webrtc: 8000,
  hls: 15_000,
  flv: 10_000,
};

/** What a player tells its page. */
export interface PlayerEvents {
  /** What the viewer waits for; `isFinal` where only the viewer can go on. */
  readonly onMessage: (text: string, isFinal: boolean) => void;
  /** A way is tried. */
  readonly onWay: (way: WayName, course: Course) => void;
  /** The first picture, or the first sound of a stream without pictures. */
  readonly onPlaying: () => void;
  readonly onSilent: (codec: string) => void;
}

/** Plays one stream for as long as the page is open, by the ways of its course. */
export class Player {
  readonly #video: HTMLVideoElement;
  readonly #name: string;
  readonly #query: URLSearchParams;
  readonly #events: PlayerEvents;
  #playback: Playback | undefined;
  #abort = new AbortController();
  #timer: number | undefined;
  #hasPlayed = false;

  /** @param query of the page's own URL: what the gateway is to be told with each request. */
  constructor(
    video: HTMLVideoElement,
    name: string,
    query: URLSearchParams,
    events: PlayerEvents,
  ) {
    this.#video = video;
    this.#name = name;
    this.#query = query;
    this.#events = events;
  }

  /** Begins anew, by one way or by whichever works. */
  start(via: WayName | undefined): void {
    this.#take(beginCourse(this.#name, via));
  }

  read(): Promise<Reading> {
    return this.#playback?.read() ?? Promise.resolve({});
  }

  #take({ course, step, pauseMs, text }: Turn): void {
    this.#stop();
    this.#events.onMessage(text, step.type === "stop");
    if (step.type === "stop") return;
    const act = () => step.type === "play" ? this.#play(course, step.way) : this.#knock(course);
    this.#timer = setTimeout(act, pauseMs);
  }

  #play(course: Course, way: WayName): void {
    this.#hasPlayed = false;
    this.#events.onWay(way, course);
    const video = this.#video;
    const { signal } = this.#abort;
    let hasEnded = false;
    const onEnd = (ending: Ending) => {
      if (hasEnded) return;
      hasEnded = true;
      this.#take(afterEnding(course, ending, this.#hasPlayed));
    };
    video.addEventListener("playing", () => this.#onPlaying(), { signal });
    this.#timer = setTimeout(() => {
      const seconds = PICTURE_LIMIT_MS[way] / 1000;
      onEnd({ type: "unfit", reason: `nothing to see within ${seconds} s` });
    }, PICTURE_LIMIT_MS[way]);
    this.#playback = WAYS[way]({
      video,
      name: this.#name,
      query: this.#queryWith({}),
      hasNext: course.at + 1 < course.ways.length,
      onEnd,
      onSilent: this.#events.onSilent,
    });
    video.play().catch(() => {});
  }

  #onPlaying(): void {
    clearTimeout(this.#timer);
    if (!this.#hasPlayed) this.#events.onPlaying();
    this.#hasPlayed = true;
  }

  /** Asks for the stream without taking it: the gateway answers when it is there. */
  async #knock(course: Course): Promise<void> {
    const { signal } = this.#abort;
    const url = `/${encodeName(this.#name)}.flv${this.#queryWith({ wait: String(WAIT_SECONDS) })}`;
    const status = await fetch(url, { method: "HEAD", signal }).then(
      (response) => response.status,
      () => 0,
    );
    if (signal.aborted) return;
    // Whatever else is wrong with it, another way may do.
    const ending = endingOfStatus(status, "");
    if (ending.type === "refused") return this.#take(afterEnding(course, ending, false));
    if (status === 0 || status === 404 || status === 503) return this.#take(knockAgain(course));
    if (status === 400) {
      const reason = "This is not a name that a stream can have.";
      return this.#take(afterEnding(course, { type: "refused", reason }, false));
    }
    this.#take(afterKnock(course));
  }

  #queryWith(own: Readonly<Record<string, string>>): string {
    const query = new URLSearchParams(this.#query);
    for (const [key, value] of Object.entries(own)) query.set(key, value);
    return query.size === 0 ? "" : `?${query}`;
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#playback?.close();
    this.#playback = undefined;
    const video = this.#video;
    video.srcObject = null;
    if (video.hasAttribute("src")) {
      video.removeAttribute("src");
      video.load();
    }
  }
}
