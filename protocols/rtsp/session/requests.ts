import {
  HeaderNotValidError,
  NotEnoughBandwidthError,
  OnlyAggregateAllowedError,
  ParameterNotUnderstoodError,
  RtspHeaderError,
  SessionNotFoundError,
  UnsupportedMediaError,
} from "../errors.ts";
import { announcedTracks, SDP_TYPE } from "../describe.ts";
import type { HeaderField } from "../fields.ts";
import { writeContentBase } from "../headers/content_base.ts";
import { parseScale, parseSpeed, writeFactor } from "../headers/numbers.ts";
import { writeRange } from "../headers/range.ts";
import { writeRtpInfo } from "../headers/rtp_info.ts";
import { parseSession, writeSession } from "../headers/session.ts";
import { parseTransports, writeTransport } from "../headers/transport.ts";
import type { RtspRequest } from "../message.ts";
import type { FirstPacket } from "../play/playing.ts";
import { RtspSession } from "../session.ts";
import type { SessionHost } from "./host.ts";
import { isForAnnounced, trackToSetUp } from "./setup_target.ts";
import { parseRequestUrl, splitTrack, streamOf, type StreamTarget, trackControl } from "../url.ts";

/** Seconds that clients are told a session lasts without a sign of life; it lasts a little longer. */
const TOLD_TIMEOUT_S = 60;

/** What is played of a live stream. */
const LIVE = writeRange({ type: "npt", start: "now" });

/** Players have one; a recorder that also plays has two. */
const MAX_SESSIONS = 8;

/** What a request is answered with, beside its CSeq. */
export interface Reply {
  readonly headers?: readonly HeaderField[];
  readonly body?: Uint8Array;
  /** Called when the answer is on its way. */
  readonly onSent?: () => void;
}

/** Who asks, and for how long the answer is waited for. */
export interface Asker {
  /** Who signed the request. */
  readonly user: string | undefined;
  /** Aborted when the connection has ended. */
  readonly gone: AbortSignal;
}

/** The sessions of one connection, and the requests that make them and are about them. */
export class SessionRequests {
  readonly sessions = new Map<string, RtspSession>();
  readonly #host: SessionHost;
  /** A session that was announced and has no tracks yet: the next SETUP is for it. */
  #announced: RtspSession | undefined;

  constructor(host: SessionHost) {
    this.#host = host;
  }

  announce(request: RtspRequest, { user }: Asker): Reply {
    const { url, headers, body } = request;
    const type = headers.get("Content-Type");
    if (type === undefined || !type.toLowerCase().startsWith(SDP_TYPE)) {
      throw new UnsupportedMediaError(`its type is ${type ?? "not told"}`);
    }
    const tracks = announcedTracks(body);
    const isKnown = headers.get("Session") !== undefined;
    const session = isKnown
      ? this.#sessionOf(request, user)
      : this.#newSession(streamOf(url), user);
    session.announce(tracks);
    this.#announced = session;
    return {};
  }

  #newSession(target: StreamTarget, user: string | undefined): RtspSession {
    if (this.sessions.size >= MAX_SESSIONS) {
      throw new NotEnoughBandwidthError(`there are ${MAX_SESSIONS} sessions in this connection`);
    }
    const id = crypto.randomUUID().replaceAll("-", "");
    return new RtspSession({ id, target, user }, this.#host);
  }

  setup(request: RtspRequest, { user }: Asker): Reply {
    const transport = request.headers.get("Transport");
    if (transport === undefined) throw new RtspHeaderError("Transport", "it is missing");
    const alternatives = parseTransports(transport);
    const session = this.#sessionForSetup(request, user);
    const track = trackToSetUp(request.url, session, this.#host.context.registry);
    const others = [...this.sessions.values()].filter((other) => other !== session);
    const usedChannels = others.flatMap(({ channels }) => channels);
    const answer = session.setup(track, alternatives, usedChannels);
    this.sessions.set(session.identity.id, session);
    if (session === this.#announced) this.#announced = undefined;
    return { headers: [sessionHeader(session), ["Transport", writeTransport(answer)]] };
  }

  #sessionForSetup(request: RtspRequest, user: string | undefined): RtspSession {
    if (request.headers.get("Session") !== undefined) return this.#sessionOf(request, user);
    const announced = this.#announced;
    if (announced !== undefined && isForAnnounced(request.url, announced)) {
      if (announced.identity.user === user) return announced;
      throw new SessionNotFoundError(undefined);
    }
    const target = streamOf(request.url);
    return this.#newSession(splitTrack(target) ?? target, user);
  }

  /** @throws {SessionNotFoundError} also for a session that somebody else made. */
  #sessionOf({ headers }: RtspRequest, user: string | undefined): RtspSession {
    const named = headers.get("Session");
    if (named === undefined) throw new SessionNotFoundError(undefined);
    const { id } = parseSession(named);
    const session = this.sessions.get(id);
    if (session === undefined || session.identity.user !== user) {
      throw new SessionNotFoundError(id);
    }
    return session;
  }

  /** The session of a request that is about all of it. @throws {OnlyAggregateAllowedError} */
  #wholeSession(request: RtspRequest, { user }: Asker): RtspSession {
    const session = this.#sessionOf(request, user);
    const target = parseRequestUrl(request.url);
    if (target.type === "server" || target.name === session.identity.target.name) return session;
    const { trackCount, identity } = session;
    if (splitTrack(target)?.name === identity.target.name && trackCount > 1) {
      throw new OnlyAggregateAllowedError(request.method);
    }
    return session;
  }

  async play(request: RtspRequest, asker: Asker): Promise<Reply> {
    const session = this.#wholeSession(request, asker);
    const factors = liveFactors(request);
    const first = await session.play(request.headers.get("Range"));
    const headers: HeaderField[] = [
      sessionHeader(session),
      ["Range", LIVE],
      ...factors,
    ];
    if (first.length > 0) headers.push(["RTP-Info", rtpInfo(request.url, first)]);
    return { headers, onSent: () => session.startFlow() };
  }

  async pause(request: RtspRequest, asker: Asker): Promise<Reply> {
    const session = this.#wholeSession(request, asker);
    await session.pause();
    return { headers: [sessionHeader(session)] };
  }

  async record(request: RtspRequest, asker: Asker): Promise<Reply> {
    const session = this.#wholeSession(request, asker);
    await session.record();
    return { headers: [sessionHeader(session)] };
  }

  async teardown(request: RtspRequest, asker: Asker): Promise<Reply> {
    const session = this.#wholeSession(request, asker);
    this.sessions.delete(session.identity.id);
    await session.teardown();
    return { headers: [sessionHeader(session)] };
  }

  /** Without a body, a sign of life and nothing more. */
  parameters(request: RtspRequest, { user }: Asker): Reply {
    const { headers, body } = request;
    const session = headers.get("Session") === undefined
      ? undefined
      : this.#sessionOf(request, user);
    const names = new TextDecoder().decode(body).split(/\r?\n/)
      .map((line) => line.split(":", 1)[0]?.trim() ?? "").filter((name) => name !== "");
    if (names.length > 0) throw new ParameterNotUnderstoodError(names);
    return { headers: session === undefined ? [] : [sessionHeader(session)] };
  }
}

/**
 * Scale and Speed, where they are asked for: a live stream has but one of each (RFC 2326 sections
 * 12.34 and 12.35).
 *
 * @throws {HeaderNotValidError} for going backwards. @throws {RtspHeaderError}
 */
function liveFactors({ headers }: RtspRequest): readonly HeaderField[] {
  const scale = headers.get("Scale");
  const speed = headers.get("Speed");
  if (scale !== undefined && parseScale(scale) < 0) {
    throw new HeaderNotValidError("Scale", "a live stream does not go backwards");
  }
  if (speed !== undefined) parseSpeed(speed);
  return [
    ...(scale === undefined ? [] : [["Scale", writeFactor(1)] as const]),
    ...(speed === undefined ? [] : [["Speed", writeFactor(1)] as const]),
  ];
}

function sessionHeader({ identity: { id } }: RtspSession): HeaderField {
  return ["Session", writeSession({ id, timeout: TOLD_TIMEOUT_S })];
}

function rtpInfo(url: string, first: readonly FirstPacket[]): string {
  const base = writeContentBase(url);
  return writeRtpInfo(first.map(({ trackId, sequence, timestamp }) => ({
    url: base + trackControl(trackId),
    ...(sequence !== undefined && { seq: sequence }),
    rtptime: timestamp,
  })));
}
