import type mpegtsModule from "mpegts.js";
import { encodeName } from "../api.ts";
import { loadScript } from "../dom.ts";
import type { Playback, Stage } from "./stage.ts";
import { type Ending, endingOfStatus, type Reading } from "./way.ts";

declare const mpegts: typeof mpegtsModule.default;

type Player = ReturnType<typeof mpegts.createPlayer>;

/**
 * A viewer is given the pictures since the last key frame, so it begins as far behind: it catches up
 * at a rate that the ear forgives, and jumps only when it was left far behind, as in a hidden tab.
 */
const LOW_LATENCY = {
  enableWorker: false,
  enableStashBuffer: false,
  liveSync: true,
  liveSyncTargetLatency: 0.6,
  liveSyncMaxLatency: 1.2,
  liveSyncPlaybackRate: 1.2,
  liveBufferLatencyChasing: true,
  liveBufferLatencyMaxLatency: 5,
  liveBufferLatencyMinRemain: 0.6,
  autoCleanupSourceBuffer: true,
};

/** What mpegts.js tells of the media; its own types leave it open. */
interface MediaInfo {
  readonly videoCodec?: string;
  readonly audioCodec?: string;
}

/** Plays FLV over HTTP by Media Source Extensions. */
export function playFlv(stage: Stage): Playback {
  return new FlvPlayback(stage);
}

class FlvPlayback implements Playback {
  readonly #stage: Stage;
  #player: Player | undefined;
  #isClosed = false;
  #reading: Reading = {};

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#start().catch(() =>
      this.#end({ type: "lost", reason: "the player could not be loaded" })
    );
  }

  async #start(): Promise<void> {
    await loadScript("/assets/mpegts.js");
    if (this.#isClosed) return;
    if (!mpegts.isSupported()) {
      return this.#end({ type: "unfit", reason: "this browser has no Media Source Extensions" });
    }
    mpegts.LoggingControl.applyConfig({
      enableInfo: false,
      enableDebug: false,
      enableVerbose: false,
      // What a viewer can do something about is on the page.
      enableWarn: false,
      enableError: false,
    });
    const { video, name, query } = this.#stage;
    const url = `${location.origin}/${encodeName(name)}.flv${query}`;
    const player = mpegts.createPlayer({ type: "flv", isLive: true, url }, LOW_LATENCY);
    this.#player = player;
    player.on(mpegts.Events.ERROR, (type: string, detail: string, info: unknown) => {
      const ending = endingOf(type, detail, info, video);
      // mpegts.js goes on for a moment after it has told of an error, and needs its player for that.
      setTimeout(() => this.#end(ending));
    });
    player.on(mpegts.Events.LOADING_COMPLETE, () => this.#end({ type: "ended" }));
    player.on(mpegts.Events.MEDIA_INFO, ({ videoCodec, audioCodec }: MediaInfo) => {
      this.#know({ ...(videoCodec && { videoCodec }), ...(audioCodec && { audioCodec }) });
    });
    player.on(mpegts.Events.STATISTICS_INFO, ({ speed = 0 }: { readonly speed?: number }) => {
      this.#know({ bitsPerSecond: speed * 1024 * 8 });
    });
    player.attachMediaElement(video);
    player.load();
  }

  #know(more: Reading): void {
    this.#reading = { ...this.#reading, ...more };
  }

  #end(ending: Ending): void {
    if (this.#isClosed) return;
    this.close();
    this.#stage.onEnd(ending);
  }

  read(): Promise<Reading> {
    const { buffered, currentTime } = this.#stage.video;
    const end = buffered.length > 0 ? buffered.end(buffered.length - 1) : currentTime;
    const ms = Math.max(0, end - currentTime) * 1000;
    return Promise.resolve({ ...this.#reading, delay: { ms, of: "buffer" } });
  }

  close(): void {
    this.#isClosed = true;
    this.#player?.destroy();
    this.#player = undefined;
  }
}

function endingOf(type: string, detail: string, info: unknown, video: HTMLVideoElement): Ending {
  const { code, msg = detail } = (info ?? {}) as { readonly code?: number; readonly msg?: string };
  if (type !== mpegts.ErrorTypes.MEDIA_ERROR) return endingOfStatus(code ?? 0, msg);
  return { type: "unfit", reason: `this browser cannot play it (${video.error?.message || msg})` };
}
