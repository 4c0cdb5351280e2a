import type HlsPlayer from "hls.js";
import type { ErrorData } from "hls.js";
import { encodeName } from "../api.ts";
import { loadScript } from "../dom.ts";
import type { Playback, Stage } from "./stage.ts";
import { type Ending, endingOfStatus, type Reading } from "./way.ts";

declare const Hls: typeof HlsPlayer;

const NATIVE_TYPE = "application/vnd.apple.mpegurl";

/**
 * As far behind as playlists say (PART-HOLD-BACK), and catching up where it began late. Fragmented MP4
 * goes to the browser as it is, so that there is nothing to do for a worker.
 */
const LOW_LATENCY = {
  lowLatencyMode: true,
  maxLiveSyncPlaybackRate: 1.5,
  enableWorker: false,
  // Hours of a live stream would fill the memory.
  backBufferLength: 30,
};

/** Bit rates are means over so long. */
const RATE_WINDOW_MS = 4000;

/** Plays low-latency HLS: by hls.js, or by the browser itself where that knows it. */
export function playHls(stage: Stage): Playback {
  return new HlsPlayback(stage);
}

class HlsPlayback implements Playback {
  readonly #stage: Stage;
  readonly #abort = new AbortController();
  #hls: HlsPlayer | undefined;
  #appended: { readonly at: number; readonly bytes: number }[] = [];
  #codecs: Pick<Reading, "videoCodec" | "audioCodec"> = {};
  #hasRecovered = false;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#start().catch(() =>
      this.#end({ type: "lost", reason: "the player could not be loaded" })
    );
  }

  async #start(): Promise<void> {
    const { video, name, query } = this.#stage;
    const { signal } = this.#abort;
    const url = `${location.origin}/${encodeName(name)}/index.m3u8${query}`;
    await loadScript("/assets/hls.js");
    if (signal.aborted) return;
    video.addEventListener("ended", () => this.#end({ type: "ended" }), { signal });
    if (Hls.isSupported()) return this.#playByScript(url);
    if (video.canPlayType(NATIVE_TYPE) === "") {
      return this.#end({ type: "unfit", reason: "this browser has no Media Source Extensions" });
    }
    // The element does not tell which status it was given.
    const { status } = await fetch(url, { signal });
    if (status !== 200) return this.#end(endingOfStatus(status, `status ${status}`));
    const onError = () => this.#end({ type: "lost", reason: video.error?.message ?? "no media" });
    video.addEventListener("error", onError, { signal });
    video.src = url;
  }

  #playByScript(url: string): void {
    const hls = new Hls(LOW_LATENCY);
    this.#hls = hls;
    hls.on(Hls.Events.ERROR, (_, data) => this.#onError(data));
    hls.on(Hls.Events.BUFFER_APPENDING, (_, { data }) => {
      this.#appended.push({ at: performance.now(), bytes: data.byteLength });
    });
    hls.on(Hls.Events.BUFFER_CODECS, (_, { video, audio, audiovideo }) => {
      const both = audiovideo?.codec?.split(",") ?? [];
      const [videoCodec = both[0], audioCodec = both[1]] = [video?.codec, audio?.codec];
      // Renditions come one by one.
      this.#codecs = {
        ...this.#codecs,
        ...(videoCodec && { videoCodec }),
        ...(audioCodec && { audioCodec }),
      };
    });
    hls.loadSource(url);
    hls.attachMedia(this.#stage.video);
  }

  #onError(data: ErrorData): void {
    if (!data.fatal) return;
    const isMedia = data.type === Hls.ErrorTypes.MEDIA_ERROR;
    if (
      isMedia && !this.#hasRecovered &&
      data.details !== Hls.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR
    ) {
      this.#hasRecovered = true;
      this.#hls?.recoverMediaError();
      return;
    }
    if (isMedia) {
      return this.#end({ type: "unfit", reason: `this browser cannot play it (${data.details})` });
    }
    this.#end(endingOfStatus(data.response?.code ?? 0, data.error.message));
  }

  #end(ending: Ending): void {
    if (this.#abort.signal.aborted) return;
    this.close();
    this.#stage.onEnd(ending);
  }

  read(): Promise<Reading> {
    const now = performance.now();
    this.#appended = this.#appended.filter(({ at }) => at > now - RATE_WINDOW_MS);
    const bytes = this.#appended.reduce((sum, one) => sum + one.bytes, 0);
    return Promise.resolve({
      ...this.#codecs,
      ...(this.#hls && {
        delay: { ms: this.#hls.latency * 1000, of: "behind the newest part" },
        bitsPerSecond: bytes * 8000 / RATE_WINDOW_MS,
      }),
    });
  }

  close(): void {
    this.#abort.abort();
    this.#hls?.destroy();
    this.#hls = undefined;
  }
}
