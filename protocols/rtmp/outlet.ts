import type { Description, Track } from "../../registry/media/track.ts";
import type { MediaBatch, MediaReader } from "../../registry/reader.ts";
import { unsupportedTracks } from "../_formats/flv/egress.ts";
import { batchChunks, headerChunks, type Route, routeFor, type RouteOptions } from "./egress.ts";
import { RtmpError } from "./errors.ts";
import type { RtmpLink } from "./link.ts";

/** The receiver cannot take what a stream consists of. */
export class UnsupportedTrackError extends RtmpError {
  override readonly name = "UnsupportedTrackError";
  constructor(readonly stream: string, readonly track: Track) {
    super(
      `Cannot send ${stream}: its ${track.kind} is ${track.codec}, which the receiver's connect ` +
        "does not list (fourCcList)",
    );
  }
}

/** Sends what a reader reads over a link: to a player of this gateway, or to another server. */
export class Outlet {
  readonly #link: RtmpLink;
  readonly #reader: MediaReader;
  #options: RouteOptions;
  #description: Description | undefined;
  #route: Route | undefined;

  constructor(link: RtmpLink, reader: MediaReader, options: RouteOptions) {
    this.#link = link;
    this.#reader = reader;
    this.#options = options;
  }

  /** Turns audio or video on or off: receiveAudio and receiveVideo. */
  receive(kinds: { readonly audio?: boolean; readonly video?: boolean }): void {
    this.#options = { ...this.#options, ...kinds };
    this.#description = undefined;
  }

  /**
   * Sends batches until the publisher ends (`"end"`) or the reader is closed (`"closed"`). May be
   * called again after an end, for the next publisher.
   *
   * @param onFirst called before the first batch is sent.
   * @throws {UnsupportedTrackError}
   * @throws {RegistryError} when the registry ended the reader.
   * @throws {ConnectionClosedError}
   */
  async run(onFirst: () => void = () => {}): Promise<"end" | "closed"> {
    this.#description = undefined;
    for (let isFirst = true;; isFirst = false) {
      const batch = await this.#reader.read();
      if (batch === undefined) return "closed";
      if (batch.type === "end") return "end";
      if (isFirst) onFirst();
      await this.#send(batch);
    }
  }

  async #send(batch: MediaBatch): Promise<void> {
    const route = this.#routeOf(batch.description);
    if (batch.description !== this.#description) {
      this.#description = batch.description;
      this.#link.postChunks(headerChunks(route));
    }
    const chunks = batchChunks(batch, route);
    if (chunks.byteLength > 0) await this.#link.write(chunks);
  }

  #routeOf(description: Description): Route {
    if (description === this.#description && this.#route !== undefined) return this.#route;
    this.#assertSupported(description);
    return this.#route = routeFor(description, this.#options);
  }

  /** The first track of a kind has to reach the receiver; further ones are an extra. */
  #assertSupported(description: Description): void {
    for (const track of unsupportedTracks(description, this.#options.capabilities)) {
      const first = description.tracks.find(({ kind }) => kind === track.kind);
      if (track === first && track.kind !== "data") {
        throw new UnsupportedTrackError(this.#reader.name, track);
      }
    }
  }
}
