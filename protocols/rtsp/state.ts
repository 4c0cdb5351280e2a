/**
 * What a client may do when, in a session seen from the server: RFC 2326 appendix A.2.
 *
 * @module
 */
import { RtspStateError } from "./errors.ts";

/**
 * The states of the appendix; Ready is split by what the session is for, because a session that was
 * announced cannot play and one that was not cannot record.
 */
export type SessionState =
  | "init"
  /** A description was announced; no track is set up. */
  | "announced"
  | "readyToPlay"
  | "readyToRecord"
  | "playing"
  | "recording";

export type SessionEdge =
  | "announce"
  | "setup"
  | "play"
  | "record"
  | "pause"
  /** All that PLAY asked for has been sent. */
  | "end"
  | "teardown";

type Transitions = Readonly<
  Record<SessionState, Readonly<Partial<Record<SessionEdge, SessionState>>>>
>;

/**
 * SETUP while playing or recording changes a transport; whether it may is for the server to say.
 *
 * Deviation: PAUSE of a session that does not flow leads back to its state, as in RFC 7826
 * appendix B, because players send it before the first PLAY.
 */
export const SESSION_TRANSITIONS: Transitions = {
  init: { announce: "announced", setup: "readyToPlay", teardown: "init" },
  announced: { announce: "announced", setup: "readyToRecord", teardown: "init" },
  readyToPlay: {
    setup: "readyToPlay",
    play: "playing",
    pause: "readyToPlay",
    end: "readyToPlay",
    teardown: "init",
  },
  readyToRecord: {
    setup: "readyToRecord",
    record: "recording",
    pause: "readyToRecord",
    teardown: "init",
  },
  playing: {
    setup: "playing",
    play: "playing",
    pause: "readyToPlay",
    end: "readyToPlay",
    teardown: "init",
  },
  recording: { setup: "recording", record: "recording", pause: "readyToRecord", teardown: "init" },
};

/** @throws {RtspStateError} when the state has no such edge. */
export function nextSessionState(state: SessionState, edge: SessionEdge): SessionState {
  const next = SESSION_TRANSITIONS[state][edge];
  if (next === undefined) throw new RtspStateError(state, edge);
  return next;
}
