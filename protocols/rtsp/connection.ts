import { formatAddress } from "../_transport/transport.ts";
import type { LogFields, ThrottledLog } from "../protocol.ts";
import type { AuthGate } from "./auth/gate.ts";
import type { RtspMessageError } from "./errors.ts";
import type { HeaderField } from "./fields.ts";
import type { HttpRequestHead } from "./message/http_message.ts";
import { type RtspRequest, writeResponse } from "./message.ts";
import { RtspMessageReader } from "./message/message_reader.ts";
import { isMethod } from "./methods.ts";
import { reasonOf, refusalOf } from "./refusals.ts";
import { type RequestsHost, RtspRequests } from "./requests.ts";
import { type RtspSession, SESSION_TIMEOUT_S } from "./session.ts";
import type { Reply } from "./session/requests.ts";
import type { StatusCode } from "./status.ts";

/** Time to the first request. */
export const FIRST_REQUEST_MS = 10_000;

export interface ConnectionParts extends Omit<RequestsHost, "onEnded"> {
  readonly gate: AuthGate;
  /** Takes what clients without a session can cause as often as they like; for all connections. */
  readonly trouble: ThrottledLog;
  /**
   * Whether the requests come through HTTP. live555 then sends its receiver reports up the connection
   * of the GET, where nothing is read, and may send nothing else: that it takes what it plays has to do.
   */
  readonly isTunnel: boolean;
}

/** Why a connection ended. */
interface End {
  readonly reason: string;
  /** A fixed word, where a client brings it about without a session. */
  readonly cause?: string;
}

/** The server's side of one RTSP connection, or of one tunnel. */
export class RtspConnection {
  readonly #parts: ConnectionParts;
  readonly #requests: RtspRequests;
  readonly #reader = new RtspMessageReader();
  #lastRequest: number;
  #hasSpoken = false;
  /** Settles when the request that is being carried out has been answered. */
  #answering: Promise<void> | undefined;
  /** What is read while a request is carried out. */
  #ahead: Promise<Uint8Array | undefined> | undefined;
  readonly #gone = new AbortController();
  #end: End | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#requests = new RtspRequests({
      ...parts,
      onEnded: (session, reason) => this.#sessionEnded(session, reason),
    });
    this.#lastRequest = parts.context.registry.clock.now();
  }

  /**
   * Serves the connection until it ends. Never rejects.
   *
   * @returns the HTTP request that came instead of RTSP, whose connection is then the caller's.
   */
  async run(): Promise<HttpRequestHead | undefined> {
    try {
      return await this.#serve();
    } catch (error) {
      const { isOurs, reason } = refusalOf(error);
      this.#end ??= { reason: reasonOf(error), cause: "lost" };
      if (isOurs) this.#logOurs(reason);
      return undefined;
    } finally {
      await this.#finish();
    }
  }

  async #serve(): Promise<HttpRequestHead | undefined> {
    for (;;) {
      const bytes = await this.#read();
      if (bytes === undefined) return undefined;
      for (const input of this.#reader.feed(bytes)) {
        if (input.type === "httpRequest") return input;
        if (input.type === "interleaved") this.#frame(input.channel, input.payload);
        else if (input.type === "request") await this.#carryOut(input);
        else if (input.type === "fault") return this.#refuseFault(input.error);
        if (this.#end !== undefined) return undefined;
      }
    }
  }

  #read(): Promise<Uint8Array | undefined> {
    const next = this.#ahead ?? this.#parts.stream.read();
    this.#ahead = undefined;
    return next;
  }

  /** Reads on while a request waits for something, to notice when nobody waits for the answer. */
  #readAhead(): void {
    if (this.#ahead !== undefined) return;
    this.#ahead = this.#parts.stream.read();
    const leave = () => this.#gone.abort();
    this.#ahead.then((bytes) => bytes === undefined && leave(), leave);
  }

  #frame(channel: number, payload: Uint8Array): void {
    for (const session of this.#requests.sessions.values()) session.frame(channel, payload);
  }

  #refuseFault(error: RtspMessageError): undefined {
    const { status, reason } = refusalOf(error);
    const headers: HeaderField[] = error.cseq === undefined ? [] : [["CSeq", error.cseq]];
    this.#parts.stream.post(writeResponse({ status, headers }));
    this.#close({ reason, cause: `fault ${status}` });
  }

  /** Ends the connection, after what was sent has gone out. */
  #close(end: End): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#parts.stream.closeWhenSent();
  }

  /** A client whose session has ended is told by the end of its connection. */
  #sessionEnded(session: RtspSession, reason: string): void {
    this.#requests.sessions.delete(session.identity.id);
    this.#parts.orphans.delete(session);
    this.#close({ reason });
  }

  async #finish(): Promise<void> {
    if (this.#end !== undefined) {
      this.#tell(this.#end.cause, "closed", { reason: this.#end.reason });
    }
    const sessions = [...this.#requests.sessions.values()];
    this.#requests.sessions.clear();
    // A connection that we have ended takes its sessions with it.
    const orphans = this.#end === undefined ? this.#parts.orphans : undefined;
    await Promise.all(
      sessions.map((session) =>
        orphans?.adopt(session) ? undefined : session.close({ isOrderly: false })
      ),
    );
  }

  #logOurs(reason: string): void {
    const { context, stream } = this.#parts;
    context.log.error("closed", { remote: formatAddress(stream.remote), reason });
  }

  /** Tells the log; of what has a cause, and comes before any session, only so much as is of use. */
  #tell(cause: string | undefined, message: string, fields: LogFields): void {
    const { context, stream, trouble } = this.#parts;
    const all = { remote: formatAddress(stream.remote), ...fields };
    if (cause === undefined || this.#requests.sessions.size > 0) context.log.info(message, all);
    else trouble.log(cause, message, all);
  }

  /** To be called from time to time: ends sessions, and a connection, that nobody uses. */
  checkDeadlines(): void {
    if (this.#answering !== undefined) return;
    const { sessions } = this.#requests;
    for (const [id, session] of sessions) {
      if (!session.isSilent || this.#parts.isTunnel && session.isPlaying) continue;
      sessions.delete(id);
      session.close({ isOrderly: false });
      if (session.channels.length > 0) {
        this.#close({ reason: `no sign of life for ${SESSION_TIMEOUT_S} s` });
      }
    }
    const limit = this.#hasSpoken ? SESSION_TIMEOUT_S * 1000 : FIRST_REQUEST_MS;
    const idleMs = this.#parts.context.registry.clock.now() - this.#lastRequest;
    if (sessions.size === 0 && idleMs > limit) {
      this.#close({ reason: `no request for ${limit / 1000} s`, cause: "idle" });
    }
  }

  async #carryOut(request: RtspRequest): Promise<void> {
    this.#hasSpoken = true;
    this.#readAhead();
    this.#answering = this.#answer(request);
    await this.#answering;
    this.#answering = undefined;
    this.#lastRequest = this.#parts.context.registry.clock.now();
  }

  /** Never rejects. */
  async #answer(request: RtspRequest): Promise<void> {
    const cseq: HeaderField[] = [["CSeq", request.headers.get("CSeq") ?? "0"]];
    try {
      const { headers = [], body, onSent } = await this.#handle(request);
      const all = [...cseq, ...headers];
      this.#parts.stream.post(writeResponse({ status: 200, headers: all, ...(body && { body }) }));
      onSent?.();
    } catch (error) {
      this.#refuse(request, cseq, error);
    }
  }

  async #handle(request: RtspRequest): Promise<Reply> {
    const user = this.#user(request);
    return await this.#requests.handle(request, { user, gone: this.#gone.signal });
  }

  #refuse(request: RtspRequest, cseq: readonly HeaderField[], error: unknown): void {
    const { status, reason, headers, isOurs } = refusalOf(error);
    this.#parts.stream.post(writeResponse({ status, headers: [...cseq, ...headers] }));
    if (isOurs) this.#logOurs(reason);
    else this.#logRefusal(request.method, status, reason);
  }

  /** Who signed the request. OPTIONS needs no signature: clients ask by it whether anybody is there. */
  #user(request: RtspRequest): string | undefined {
    const { context, gate, stream } = this.#parts;
    if (request.method === "OPTIONS") return undefined;
    return gate.check(request, stream.remote.host, context.registry.clock.utc());
  }

  #logRefusal(method: string, status: StatusCode, reason: string): void {
    const { context, stream } = this.#parts;
    const facts = { method, status, reason };
    // Most clients sign only what was refused once.
    if (status === 401) {
      return context.log.debug("refused", { remote: formatAddress(stream.remote), ...facts });
    }
    this.#tell(`${isMethod(method) ? method : "unknown method"} ${status}`, "refused", facts);
  }

  /** Says goodbye to every session, and ends the connection when its last request is answered. */
  async goodbye(): Promise<void> {
    this.#gone.abort();
    for (const session of this.#requests.sessions.values()) {
      await session.close({ isOrderly: true });
    }
    await this.#answering;
    this.#close({ reason: "the gateway is stopping" });
  }
}
