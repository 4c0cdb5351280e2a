/** Anything that a peer did against the protocol, or asked for in a state that does not allow it. */
export class RtmpError extends Error {
  override readonly name: string = "RtmpError";
}

/** What a connection that is no RTMP handshake looks like instead. */
export type HandshakeFailure = "version" | "encrypted" | "http" | "tls";

/** The first byte is not that of an RTMP handshake. */
export class RtmpHandshakeError extends RtmpError {
  override readonly name = "RtmpHandshakeError";

  constructor(
    reason: string,
    readonly failure: HandshakeFailure,
    /** The byte that stood where the version belongs. */
    readonly version: number,
  ) {
    super(`Cannot parse RTMP handshake: ${reason}`);
  }
}

/** The chunk stream is broken or over a limit; nothing after it can be read. */
export class RtmpChunkError extends RtmpError {
  override readonly name = "RtmpChunkError";

  constructor(
    reason: string,
    /** Bytes of the chunk stream before the chunk at fault. */
    readonly offset: number,
    /** The limit that was passed, where it is about one. */
    readonly limit?: number,
  ) {
    super(`Cannot parse RTMP chunk at byte ${offset}: ${reason}`);
  }
}

/** The payload of one message is broken; the chunk stream itself goes on. */
export class RtmpMessageError extends RtmpError {
  override readonly name = "RtmpMessageError";

  constructor(
    /** What could not be parsed: `Set Chunk Size`, `command`, ... */
    readonly subject: string,
    reason: string,
    /** Offset in the payload. */
    readonly offset: number,
    readonly limit?: number,
  ) {
    super(`Cannot parse RTMP ${subject}: ${reason}`);
  }
}

/** A URL that names no RTMP stream. */
export class RtmpUrlError extends RtmpError {
  override readonly name = "RtmpUrlError";

  constructor(reason: string, readonly field: "protocol" | "hostname" | "pathname") {
    super(`Cannot parse RTMP URL: ${reason}`);
  }
}

/** A request that the present state does not allow. */
export class RtmpStateError extends RtmpError {
  override readonly name = "RtmpStateError";

  constructor(readonly state: string, readonly edge: string) {
    super(`Cannot ${edge}: the state is ${state}`);
  }
}
