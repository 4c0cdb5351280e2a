import type { HeaderField } from "./fields.ts";
import type { StatusCode } from "./status.ts";

/** What a peer did against the protocol, or asked for and cannot have. Knows its answer. */
export abstract class RtspError extends Error {
  /** The status that a request is answered with. */
  abstract readonly status: StatusCode;

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }

  /** Header fields that the answer carries beside `CSeq`. */
  get replyHeaders(): readonly HeaderField[] {
    return [];
  }
}

/** Statuses of what can be wrong with the bytes of a message. */
export type MessageFaultStatus = 400 | 413 | 414 | 431 | 505;

export interface MessageFault {
  /** Bytes of the connection before the line at fault. */
  readonly offset: number;
  /** The limit that was passed, where it is about one. */
  readonly limit?: number;
  /** Of the message at fault, where it was read before the fault. */
  readonly cseq?: string;
}

/** The byte stream is broken or over a limit; nothing after it can be read. */
export class RtspMessageError extends RtspError {
  readonly offset: number;
  readonly limit: number | undefined;
  readonly cseq: string | undefined;

  constructor(reason: string, override readonly status: MessageFaultStatus, fault: MessageFault) {
    super(`Cannot parse RTSP message at byte ${fault.offset}: ${reason}`);
    this.offset = fault.offset;
    this.limit = fault.limit;
    this.cseq = fault.cseq;
  }
}

/** The value of one header field cannot be read. */
export class RtspHeaderError extends RtspError {
  override readonly status = 400;

  constructor(readonly header: string, reason: string) {
    super(`Cannot parse ${header} header: ${reason}`);
  }
}

export type RtspUrlField = "scheme" | "host" | "port" | "path" | "fragment";

/** A URL that names nothing RTSP can serve or fetch. */
export class RtspUrlError extends RtspError {
  override readonly status = 400;

  constructor(reason: string, readonly field: RtspUrlField) {
    super(`Cannot parse RTSP URL: ${reason}`);
  }
}

/** The upstream half of an RTSP-over-HTTP tunnel is no base64. */
export class RtspTunnelError extends RtspError {
  override readonly status = 400;

  constructor(reason: string, readonly offset: number) {
    super(`Cannot decode RTSP-over-HTTP at byte ${offset}: ${reason}`);
  }
}

/** A request that the present state does not allow. */
export class RtspStateError extends RtspError {
  override readonly status = 455;

  constructor(readonly state: string, readonly edge: string) {
    super(`Cannot ${edge}: the state is ${state}`);
  }
}

/** The sender did not show who it is, or not well enough. */
export class UnauthorizedError extends RtspError {
  override readonly status = 401;

  /** @param challenges values of `WWW-Authenticate`, one field each. */
  constructor(readonly reason: string, readonly challenges: readonly string[]) {
    super(`Cannot authorize the request: ${reason}`);
  }

  override get replyHeaders(): readonly HeaderField[] {
    return this.challenges.map((challenge) => ["WWW-Authenticate", challenge]);
  }
}

/** A method of RTSP that this resource does not take. */
export class MethodNotAllowedError extends RtspError {
  override readonly status = 405;

  constructor(readonly method: string, readonly allowed: readonly string[]) {
    super(`Cannot ${method} here: allowed are ${allowed.join(", ")}`);
  }

  override get replyHeaders(): readonly HeaderField[] {
    return [["Allow", this.allowed.join(", ")]];
  }
}

/** A method that is not known at all. */
export class MethodNotImplementedError extends RtspError {
  override readonly status = 501;

  constructor(readonly method: string, readonly known: readonly string[]) {
    super(`Cannot ${method}: the method is not implemented`);
  }

  override get replyHeaders(): readonly HeaderField[] {
    return [["Public", this.known.join(", ")]];
  }
}

/** The client takes none of the formats that a description can have. */
export class NotAcceptableError extends RtspError {
  override readonly status = 406;

  constructor(readonly accept: string) {
    super(`Cannot describe: the client accepts ${accept}, not application/sdp`);
  }
}

/** The body of ANNOUNCE is no session description that can be carried. */
export class UnsupportedMediaError extends RtspError {
  override readonly status = 415;

  constructor(reason: string) {
    super(`Cannot take the description: ${reason}`);
  }

  override get replyHeaders(): readonly HeaderField[] {
    return [["Accept", "application/sdp"]];
  }
}

/** GET_PARAMETER or SET_PARAMETER of names that mean nothing here. */
export class ParameterNotUnderstoodError extends RtspError {
  override readonly status = 451;

  constructor(readonly parameters: readonly string[]) {
    super(`Cannot understand the parameters ${parameters.join(", ")}`);
  }
}

/** No room for one more, for this client. */
export class NotEnoughBandwidthError extends RtspError {
  override readonly status = 453;

  constructor(reason: string) {
    super(`Cannot serve one more: ${reason}`);
  }
}

/** No session of that id, or one of another connection or identity. */
export class SessionNotFoundError extends RtspError {
  override readonly status = 454;

  constructor(readonly session: string | undefined) {
    super(session === undefined ? "Cannot go on: no session is named" : "Cannot find the session");
  }
}

/** The stream has no such track. */
export class TrackNotFoundError extends RtspError {
  override readonly status = 404;

  constructor(readonly url: string) {
    super(`Cannot find the track of ${url}`);
  }
}

/** A header field that asks of the resource what it cannot do. */
export class HeaderNotValidError extends RtspError {
  override readonly status = 456;

  constructor(readonly header: string, reason: string) {
    super(`Cannot follow the ${header} header: ${reason}`);
  }
}

/** A range that is none of this resource. */
export class InvalidRangeError extends RtspError {
  override readonly status = 457;

  constructor(reason: string) {
    super(`Cannot go to the range: ${reason}`);
  }
}

/** Times that the resource does not have (RFC 7826 section 17.4.20, which names the header). */
export class TimeFormatError extends RtspError {
  override readonly status = 456;

  constructor(readonly format: string) {
    super(`Cannot follow the Range header: there are no ${format} times here`);
  }

  override get replyHeaders(): readonly HeaderField[] {
    return [["Accept-Ranges", "npt"]];
  }
}

/** A request for the whole presentation that only a track can take. */
export class AggregateNotAllowedError extends RtspError {
  override readonly status = 459;

  constructor(readonly method: string) {
    super(`Cannot ${method} the whole stream: the URL names no track`);
  }
}

/** A request for one track that only the whole presentation can take. */
export class OnlyAggregateAllowedError extends RtspError {
  override readonly status = 460;

  constructor(readonly method: string) {
    super(`Cannot ${method} one track: the session has others`);
  }
}

/** None of the transports that a client offers can be used. */
export class UnsupportedTransportError extends RtspError {
  override readonly status = 461;

  constructor(readonly reason: string) {
    super(`Cannot set up the transport: ${reason}`);
  }
}

/** A track goes on in another codec than its receiver was told. */
export class FormatChangedError extends RtspError {
  override readonly status = 415;

  constructor(readonly from: string, readonly to: string) {
    super(`Cannot go on: the track changed from ${from} to ${to}`);
  }
}

/** The server is over a limit of its own, or stopping. */
export class ServiceUnavailableError extends RtspError {
  override readonly status = 503;

  constructor(reason: string) {
    super(`Cannot serve now: ${reason}`);
  }
}

/** A version of RTSP that is read, but not spoken: clients go on in version 1.0. */
export class VersionNotSupportedError extends RtspError {
  override readonly status = 505;

  constructor(readonly version: string) {
    super(`Cannot speak RTSP/${version}: only 1.0 is supported`);
  }
}

/** `Require` names options that are not supported (RFC 2326 section 12.32). */
export class OptionNotSupportedError extends RtspError {
  override readonly status = 551;

  constructor(readonly options: readonly string[]) {
    super(`Cannot support the options ${options.join(", ")}`);
  }

  override get replyHeaders(): readonly HeaderField[] {
    return [["Unsupported", this.options.join(", ")]];
  }
}
