/** Why a stream cannot be fetched from, or sent to, another RTSP server. */
export abstract class RtspClientError extends Error {
  /** @param request the method that it is about. */
  constructor(readonly request: string, message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** The server refused a request. */
export class RtspRefusedError extends RtspClientError {
  constructor(request: string, readonly status: number, readonly reason: string) {
    super(request, `Cannot ${request}: the server says ${status} ${reason}`);
  }
}

/** The server answered in a way that leaves nothing to go on with. */
export class RtspAnswerError extends RtspClientError {
  constructor(request: string, readonly reason: string) {
    super(request, `Cannot ${request}: ${reason}`);
  }
}

/** The connection ended, or nothing came in time. */
export class RtspSilenceError extends RtspClientError {
  constructor(request: string, readonly reason: string) {
    super(request, `Cannot ${request}: ${reason}`);
  }
}

/** Everything was answered, but no packet of media came. */
export class RtspNoMediaError extends RtspClientError {
  constructor(readonly waitedMs: number) {
    super("PLAY", `Cannot PLAY: no RTP packet came within ${waitedMs / 1000} s`);
  }
}

/** The stream is elsewhere: followed where it is caught. */
export class RtspRedirectError extends RtspClientError {
  /** @param location as the server wrote it; empty where it names none. */
  constructor(request: string, readonly location: string) {
    super(request, `Cannot ${request}: the server sends the client elsewhere`);
  }
}

/** Servers send the client in circles. */
export class RtspRedirectLimitError extends RtspClientError {
  constructor(readonly limit: number) {
    super("REDIRECT", `Cannot follow the server: it sent the client on more than ${limit} times`);
  }
}

/** What was announced to the server holds no more: it has to be announced anew. */
export class TracksChangedError extends RtspClientError {
  constructor(readonly stream: string) {
    super("RECORD", `Cannot go on with ${stream}: its tracks have changed`);
  }
}
