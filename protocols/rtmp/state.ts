/**
 * What a client may do when, on a connection and on each of its message streams.
 *
 * @module
 */
import { RtmpStateError } from "./errors.ts";

/** A connection seen from the server: handshake, then `connect`, then message streams. */
export type ConnectionState = "handshaking" | "accepted" | "connected" | "closed";

export type ConnectionEdge =
  /** The handshake is done. */
  | "accept"
  /** `connect` was answered with success. */
  | "connect"
  /** createStream, releaseStream and whatever else needs an application. */
  | "call"
  | "close";

/** A message stream from createStream to deleteStream (Adobe RTMP 1.0, section 7.2.2). */
export type StreamState = "idle" | "publishing" | "playing" | "paused" | "closed";

export type StreamEdge =
  | "publish"
  /** `play` and `play2`; a playing stream changes to the other name. */
  | "play"
  | "pause"
  | "unpause"
  | "seek"
  /** `closeStream`, `FCUnpublish`, and the end of what was played. */
  | "stop"
  /** `deleteStream`, and the end of the connection. */
  | "delete";

type Transitions<State extends string, Edge extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Edge, State>>>>
>;

export const CONNECTION_TRANSITIONS: Transitions<ConnectionState, ConnectionEdge> = {
  handshaking: { accept: "accepted", close: "closed" },
  accepted: { connect: "connected", close: "closed" },
  connected: { call: "connected", close: "closed" },
  closed: { close: "closed" },
};

/**
 * Players send `pause` twice, and `unpause` at the start; encoders send FCUnpublish and closeStream
 * in either order before deleteStream. Those edges lead back to their state.
 */
export const STREAM_TRANSITIONS: Transitions<StreamState, StreamEdge> = {
  idle: { publish: "publishing", play: "playing", stop: "idle", delete: "closed" },
  publishing: { stop: "idle", delete: "closed" },
  playing: {
    play: "playing",
    pause: "paused",
    unpause: "playing",
    seek: "playing",
    stop: "idle",
    delete: "closed",
  },
  paused: {
    play: "playing",
    pause: "paused",
    unpause: "playing",
    seek: "paused",
    stop: "idle",
    delete: "closed",
  },
  closed: { delete: "closed" },
};

function follow<State extends string, Edge extends string>(
  transitions: Transitions<State, Edge>,
  state: State,
  edge: Edge,
): State {
  const next = transitions[state][edge];
  if (next === undefined) throw new RtmpStateError(state, edge);
  return next;
}

/** @throws {RtmpStateError} when the state has no such edge. */
export function nextConnectionState(state: ConnectionState, edge: ConnectionEdge): ConnectionState {
  return follow(CONNECTION_TRANSITIONS, state, edge);
}

/** @throws {RtmpStateError} when the state has no such edge. */
export function nextStreamState(state: StreamState, edge: StreamEdge): StreamState {
  return follow(STREAM_TRANSITIONS, state, edge);
}
