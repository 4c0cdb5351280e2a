import type { Description } from "../../registry/media/track.ts";
import { memo, memoPair } from "../../registry/packaging.ts";
import type { MediaBatch } from "../../registry/reader.ts";
import type { FlvCapabilities } from "../_formats/flv/capabilities.ts";
import { routeTracks, sequenceHeaders, unitMessage } from "../_formats/flv/egress.ts";
import { FLV_TYPE_IDS, type FlvMessage, type FlvMessageType } from "../_formats/flv/message.ts";
import { chunkMessages } from "./chunk_writer.ts";
import { setDataFrame } from "./data.ts";
import { OUT_CHUNK_SIZE } from "./link.ts";
import { CHUNK_STREAM, type OutgoingMessage } from "./message.ts";

const CHUNK_STREAMS: Readonly<Record<FlvMessageType, number>> = {
  audio: CHUNK_STREAM.AUDIO,
  video: CHUNK_STREAM.VIDEO,
  data: CHUNK_STREAM.DATA,
};

/** How a receiver takes a stream. */
export interface RouteOptions {
  readonly capabilities: FlvCapabilities;
  /** The receiver's message stream. */
  readonly streamId: number;
  readonly audio: boolean;
  readonly video: boolean;
  /** A server is asked to keep the metadata; a player is just sent it. */
  readonly isServer: boolean;
}

/**
 * Which tracks of a description go where. All receivers for which this is the same share one object,
 * and so the bytes that are made for it.
 */
export interface Route {
  readonly capabilities: FlvCapabilities;
  readonly streamId: number;
  readonly isServer: boolean;
  /** What the receiver gets of the stream. */
  readonly description: Description;
  /** Multitrack index by track id. */
  readonly indexes: ReadonlyMap<number, number>;
}

const routesOf = memo((_description: Description) => new Map<string, Route>());

/** The route for a receiver, shared with those that get the same. */
export function routeFor(description: Description, options: RouteOptions): Route {
  const { capabilities, streamId, isServer } = options;
  const routed = routeTracks(description, capabilities).filter(({ track }) =>
    track.kind === "data" || options[track.kind]
  );
  const places = routed.map(({ track, index }) => `${track.id}:${index}`);
  const key = [streamId, isServer, ...places].join();
  const routes = routesOf(description);
  const known = routes.get(key);
  if (known !== undefined) return known;
  const route: Route = {
    capabilities,
    streamId,
    isServer,
    description: { ...description, tracks: routed.map(({ track }) => track) },
    indexes: new Map(routed.map(({ track, index }) => [track.id, index])),
  };
  routes.set(key, route);
  return route;
}

/** The chunks of a batch, made once for all receivers on the same route. */
export const batchChunks = memoPair((batch: MediaBatch, route: Route): Uint8Array => {
  const messages: OutgoingMessage[] = [];
  for (const unit of batch.units) {
    const index = route.indexes.get(unit.track.id);
    if (index !== undefined) messages.push(toOutgoing(unitMessage(unit, index), route));
  }
  return chunkMessages(messages, OUT_CHUNK_SIZE);
});

/**
 * The chunks of metadata and sequence headers, which come before the first batch of a description.
 * Their time is 0 whatever that of the stream is: FFmpeg takes `onMetaData` with another for a track
 * of its own.
 */
export const headerChunks = memo((route: Route): Uint8Array => {
  const headers = sequenceHeaders(route.description, route.capabilities);
  const messages = headers.map((message) => toOutgoing(kept(message, route), route));
  return chunkMessages(messages, OUT_CHUNK_SIZE);
});

/** Metadata in the form in which its receiver keeps it. */
function kept(message: FlvMessage, { isServer }: Route): FlvMessage {
  if (message.type !== "data" || !isServer) return message;
  return { ...message, parts: setDataFrame(message.parts) };
}

function toOutgoing({ type, timestamp, parts }: FlvMessage, { streamId }: Route): OutgoingMessage {
  return { csid: CHUNK_STREAMS[type], type: FLV_TYPE_IDS[type], timestamp, streamId, parts };
}
