import type { PeerRequest } from "../../registry/registry.ts";
import { formatAddress } from "../_transport/transport.ts";
import { announcedTracks, describeStream, outgoingTracks, writeDescription } from "./describe.ts";
import {
  AggregateNotAllowedError,
  MethodNotAllowedError,
  MethodNotImplementedError,
  NotAcceptableError,
  NotEnoughBandwidthError,
  OptionNotSupportedError,
  ParameterNotUnderstoodError,
  RtspHeaderError,
  RtspUrlError,
  SessionNotFoundError,
  TrackNotFoundError,
  UnsupportedMediaError,
} from "./errors.ts";
import type { HeaderField } from "./fields.ts";
import { writeContentBase } from "./headers/content_base.ts";
import { writeMethods } from "./headers/method_list.ts";
import { parseCSeq } from "./headers/numbers.ts";
import { writeRtpInfo } from "./headers/rtp_info.ts";
import { parseSession, writeSession } from "./headers/session.ts";
import { parseTransports, writeTransport } from "./headers/transport.ts";
import type { RtspRequest } from "./message.ts";
import { isMethod, type Method } from "./methods.ts";
import type { FirstPacket } from "./playing.ts";
import { RtspSession, type SessionHost } from "./session.ts";
import { parseRequestUrl, splitTrack, type StreamTarget, trackControl } from "./url.ts";

/** Seconds that clients are told a session lasts without a sign of life; it lasts a little longer. */
const TOLD_TIMEOUT_S = 60;

/** Players have one; a recorder that also plays has two. */
const MAX_SESSIONS = 8;

const SDP = "application/sdp";
const ACCEPTS_SDP = /application\/(?:sdp|\*)|\*\/\*/i;

/** What a request is answered with, beside its CSeq. */
export interface Reply {
  readonly headers?: readonly HeaderField[];
  readonly body?: Uint8Array;
  /** Called when the answer is on its way. */
  readonly onSent?: () => void;
}

type Handler = (request: RtspRequest, user: string | undefined) => Reply | Promise<Reply>;

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
   * Carries a request out. `user` is who signed it.
   *
   * @throws {RtspError} or {RegistryError}, which know their status.
   */
  async handle(request: RtspRequest, user: string | undefined): Promise<Reply> {
    parseCSeq(request.headers.get("CSeq"));
    const required = request.headers.getAll("Require");
    if (required.length > 0) throw new OptionNotSupportedError(required);
    const { method } = request;
    if (!isMethod(method)) throw new MethodNotImplementedError(method, this.#methods);
    const handler = this.#handlers[method];
    if (handler === undefined) throw new MethodNotAllowedError(method, this.#methods);
    return await handler(request, user);
  }

  get #methods(): readonly string[] {
    return Object.keys(this.#handlers);
  }

  readonly #handlers: Readonly<Partial<Record<Method, Handler>>> = {
    OPTIONS: (request) => this.#options(request),
    DESCRIBE: (request) => this.#describe(request),
    ANNOUNCE: (request, user) => this.#announce(request, user),
    SETUP: (request, user) => this.#setup(request, user),
    PLAY: (request, user) => this.#play(request, user),
    PAUSE: (request, user) => this.#pause(request, user),
    RECORD: (request, user) => this.#record(request, user),
    TEARDOWN: (request, user) => this.#teardown(request, user),
    GET_PARAMETER: (request, user) => this.#parameters(request, user),
    SET_PARAMETER: (request, user) => this.#parameters(request, user),
  };

  #options(request: RtspRequest): Reply {
    if (request.headers.get("Session") !== undefined) this.#touchNamed(request);
    return { headers: [["Public", writeMethods(this.#methods)]] };
  }

  #touchNamed({ headers }: RtspRequest): void {
    const named = headers.get("Session");
    if (named !== undefined) this.sessions.get(parseSession(named).id)?.touch();
  }

  async #describe({ url, headers }: RtspRequest): Promise<Reply> {
    const target = streamOf(url);
    const accept = headers.get("Accept");
    if (accept !== undefined && !ACCEPTS_SDP.test(accept)) {
      throw new NotAcceptableError(accept);
    }
    const { context, options, stream } = this.#host;
    const description = await describeStream(
      context,
      this.#peerRequest(target),
      options.wait * 1000,
    );
    const body = writeDescription(target.name, description, {
      address: stream.local.host,
      now: context.registry.clock.utc(),
    });
    return {
      headers: [["Content-Base", writeContentBase(url)], ["Content-Type", SDP]],
      body,
    };
  }

  #peerRequest({ name, query }: StreamTarget): PeerRequest {
    const remote = formatAddress(this.#host.stream.remote);
    return { name, query, protocol: "rtsp", remote };
  }

  #announce({ url, headers, body }: RtspRequest, user: string | undefined): Reply {
    const type = headers.get("Content-Type");
    if (type === undefined || !type.toLowerCase().startsWith(SDP)) {
      throw new UnsupportedMediaError(`its type is ${type ?? "not told"}`);
    }
    const tracks = announcedTracks(body);
    const session = this.#newSession(streamOf(url), user);
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

  #setup(request: RtspRequest, user: string | undefined): Reply {
    const transport = request.headers.get("Transport");
    if (transport === undefined) throw new RtspHeaderError("Transport", "it is missing");
    const alternatives = parseTransports(transport);
    const session = this.#sessionForSetup(request, user);
    const { answer } = session.setup(this.#trackOf(request.url, session), alternatives);
    const { id } = session.identity;
    this.sessions.set(id, session);
    if (session === this.#announced) this.#announced = undefined;
    session.touch();
    return { headers: [sessionHeader(session), ["Transport", writeTransport(answer)]] };
  }

  #sessionForSetup(request: RtspRequest, user: string | undefined): RtspSession {
    if (request.headers.get("Session") !== undefined) return this.#sessionOf(request, user);
    if (this.#announced !== undefined) return this.#announced;
    const target = streamOf(request.url);
    return this.#newSession(splitTrack(target) ?? target, user);
  }

  /** The track that the URL of a SETUP ends with. */
  #trackOf(url: string, session: RtspSession): number {
    const { announced, identity } = session;
    if (announced !== undefined) {
      const named = announced.find(({ media: { control } }) =>
        control !== undefined && (url === control || url.endsWith(`/${control}`))
      );
      if (named !== undefined) return named.track.id;
      const [only] = announced;
      if (announced.length === 1 && only !== undefined) return only.track.id;
      throw new AggregateNotAllowedError("SETUP");
    }
    const stream = this.#host.context.registry.get(identity.target.name);
    const tracks = stream === undefined ? [] : outgoingTracks(stream.description);
    const control = splitTrack(streamOf(url))?.control;
    const track = control === undefined && tracks.length === 1
      ? tracks[0]
      : tracks.find(({ track }) => trackControl(track.id) === control);
    if (track !== undefined) return track.track.id;
    if (control === undefined) throw new AggregateNotAllowedError("SETUP");
    throw new TrackNotFoundError(url);
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
    session.touch();
    return session;
  }

  async #play(request: RtspRequest, user: string | undefined): Promise<Reply> {
    const session = this.#sessionOf(request, user);
    const first = await session.play(request.headers.get("Range"));
    const headers: HeaderField[] = [sessionHeader(session), ["Range", "npt=now-"]];
    if (first.length > 0) headers.push(["RTP-Info", rtpInfo(request.url, first)]);
    return { headers, onSent: () => session.startFlow() };
  }

  async #pause(request: RtspRequest, user: string | undefined): Promise<Reply> {
    const session = this.#sessionOf(request, user);
    await session.pause();
    return { headers: [sessionHeader(session)] };
  }

  async #record(request: RtspRequest, user: string | undefined): Promise<Reply> {
    const session = this.#sessionOf(request, user);
    await session.record();
    return { headers: [sessionHeader(session)] };
  }

  async #teardown(request: RtspRequest, user: string | undefined): Promise<Reply> {
    const session = this.#sessionOf(request, user);
    this.sessions.delete(session.identity.id);
    await session.close({ isOrderly: true });
    return { headers: [sessionHeader(session)] };
  }

  /** Without a body, a sign of life and nothing more. */
  #parameters(request: RtspRequest, user: string | undefined): Reply {
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

function streamOf(url: string): StreamTarget {
  const target = parseRequestUrl(url);
  if (target.type === "stream") return target;
  throw new RtspUrlError("it names no stream", "path");
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
