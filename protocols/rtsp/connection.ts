import { formatAddress } from "../_transport/transport.ts";
import type { AuthGate } from "./auth_gate.ts";
import type { RtspMessageError } from "./errors.ts";
import type { HeaderField } from "./fields.ts";
import type { HttpRequestHead } from "./http_message.ts";
import { type RtspRequest, writeResponse } from "./message.ts";
import { RtspMessageReader } from "./message_reader.ts";
import { reasonOf, refusalOf } from "./refusals.ts";
import { RtspRequests } from "./requests.ts";
import type { SessionHost } from "./session.ts";
import type { StatusCode } from "./status.ts";

/** Seconds without a sign of life after which a session is ended. */
const SESSION_TIMEOUT_S = 65;

/** Time to the first request. */
const FIRST_REQUEST_MS = 10_000;

export interface ConnectionParts extends Omit<SessionHost, "end"> {
  readonly gate: AuthGate;
}

/** The server's side of one RTSP connection, or of one tunnel. */
export class RtspConnection {
  readonly #parts: ConnectionParts;
  readonly #requests: RtspRequests;
  readonly #reader = new RtspMessageReader();
  #lastRequest: number;
  #hasSpoken = false;
  #endReason: string | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#requests = new RtspRequests({ ...parts, end: this.end });
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
      this.#endReason ??= reasonOf(error);
      const { isOurs, reason } = refusalOf(error);
      if (isOurs) this.#log("error", reason);
      return undefined;
    } finally {
      await this.#finish();
    }
  }

  async #serve(): Promise<HttpRequestHead | undefined> {
    const { stream } = this.#parts;
    for (;;) {
      const bytes = await stream.read();
      if (bytes === undefined) return undefined;
      for (const input of this.#reader.feed(bytes)) {
        if (input.type === "httpRequest") return input;
        if (input.type === "interleaved") this.#frame(input.channel, input.payload);
        else if (input.type === "request") await this.#answer(input);
        else if (input.type === "fault") return this.#refuseFault(input.error);
        if (this.#endReason !== undefined) return undefined;
      }
    }
  }

  #frame(channel: number, payload: Uint8Array): void {
    for (const session of this.#requests.sessions.values()) session.frame(channel, payload);
  }

  #refuseFault(error: RtspMessageError): undefined {
    const { status, reason } = refusalOf(error);
    const headers: HeaderField[] = error.cseq === undefined ? [] : [["CSeq", error.cseq]];
    this.#parts.stream.post(writeResponse({ status, headers }));
    this.end(reason);
  }

  /** Ends the connection, after what was sent has gone out. */
  readonly end = (reason: string): void => {
    if (this.#endReason !== undefined) return;
    this.#endReason = reason;
    this.#parts.stream.closeWhenSent();
  };

  async #finish(): Promise<void> {
    if (this.#endReason !== undefined) this.#log("info", this.#endReason);
    for (const session of this.#requests.sessions.values()) {
      await session.close({ isOrderly: false });
    }
    this.#requests.sessions.clear();
  }

  #log(level: "info" | "error", reason: string): void {
    const { context, stream } = this.#parts;
    context.log[level]("closed", { remote: formatAddress(stream.remote), reason });
  }

  /** To be called from time to time: ends sessions, and a connection, that nobody uses. */
  checkDeadlines(): void {
    for (const [id, session] of this.#requests.sessions) {
      if (session.silentMs <= SESSION_TIMEOUT_S * 1000) continue;
      this.#requests.sessions.delete(id);
      session.close({ isOrderly: false });
      if (session.needsConnection) this.end(`no sign of life for ${SESSION_TIMEOUT_S} s`);
    }
    const limit = this.#hasSpoken ? SESSION_TIMEOUT_S * 1000 : FIRST_REQUEST_MS;
    const idleMs = this.#parts.context.registry.clock.now() - this.#lastRequest;
    if (this.#requests.sessions.size === 0 && idleMs > limit) {
      this.end(`no request for ${limit / 1000} s`);
    }
  }

  async #answer(request: RtspRequest): Promise<void> {
    const { context, stream } = this.#parts;
    this.#lastRequest = context.registry.clock.now();
    this.#hasSpoken = true;
    const cseq: HeaderField[] = [["CSeq", request.headers.get("CSeq") ?? "0"]];
    try {
      const { headers = [], body, onSent } = await this.#requests.handle(
        request,
        this.#user(request),
      );
      const all = [...cseq, ...headers];
      stream.post(writeResponse({ status: 200, headers: all, ...(body && { body }) }));
      onSent?.();
    } catch (error) {
      const { status, reason, headers, isOurs } = refusalOf(error);
      stream.post(writeResponse({ status, headers: [...cseq, ...headers] }));
      if (isOurs) this.#log("error", reason);
      else this.#logRefusal(request, status, reason);
    }
  }

  /** Who signed the request. OPTIONS needs no signature: clients ask by it whether anybody is there. */
  #user(request: RtspRequest): string | undefined {
    const { context, gate, stream } = this.#parts;
    if (request.method === "OPTIONS") return undefined;
    return gate.check(request, stream.remote.host, context.registry.clock.utc());
  }

  #logRefusal({ method }: RtspRequest, status: StatusCode, reason: string): void {
    const { context, stream } = this.#parts;
    const level = status === 401 ? "debug" : "info";
    context.log[level]("refused", {
      remote: formatAddress(stream.remote),
      method,
      status,
      reason,
    });
  }

  /** Says goodbye to every session, and ends the connection. */
  async goodbye(): Promise<void> {
    for (const session of this.#requests.sessions.values()) {
      await session.close({ isOrderly: true });
    }
    this.end("the gateway is stopping");
  }
}
