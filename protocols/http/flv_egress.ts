import type { Description } from "../../registry/media/track.ts";
import type { Unit } from "../../registry/media/unit.ts";
import { memo } from "../../registry/packaging.ts";
import type { MediaBatch } from "../../registry/reader.ts";
import { ALL_CAPABILITIES } from "../_formats/flv/capabilities.ts";
import {
  type FlvRoute,
  routeTracks,
  sequenceHeaders,
  unitMessage,
} from "../_formats/flv/egress.ts";
import { bodySize, type FlvMessage } from "../_formats/flv/message.ts";
import { flvHeader, flvTags, MAX_WRITTEN_BODY_SIZE } from "../_formats/flv/writer.ts";
import type { ThrottledLog } from "../protocol.ts";
import type { UnitEgress } from "./unit_viewer.ts";

/** Media batches into the bytes of a live FLV stream. */
export class FlvEgress implements UnitEgress {
  readonly format = "FLV";
  readonly #log: ThrottledLog;
  readonly #routes = memo(indexOfTracks);

  constructor(log: ThrottledLog) {
    this.#log = log;
  }

  carries(description: Description): boolean {
    return this.#routes(description).size > 0;
  }

  /**
   * What a viewer begins with: FLV header, `onMetaData`, sequence headers.
   *
   * @throws {BitstreamError} a configuration cannot be read.
   */
  readonly opening: (description: Description) => readonly Uint8Array[] = memo((description) => {
    const kinds = new Set(routesOf(description).map(({ track }) => track.kind));
    const header = flvHeader({ audio: kinds.has("audio"), video: kinds.has("video") });
    return [header, this.headers(description)];
  });

  /**
   * `onMetaData` and sequence headers, for a viewer that knew another description. Their time is 0,
   * also in the middle: ffmpeg takes `onMetaData` at any other time for a text track.
   *
   * @throws {BitstreamError} a configuration cannot be read.
   */
  readonly headers: (description: Description) => Uint8Array = memo((description) =>
    flvTags(sequenceHeaders(description, ALL_CAPABILITIES))
  );

  /** The tags of all units that FLV can carry. Each byte of payload is copied here, and only here. */
  readonly media: (batch: MediaBatch) => Uint8Array = memo(({ description, units }) => {
    const indexes = this.#routes(description);
    const messages: FlvMessage[] = [];
    for (const unit of units) {
      const index = indexes.get(unit.track.id);
      const message = index === undefined ? undefined : this.#message(unit, index);
      if (message !== undefined) messages.push(message);
    }
    return flvTags(messages);
  });

  #message(unit: Unit, index: FlvRoute["index"]): FlvMessage | undefined {
    const message = unitMessage(unit, index);
    if (bodySize(message.parts) <= MAX_WRITTEN_BODY_SIZE) return message;
    this.#log.log("unit-size", "dropped a unit that is too large for FLV");
    return undefined;
  }
}

function routesOf(description: Description): readonly FlvRoute[] {
  return routeTracks(description, ALL_CAPABILITIES);
}

function indexOfTracks(description: Description): ReadonlyMap<number, FlvRoute["index"]> {
  return new Map(routesOf(description).map(({ track, index }) => [track.id, index]));
}
