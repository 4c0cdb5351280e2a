import { assertEquals, assertThrows } from "@std/assert";
import { RtspStateError } from "../../../protocols/rtsp/errors.ts";
import {
  nextSessionState,
  SESSION_TRANSITIONS,
  type SessionEdge,
  type SessionState,
} from "../../../protocols/rtsp/state.ts";

const EDGES: readonly (readonly [SessionState, SessionEdge, SessionState])[] = [
  ["init", "announce", "announced"],
  ["init", "setup", "readyToPlay"],
  ["init", "teardown", "init"],
  ["announced", "announce", "announced"],
  ["announced", "setup", "readyToRecord"],
  ["announced", "teardown", "init"],
  ["readyToPlay", "setup", "readyToPlay"],
  ["readyToPlay", "play", "playing"],
  ["readyToPlay", "pause", "readyToPlay"],
  ["readyToPlay", "end", "readyToPlay"],
  ["readyToPlay", "teardown", "init"],
  ["readyToRecord", "setup", "readyToRecord"],
  ["readyToRecord", "record", "recording"],
  ["readyToRecord", "pause", "readyToRecord"],
  ["readyToRecord", "teardown", "init"],
  ["playing", "setup", "playing"],
  ["playing", "play", "playing"],
  ["playing", "pause", "readyToPlay"],
  ["playing", "end", "readyToPlay"],
  ["playing", "teardown", "init"],
  ["recording", "setup", "recording"],
  ["recording", "record", "recording"],
  ["recording", "pause", "readyToRecord"],
  ["recording", "teardown", "init"],
];

const ALL_EDGES: readonly SessionEdge[] = [
  "announce",
  "setup",
  "play",
  "record",
  "pause",
  "end",
  "teardown",
];

for (const [state, edge, next] of EDGES) {
  Deno.test(`session: ${state} --${edge}--> ${next}`, () => {
    assertEquals(nextSessionState(state, edge), next);
  });
}

Deno.test("a session has no other edges, and each is answered with 455", () => {
  for (const state of Object.keys(SESSION_TRANSITIONS) as SessionState[]) {
    for (const edge of ALL_EDGES) {
      if (EDGES.some((row) => row[0] === state && row[1] === edge)) continue;
      const error = assertThrows(
        () => nextSessionState(state, edge),
        RtspStateError,
        `Cannot ${edge}: the state is ${state}`,
      );
      assertEquals([error.status, error.state, error.edge], [455, state, edge]);
    }
  }
});
