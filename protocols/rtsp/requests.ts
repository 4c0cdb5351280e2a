import type { PeerRequest } from "../../registry/registry.ts";
import { formatAddress } from "../_transport/transport.ts";
import { announcedTracks, describeStream, writeDescription } from "./describe.ts";
import {
  HeaderNotValidError,
  MethodNotAllowedError,
  MethodNotImplementedError,
  NotAcceptableError,
  NotEnoughBandwidthError,
  OnlyAggregateAllowedError,
  OptionNotSupportedError,
  ParameterNotUnderstoodError,
  RtspHeaderError,
  SessionNotFoundError,
  UnsupportedMediaError,
  VersionNotSupportedError,
} from "./errors.ts";
import type { HeaderField } from "./fields.ts";
import { writeContentBase } from "./headers/content_base.ts";
import { writeMethods } from "./headers/method_list.ts";
import { parseCSeq, parseScale, parseSpeed, writeFactor } from "./headers/numbers.ts";
import { writeRtpInfo } from "./headers/rtp_info.ts";
import { parseSession, writeSession } from "./headers/session.ts";
import { parseTransports, writeTransport } from "./headers/transport.ts";
import type { RtspRequest } from "./message.ts";
import { isMethod, type Method } from "./methods.ts";
import type { FirstPacket } from "./playing.ts";
import { RtspSession, type SessionHost } from "./session.ts";
import { isForAnnounced, trackToSetUp } from "./setup_target.ts";
import { parseRequestUrl, splitTrack, streamOf, type StreamTarget, trackControl } from "./url.ts";

/** Seconds that clients are told a session lasts without a sign of life; it lasts a little longer. */
const TOLD_TIMEOUT_S = 60;

/** Players have one; a recorder that also plays has two. */
const MAX_SESSIONS = 8;

const SDP = "application/sdp";
const ACCEPTS_SDP = /application\/(?:sdp|\*)|\*\/\*/i;

/** Options of `Require` that are met: RFC 7826 section 11.1 names what RFC 2326 has anyway. */
const MET_OPTIONS: ReadonlySet<string> = new Set(["play.basic"]);

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

type Handler = (request: RtspRequest, asker: Asker) => Reply | Promise<Reply>;

/** The requests of one connection, and the sessions that they make. */
export class RtspRequests {
  readonly sessions = new Map<string, RtspSession>();
  readonly #host: SessionHost;
  /** A session that was announced and has no tracks yet: the next SETUP is for it. */
  #announced: RtspSession | undefined;

  constructor(host: SessionHost) {
    this.#host = host;
  }

  /**
   * Carries a request out.
   *
   * @throws {RtspError} or {RegistryError}, which know their status.
   */
  async handle(request: RtspRequest, asker: Asker): Promise<Reply> {
    const { method, version, headers } = request;
    parseCSeq(headers.get("CSeq"));
    if (version !== "1.0") throw new VersionNotSupportedError(version);
    assertOptionsMet(request);
    if (!isMethod(method)) throw new MethodNotImplementedError(method, this.#methods);
    const handler = this.#handlers[method];
    if (handler === undefined) throw new MethodNotAllowedError(method, this.#methods);
    // Whichever session it names, and also where it names none, as old players keep theirs alive.
    for (const session of this.sessions.values()) session.touch();
    return await handler(request, asker);
  }

  get #methods(): readonly string[] {
    return Object.keys(this.#handlers);
  }

  readonly #handlers: Readonly<Partial<Record<Method, Handler>>> = {
    OPTIONS: () => ({ headers: [["Public", writeMethods(this.#methods)]] }),
    DESCRIBE: (request, asker) => this.#describe(request, asker),
    ANNOUNCE: (request, asker) => this.#announce(request, asker),
    SETUP: (request, asker) => this.#setup(request, asker),
    PLAY: (request, asker) => this.#play(request, asker),
    PAUSE: (request, asker) => this.#pause(request, asker),
    RECORD: (request, asker) => this.#record(request, asker),
    TEARDOWN: (request, asker) => this.#teardown(request, asker),
    GET_PARAMETER: (request, asker) => this.#parameters(request, asker),
    SET_PARAMETER: (request, asker) => this.#parameters(request, asker),
  };

  async #describe({ url, headers }: RtspRequest, { user, gone }: Asker): Promise<Reply> {
    const target = streamOf(url);
    const accept = headers.get("Accept");
    if (accept !== undefined && !ACCEPTS_SDP.test(accept)) {
      throw new NotAcceptableError(accept);
    }
    const { context, options, stream } = this.#host;
    const waitMs = options.wait * 1000;
    const description = await describeStream(context, this.#peerRequest(target, user), {
      waitMs,
      signal: gone,
    });
    const body = writeDescription(target.name, description, {
      address: stream.local.host,
      now: context.registry.clock.utc(),
    });
    return {
      headers: [["Content-Base", writeContentBase(url)], ["Content-Type", SDP]],
      body,
    };
  }

  #peerRequest({ name, query }: StreamTarget, user: string | undefined): PeerRequest {
    const remote = formatAddress(this.#host.stream.remote);
    return { name, query, protocol: "rtsp", remote, user };
  }

  #announce(request: RtspRequest, { user }: Asker): Reply {
    const { url, headers, body } = request;
    const type = headers.get("Content-Type");
    if (type === undefined || !type.toLowerCase().startsWith(SDP)) {
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

  #setup(request: RtspRequest, { user }: Asker): Reply {
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

  async #play(request: RtspRequest, asker: Asker): Promise<Reply> {
    const session = this.#wholeSession(request, asker);
    const factors = liveFactors(request);
    const first = await session.play(request.headers.get("Range"));
    const headers: HeaderField[] = [
      sessionHeader(session),
      ["Range", "npt=now-"],
      ...factors,
    ];
    if (first.length > 0) headers.push(["RTP-Info", rtpInfo(request.url, first)]);
    return { headers, onSent: () => session.startFlow() };
  }

  async #pause(request: RtspRequest, asker: Asker): Promise<Reply> {
    const session = this.#wholeSession(request, asker);
    await session.pause();
    return { headers: [sessionHeader(session)] };
  }

  async #record(request: RtspRequest, asker: Asker): Promise<Reply> {
    const session = this.#wholeSession(request, asker);
    await session.record();
    return { headers: [sessionHeader(session)] };
  }

  async #teardown(request: RtspRequest, asker: Asker): Promise<Reply> {
    const session = this.#wholeSession(request, asker);
    this.sessions.delete(session.identity.id);
    await session.teardown();
    return { headers: [sessionHeader(session)] };
  }

  /** Without a body, a sign of life and nothing more. */
  #parameters(request: RtspRequest, { user }: Asker): Reply {
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

/** @throws {OptionNotSupportedError} */
function assertOptionsMet({ headers }: RtspRequest): void {
  const unmet = headers.getAll("Require").flatMap((value) => value.split(","))
    .map((option) => option.trim()).filter((option) => !MET_OPTIONS.has(option));
  if (unmet.length > 0) throw new OptionNotSupportedError(unmet);
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
    seq: sequence,
    rtptime: timestamp,
  })));
}
