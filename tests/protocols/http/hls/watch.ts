import { mediaPlaylist } from "../../../../protocols/http/hls/media_playlist.ts";
import { parseName, type Resource } from "../../../../protocols/http/hls/names.ts";
import type { Presentation, Segmenter } from "../../../../protocols/http/hls/segmenter.ts";
import {
  findInit,
  findPart,
  findSegment,
  type RenditionWindow,
} from "../../../../protocols/http/hls/window.ts";
import { writeMediaPlaylist } from "../../../../protocols/_formats/m3u8/writer.ts";
import type { MediaBatch } from "../../../../registry/reader.ts";
import { HlsValidator, type Probe } from "../../../hls_validator.ts";

/** Milliseconds of UTC at the beginning of simulations. */
export const START = Date.UTC(2025, 0, 1);

/** A player of every rendition that sees each playlist there is, and validates all of them. */
export class Watch {
  readonly segmenter: Segmenter;
  readonly validators = new Map<string, HlsValidator>();
  readonly #probe: Probe;
  readonly #seen = new Map<string, RenditionWindow>();
  presentation: Presentation | undefined;
  playlists = 0;

  constructor(segmenter: Segmenter, probe: Probe) {
    this.segmenter = segmenter;
    this.#probe = probe;
  }

  /** Sends a stream through, each unit when it would come. */
  run(batches: Iterable<MediaBatch>): void {
    for (const batch of batches) {
      const last = batch.units.at(-1);
      const ms = last === undefined ? 0 : last.dts * 1000 / last.track.timescale;
      this.segmenter.push(batch, START + ms);
      this.look();
    }
  }

  end(): void {
    this.segmenter.end();
    this.look();
  }

  /** Fetches the playlists that have changed. */
  look(): void {
    const presentation = this.segmenter.presentation;
    this.presentation = presentation;
    if (presentation === undefined) return;
    for (const window of presentation.renditions) {
      if (this.#seen.get(window.id) !== window) this.#validate(presentation, window);
    }
  }

  #validate(presentation: Presentation, window: RenditionWindow): void {
    this.#seen.set(window.id, window);
    const validator = this.#validatorOf(window.id);
    const text = writeMediaPlaylist(mediaPlaylist(presentation, window));
    validator.playlist(text);
    this.playlists++;
    if (window.open?.parts.length !== 0 || presentation.partTargetUs === undefined) return;
    const delta = writeMediaPlaylist(mediaPlaylist(presentation, window, { isDelta: true }));
    validator.delta(delta, text);
  }

  #validatorOf(id: string): HlsValidator {
    const known = this.validators.get(id);
    if (known !== undefined) return known;
    const validator = new HlsValidator({ probe: this.#probe, fetch: (uri) => this.fetch(uri) });
    this.validators.set(id, validator);
    return validator;
  }

  /** What a name stands for now. */
  fetch(name: string): Uint8Array | undefined {
    const resource = parseName(name);
    if (resource === undefined || resource.type === "playlist") return undefined;
    const window = this.presentation?.renditions.find(({ id }) => id === resource.rendition);
    return window === undefined ? undefined : bytesOf(window, resource);
  }

  get findings(): readonly string[] {
    return [...this.validators.values()].flatMap(({ findings }) => findings);
  }
}

function bytesOf(
  window: RenditionWindow,
  resource: Exclude<Resource, { readonly type: "playlist" }>,
): Uint8Array | undefined {
  const { type, sequence } = resource;
  if (type === "init") return findInit(window, sequence)?.body.bytes;
  if (type === "segment") return findSegment(window, sequence)?.body.bytes;
  return findPart(window, sequence, resource.part)?.bytes;
}
