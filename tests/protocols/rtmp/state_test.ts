import { assertEquals, assertThrows } from "@std/assert";
import { RtmpStateError } from "../../../protocols/rtmp/errors.ts";
import {
  CONNECTION_TRANSITIONS,
  type ConnectionEdge,
  type ConnectionState,
  nextConnectionState,
  nextStreamState,
  STREAM_TRANSITIONS,
  type StreamEdge,
  type StreamState,
} from "../../../protocols/rtmp/state.ts";

const CONNECTION: readonly (readonly [ConnectionState, ConnectionEdge, ConnectionState])[] = [
  ["handshaking", "accept", "accepted"],
  ["handshaking", "close", "closed"],
  ["accepted", "connect", "connected"],
  ["accepted", "close", "closed"],
  ["connected", "call", "connected"],
  ["connected", "close", "closed"],
  ["closed", "close", "closed"],
];

const STREAM: readonly (readonly [StreamState, StreamEdge, StreamState])[] = [
  ["idle", "publish", "publishing"],
  ["idle", "play", "playing"],
  ["idle", "stop", "idle"],
  ["idle", "delete", "closed"],
  ["publishing", "stop", "idle"],
  ["publishing", "delete", "closed"],
  ["playing", "play", "playing"],
  ["playing", "pause", "paused"],
  ["playing", "unpause", "playing"],
  ["playing", "seek", "playing"],
  ["playing", "stop", "idle"],
  ["playing", "delete", "closed"],
  ["paused", "play", "playing"],
  ["paused", "pause", "paused"],
  ["paused", "unpause", "playing"],
  ["paused", "seek", "paused"],
  ["paused", "stop", "idle"],
  ["paused", "delete", "closed"],
  ["closed", "delete", "closed"],
];

const CONNECTION_EDGES: readonly ConnectionEdge[] = ["accept", "connect", "call", "close"];
const STREAM_EDGES: readonly StreamEdge[] = [
  "publish",
  "play",
  "pause",
  "unpause",
  "seek",
  "stop",
  "delete",
];

for (const [state, edge, next] of CONNECTION) {
  Deno.test(`connection: ${state} --${edge}--> ${next}`, () => {
    assertEquals(nextConnectionState(state, edge), next);
  });
}

for (const [state, edge, next] of STREAM) {
  Deno.test(`message stream: ${state} --${edge}--> ${next}`, () => {
    assertEquals(nextStreamState(state, edge), next);
  });
}

Deno.test("a connection has no other edges", () => {
  for (const state of Object.keys(CONNECTION_TRANSITIONS) as ConnectionState[]) {
    for (const edge of CONNECTION_EDGES) {
      if (CONNECTION.some((row) => row[0] === state && row[1] === edge)) continue;
      const error = assertThrows(() => nextConnectionState(state, edge), RtmpStateError);
      assertEquals([error.state, error.edge], [state, edge]);
    }
  }
});

Deno.test("a message stream has no other edges", () => {
  for (const state of Object.keys(STREAM_TRANSITIONS) as StreamState[]) {
    for (const edge of STREAM_EDGES) {
      if (STREAM.some((row) => row[0] === state && row[1] === edge)) continue;
      assertThrows(
        () => nextStreamState(state, edge),
        RtmpStateError,
        `Cannot ${edge}: the state is ${state}`,
      );
    }
  }
});
