import { StreamNotFoundError } from "../../registry/errors.ts";
import type { Description } from "../../registry/media/track.ts";
import type { MediaBatch } from "../../registry/reader.ts";
import { type LiveViewer, notCarried } from "./live_container.ts";
import type { ViewerSource } from "./recorded_source.ts";

/**
 * Media batches into a container in which each unit stands for itself. What it gives is made once and
 * shared by every viewer at the same place.
 */
export interface UnitEgress {
  /** Name of the container, for people. */
  readonly format: string;
  /** Whether the container can carry any track of the description. */
  carries(description: Description): boolean;
  /** What a viewer begins with. @throws {BitstreamError} a configuration cannot be read. */
  opening(description: Description): readonly Uint8Array[];
  /** For a viewer that knew another description; may be empty. @throws {BitstreamError} */
  headers(description: Description): Uint8Array;
  /** All units that the container can carry; may be empty. */
  media(batch: MediaBatch): Uint8Array;
}

/** A viewer of the units as they were published, put into a container batch by batch. */
export class UnitViewer implements LiveViewer {
  readonly #reader: ViewerSource<MediaBatch>;
  readonly #egress: UnitEgress;
  #description: Description;
  #opening: readonly Uint8Array[] | undefined;

  private constructor(reader: ViewerSource<MediaBatch>, egress: UnitEgress, first: MediaBatch) {
    this.#reader = reader;
    this.#egress = egress;
    this.#description = first.description;
    const opening = [...egress.opening(first.description), egress.media(first)];
    this.#opening = opening.filter((piece) => piece.byteLength > 0);
  }

  /** Waits for the first media; see `Arrival.open`. */
  static async open(reader: ViewerSource<MediaBatch>, egress: UnitEgress): Promise<UnitViewer> {
    const batch = await reader.read();
    if (batch?.type !== "media") throw new StreamNotFoundError(reader.name);
    if (!egress.carries(batch.description)) {
      throw notCarried(reader.name, egress.format, batch.description);
    }
    return new UnitViewer(reader, egress, batch);
  }

  async next(): Promise<readonly Uint8Array[] | undefined> {
    const opening = this.#opening;
    this.#opening = undefined;
    if (opening !== undefined && opening.length > 0) return opening;
    for (;;) {
      const batch = await this.#reader.read();
      if (batch?.type !== "media") return undefined;
      const pieces = this.#piecesOf(batch);
      if (pieces.length > 0) return pieces;
    }
  }

  #piecesOf(batch: MediaBatch): readonly Uint8Array[] {
    const bytes = this.#egress.media(batch);
    const media = bytes.byteLength === 0 ? [] : [bytes];
    if (batch.description === this.#description) return media;
    this.#description = batch.description;
    const headers = this.#egress.headers(batch.description);
    return headers.byteLength === 0 ? media : [headers, ...media];
  }
}
