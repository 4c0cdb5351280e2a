/** A stream that is published in virtual time, and those who fetch it over HTTP. */
import { parsePlaylist } from "../../../../protocols/_formats/m3u8/parser.ts";
import type {
  MediaPlaylist,
  MultivariantPlaylist,
} from "../../../../protocols/_formats/m3u8/playlist.ts";
import type { Description } from "../../../../registry/media/track.ts";
import type { MediaBatch } from "../../../../registry/reader.ts";
import type { Publisher } from "../../../../registry/publisher.ts";
import { must } from "../../../must.ts";
import { Harness, type HarnessOptions } from "../harness.ts";
import { AV, simulate, type SimulationOptions } from "./simulated.ts";

export const NAME = "live/cam1";

/** Media comes in bursts of this length, which is less than that of a part. */
const STEP_MS = 100;

export class LiveStage implements AsyncDisposable {
  readonly harness: Harness;
  publisher: Publisher;
  /** Seconds of media that were published. */
  #position = 0;

  private constructor(harness: Harness, publisher: Publisher) {
    this.harness = harness;
    this.publisher = publisher;
  }

  /** Begins with some seconds of media, which nobody has asked for yet. */
  static async open(
    { seconds = 0.5, description = AV, ...options }: HarnessOptions & {
      readonly seconds?: number;
      readonly description?: Description;
    } = {},
  ): Promise<LiveStage> {
    const harness = await Harness.start(options);
    const stage = new LiveStage(harness, await harness.publish(NAME, description));
    await stage.play(seconds);
    return stage;
  }

  /** Publishes so many seconds of media in as many seconds. */
  async play(seconds: number, options: Partial<SimulationOptions> = {}): Promise<void> {
    const from = this.#position;
    for (const batch of simulate({ ...options, from: 0, seconds: from + seconds })) {
      const ms = msOf(batch);
      if (ms < from * 1000) continue;
      if (ms - this.harness.clock.now() >= STEP_MS) await this.#passUntil(ms);
      this.publisher.write(batch.units);
    }
    this.#position = from + seconds;
    await this.#passUntil(this.#position * 1000);
  }

  /** Another publisher takes the place of the last one, which has dropped. */
  async replace(description: Description): Promise<void> {
    this.publisher.close({ resumable: true });
    this.publisher = await this.harness.publish(NAME, description);
  }

  async #passUntil(ms: number): Promise<void> {
    const { clock } = this.harness;
    if (ms > clock.now()) await clock.run(ms - clock.now());
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return this.harness.request(`/${NAME}/${path}`, init);
  }

  /** The text of what is there. @throws when there is nothing. */
  async text(path: string, init?: RequestInit): Promise<string> {
    const response = await this.fetch(path, init);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
    return text;
  }

  async bytes(path: string): Promise<Uint8Array | undefined> {
    const response = await this.fetch(path);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return response.status === 200 ? bytes : undefined;
  }

  /** Begins a session, which takes the time up to the next key picture. */
  async enter(path = "index.m3u8", init?: RequestInit): Promise<MultivariantPlaylist> {
    const text = this.text(path, init);
    await this.play(3);
    const playlist = parse(await text);
    if (playlist.type !== "multivariant") throw new TypeError("Cannot enter: it is no entry");
    return playlist;
  }

  async playlist(uri: string): Promise<MediaPlaylist> {
    const playlist = parse(await this.text(uri));
    if (playlist.type !== "media") throw new TypeError("Cannot play: it is no media playlist");
    return playlist;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.harness[Symbol.asyncDispose]();
  }
}

/** URI of the first variant. */
export function variantOf({ variants: [variant] }: MultivariantPlaylist): string {
  return must(variant).uri;
}

/** The same URI with another parameter. */
export function withParameter(uri: string, parameter: string): string {
  return `${uri}${uri.includes("?") ? "&" : "?"}${parameter}`;
}

function parse(text: string) {
  return parsePlaylist(new TextEncoder().encode(text));
}

function msOf({ units }: MediaBatch): number {
  const unit = must(units[0]);
  return unit.dts * 1000 / unit.track.timescale;
}
