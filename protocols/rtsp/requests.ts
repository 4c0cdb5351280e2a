import { describeName, SDP_TYPE, writeDescription } from "./describe.ts";
import {
  MethodNotAllowedError,
  MethodNotImplementedError,
  NotAcceptableError,
  OptionNotSupportedError,
  VersionNotSupportedError,
} from "./errors.ts";
import { writeContentBase } from "./headers/content_base.ts";
import { writeMethods } from "./headers/method_list.ts";
import { parseCSeq } from "./headers/numbers.ts";
import type { RtspRequest } from "./message.ts";
import { isMethod, type Method } from "./methods.ts";
import type { Registrations } from "./registrations.ts";
import { parseRegistration } from "./headers/registration.ts";
import type { RtspSession } from "./session.ts";
import { peerRequest, type SessionHost } from "./session/host.ts";
import { type Asker, type Reply, SessionRequests } from "./session/requests.ts";
import { streamOf } from "./url.ts";

const ACCEPTS_SDP = /application\/(?:sdp|\*)|\*\/\*/i;

/** Options of `Require` that are met: RFC 7826 section 11.1 names what RFC 2326 has anyway. */
const MET_OPTIONS: ReadonlySet<string> = new Set(["play.basic"]);

type Handler = (request: RtspRequest, asker: Asker) => Reply | Promise<Reply>;
type Handlers = Readonly<Partial<Record<Method, Handler>>>;

export interface RequestsHost extends SessionHost {
  /** Absent where nobody may register. */
  readonly registrations: Registrations | undefined;
}

/** The requests of one connection. */
export class RtspRequests {
  readonly #host: RequestsHost;
  readonly #ofSessions: SessionRequests;
  readonly #handlers: Handlers;
  readonly #methods: readonly string[];

  constructor(host: RequestsHost) {
    this.#host = host;
    this.#ofSessions = new SessionRequests(host);
    this.#handlers = this.#makeHandlers();
    this.#methods = Object.keys(this.#handlers);
  }

  /** The sessions of the connection, by id. */
  get sessions(): Map<string, RtspSession> {
    return this.#ofSessions.sessions;
  }

  #makeHandlers(): Handlers {
    const ofSessions = this.#ofSessions;
    const { registrations } = this.#host;
    return {
      OPTIONS: () => ({ headers: [["Public", writeMethods(this.#methods)]] }),
      DESCRIBE: (request, asker) => this.#describe(request, asker),
      ANNOUNCE: (request, asker) => ofSessions.announce(request, asker),
      SETUP: (request, asker) => ofSessions.setup(request, asker),
      PLAY: (request, asker) => ofSessions.play(request, asker),
      PAUSE: (request, asker) => ofSessions.pause(request, asker),
      RECORD: (request, asker) => ofSessions.record(request, asker),
      TEARDOWN: (request, asker) => ofSessions.teardown(request, asker),
      GET_PARAMETER: (request, asker) => ofSessions.parameters(request, asker),
      SET_PARAMETER: (request, asker) => ofSessions.parameters(request, asker),
      ...(registrations && {
        REGISTER: (request, asker) => this.#register(request, asker, registrations),
        DEREGISTER: (request, asker) => this.#deregister(request, asker, registrations),
      }),
    };
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

  async #describe({ url, headers }: RtspRequest, { user, gone }: Asker): Promise<Reply> {
    const target = streamOf(url);
    const accept = headers.get("Accept");
    if (accept !== undefined && !ACCEPTS_SDP.test(accept)) {
      throw new NotAcceptableError(accept);
    }
    const { context, options, stream } = this.#host;
    const described = await describeName(context, peerRequest(this.#host, target, user), {
      waitMs: options.wait * 1000,
      signal: gone,
    });
    const body = writeDescription(target.name, described, {
      address: stream.local.host,
      now: context.registry.clock.utc(),
    });
    return {
      headers: [["Content-Base", writeContentBase(url)], ["Content-Type", SDP_TYPE]],
      body,
    };
  }

  async #register(
    { url, headers }: RtspRequest,
    { user }: Asker,
    registrations: Registrations,
  ): Promise<Reply> {
    const wish = parseRegistration(headers.get("Transport"));
    const target = streamOf(wish.name ?? url);
    await registrations.add(url, wish, peerRequest(this.#host, target, user));
    return {};
  }

  async #deregister(
    { url, headers }: RtspRequest,
    { user }: Asker,
    registrations: Registrations,
  ): Promise<Reply> {
    const target = streamOf(parseRegistration(headers.get("Transport")).name ?? url);
    await registrations.remove(url, peerRequest(this.#host, target, user));
    return {};
  }
}

/** @throws {OptionNotSupportedError} */
function assertOptionsMet({ headers }: RtspRequest): void {
  const unmet = headers.getAll("Require").flatMap((value) => value.split(","))
    .map((option) => option.trim()).filter((option) => !MET_OPTIONS.has(option));
  if (unmet.length > 0) throw new OptionNotSupportedError(unmet);
}
