import type { Clock } from "../../../registry/clock.ts";
import type { Recording } from "../../../registry/recording.ts";
import type { MultivariantPlaylist } from "../../_formats/m3u8/playlist.ts";
import { writeMediaPlaylist } from "../../_formats/m3u8/writer.ts";
import { dashManifest } from "../hls/dash_manifest.ts";
import type { SegmentFormat } from "../hls/format.ts";
import { guardedFormat } from "../hls/guarded_format.ts";
import type { Listing, MediaResource, PlaylistRequest, Programme } from "../hls/programme.ts";
import { SharedText } from "../hls/text.ts";
import { notCarried } from "../live_container.ts";
import { Asset } from "./asset.ts";
import type { VodSegment } from "./segment.ts";
import type { SegmentMaker } from "./segment_maker.ts";

/** Who pauses for longer has to find the recording again. */
const SILENCE_MS = 5 * 60_000;

/** Seconds that a cache may keep a playlist: the file may be replaced by another one. */
const PLAYLIST_AGE_SECONDS = 60;

/** A recording, and how it is cut and sent. */
export interface RecordedProgrammeOptions {
  readonly name: string;
  readonly recording: Recording;
  readonly format: SegmentFormat;
  readonly maker: SegmentMaker;
  readonly clock: Clock;
  /** Of this server, from which keys are made. */
  readonly secret: string;
}

/** What one viewer sees of a recording. */
export class RecordedProgramme implements Programme {
  readonly isRecorded = true;
  readonly silenceMs = SILENCE_MS;
  readonly key: string;
  readonly #asset: Asset;
  readonly #maker: SegmentMaker;
  readonly #clock: Clock;
  /** Known from the first segment that was made of a rendition. */
  readonly #inits = new Map<string, Uint8Array<ArrayBuffer>>();

  private constructor(key: string, asset: Asset, { maker, clock }: RecordedProgrammeOptions) {
    this.key = key;
    this.#asset = asset;
    this.#maker = maker;
    this.#clock = clock;
  }

  /**
   * @throws {RecordingError}
   * @throws {HttpError} 406: the format carries none of the tracks.
   */
  static async open(options: RecordedProgrammeOptions): Promise<RecordedProgramme> {
    const { name, recording, format, secret } = options;
    const key = await keyOf(name, recording, secret);
    const asset = await Asset.open({ name, recording, format: guardedFormat(format, key) });
    if (asset.isEmpty) throw notCarried(name, format.label, recording.description);
    return new RecordedProgramme(key, asset, options);
  }

  multivariant(rendition: string | undefined): Promise<MultivariantPlaylist | undefined> {
    const playlist = this.#asset.multivariant(rendition);
    return Promise.resolve(playlist.variants.length === 0 ? undefined : playlist);
  }

  playlist({ rendition }: PlaylistRequest): Promise<Listing | undefined> {
    const playlist = this.#asset.playlist(rendition);
    return Promise.resolve(
      playlist && {
        text: new SharedText(writeMediaPlaylist(playlist)),
        maxAgeSeconds: PLAYLIST_AGE_SECONDS,
      },
    );
  }

  manifest(): Promise<Listing> {
    const text = dashManifest(this.#asset.presentation(), this.#clock.utc());
    return Promise.resolve({ text: new SharedText(text), maxAgeSeconds: PLAYLIST_AGE_SECONDS });
  }

  async media(
    { type, rendition, sequence }: MediaResource,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (type === "segment") return (await this.#make(rendition, sequence))?.bytes;
    // One header for all segments, and no parts.
    if (type === "part" || sequence !== 0) return undefined;
    const init = this.#inits.get(rendition);
    return init ?? (await this.#make(rendition, 0))?.init;
  }

  async #make(rendition: string, sequence: number): Promise<VodSegment | undefined> {
    const id = `${this.key} ${rendition} ${sequence}`;
    const made = await this.#maker.make(id, () => this.#asset.segment(rendition, sequence));
    if (made?.init !== undefined) this.#inits.set(rendition, made.init);
    return made;
  }
}

/** The same for as long as the file is the same, for caches. */
async function keyOf(
  name: string,
  { durationMs, description }: Recording,
  secret: string,
): Promise<string> {
  const { filesize = 0 } = description.metadata;
  const text = new TextEncoder().encode(`${secret} ${name} ${durationMs} ${filesize}`);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", text), 0, 16).toHex();
}
