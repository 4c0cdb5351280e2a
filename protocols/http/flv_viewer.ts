import { StreamNotFoundError } from "../../registry/errors.ts";
import type { Description } from "../../registry/media/track.ts";
import type { MediaBatch, Reader } from "../../registry/reader.ts";
import { HttpError } from "./errors.ts";
import type { FlvEgress } from "./flv_egress.ts";

/** One viewer's way through a stream: the bytes that it is to be sent next. */
export class FlvViewer {
  readonly #reader: Reader;
  readonly #egress: FlvEgress;
  #description: Description;
  #opening: readonly Uint8Array[] | undefined;

  private constructor(reader: Reader, egress: FlvEgress, first: MediaBatch) {
    this.#reader = reader;
    this.#egress = egress;
    this.#description = first.description;
    this.#opening = [...egress.opening(first.description), egress.tags(first)];
  }

  /**
   * Waits for the first media, so that a stream which does not come is told in the response's status.
   *
   * @throws {RegistryError} it did not come.
   * @throws {HttpError} 406: FLV carries none of its codecs.
   * @throws {BitstreamError} a configuration cannot be read.
   */
  static async open(reader: Reader, egress: FlvEgress): Promise<FlvViewer> {
    const batch = await reader.read();
    if (batch?.type !== "media") throw new StreamNotFoundError(reader.name);
    if (!egress.carries(batch.description)) {
      const codecs = batch.description.tracks.map((track) => track.codec).join(", ");
      const reason = `Cannot send ${reader.name} as FLV: FLV does not carry ${codecs}`;
      throw new HttpError(406, "unsupported-codec", reason);
    }
    return new FlvViewer(reader, egress, batch);
  }

  /**
   * Everything that has come since the last call, in pieces that are shared with other viewers;
   * `undefined` after the publisher has ended.
   *
   * @throws {RegistryError} the registry ended this viewer.
   */
  async next(): Promise<readonly Uint8Array[] | undefined> {
    const opening = this.#opening;
    this.#opening = undefined;
    if (opening !== undefined) return opening;
    for (;;) {
      const batch = await this.#reader.read();
      if (batch?.type !== "media") return undefined;
      const pieces = this.#piecesOf(batch);
      if (pieces.length > 0) return pieces;
    }
  }

  #piecesOf(batch: MediaBatch): readonly Uint8Array[] {
    const tags = this.#egress.tags(batch);
    const media = tags.byteLength === 0 ? [] : [tags];
    if (batch.description === this.#description) return media;
    this.#description = batch.description;
    return [this.#egress.headers(batch.description), ...media];
  }
}
