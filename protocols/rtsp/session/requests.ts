import {
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
import { parseRange, writeRange } from "../headers/range.ts";
import { writeRtpInfo } from "../headers/rtp_info.ts";
import { parseSession, writeSession } from "../headers/session.ts";
import {
  parseTransports,
  type RtpTransport,
  type Transport,
  writeTransport,
} from "../headers/transport.ts";
import type { RtspRequest } from "../message.ts";
import type { FirstPacket } from "../play/first_packets.ts";
import type { Played, PlayWish } from "../play/play.ts";
import { RtspSession, type SessionIdentity } from "../session.ts";
import { peerRequest, type SessionHost } from "./host.ts";
import { isForAnnounced, trackToSetUp } from "./setup_target.ts";
import { parseRequestUrl, splitTrack, streamOf, type StreamTarget, trackControl } from "../url.ts";

/** Seconds that clients are told a session lasts without a sign of life; it lasts a little longer. */
const TOLD_TIMEOUT_S = 60;

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
      : new RtspSession(this.#newIdentity(streamOf(url), user), this.#host);
    session.announce(tracks);
    this.#announced = session;
    return {};
  }

  #newIdentity(target: StreamTarget, user: string | undefined): SessionIdentity {
    if (this.sessions.size >= MAX_SESSIONS) {
      throw new NotEnoughBandwidthError(`there are ${MAX_SESSIONS} sessions in this connection`);
    }
    return { id: crypto.randomUUID().replaceAll("-", ""), target, user };
  }

  async setup(request: RtspRequest, { user }: Asker): Promise<Reply> {
    const transport = request.headers.get("Transport");
    if (transport === undefined) throw new RtspHeaderError("Transport", "it is missing");
    const alternatives = parseTransports(transport);
    const session = this.#knownForSetup(request, user) ?? await this.#newPlayer(request, user);
    const { id } = session.identity;
    try {
      const answer = this.#setUpTrack(session, request, alternatives);
      this.sessions.set(id, session);
      if (session === this.#announced) this.#announced = undefined;
      return { headers: [sessionHeader(session), ["Transport", writeTransport(answer)]] };
    } finally {
      // Nobody knows of a session whose first track cannot be set up.
      if (!this.sessions.has(id) && session !== this.#announced) {
        await session.close({ isOrderly: true });
      }
    }
  }

  #setUpTrack(
    session: RtspSession,
    { url }: RtspRequest,
    alternatives: readonly Transport[],
  ): RtpTransport {
    const track = trackToSetUp(url, session, this.#host.context.registry);
    const others = [...this.sessions.values()].filter((other) => other !== session);
    return session.setup(track, alternatives, others.flatMap(({ channels }) => channels));
  }

  #knownForSetup(request: RtspRequest, user: string | undefined): RtspSession | undefined {
    if (request.headers.get("Session") !== undefined) return this.#sessionOf(request, user);
    const announced = this.#announced;
    if (announced === undefined || !isForAnnounced(request.url, announced)) return undefined;
    if (announced.identity.user === user) return announced;
    throw new SessionNotFoundError(undefined);
  }

  /** @throws {RegistryError} when a recording cannot be read. */
  async #newPlayer({ url }: RtspRequest, user: string | undefined): Promise<RtspSession> {
    const target = streamOf(url);
    const identity = this.#newIdentity(splitTrack(target) ?? target, user);
    const { registry } = this.#host.context;
    const wish = peerRequest(this.#host, identity.target, user);
    return new RtspSession(identity, this.#host, await registry.openRecording(wish));
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
    const wish = playWish(request);
    const played = await session.play(wish);
    const { range, first } = played;
    const headers: HeaderField[] = [
      sessionHeader(session),
      ["Range", writeRange(range)],
      ...usedFactors(wish, played),
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

/** @throws {RtspHeaderError} */
function playWish({ headers }: RtspRequest): PlayWish {
  const range = headers.get("Range");
  const scale = headers.get("Scale");
  const speed = headers.get("Speed");
  return {
    ...(range !== undefined && { range: parseRange(range) }),
    ...(scale !== undefined && { scale: parseScale(scale) }),
    ...(speed !== undefined && { speed: parseSpeed(speed) }),
  };
}

/** Those that are in force, where they were asked for or are not what a player expects. */
function usedFactors(wish: PlayWish, played: Played): readonly HeaderField[] {
  return ([["Scale", "scale"], ["Speed", "speed"]] as const)
    .filter(([, factor]) => wish[factor] !== undefined || played[factor] !== 1)
    .map(([header, factor]) => [header, writeFactor(played[factor])]);
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
