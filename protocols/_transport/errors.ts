/** A local address could not be listened on. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  constructor(readonly host: string, readonly port: number, readonly reason: string) {
    super(`Cannot listen on ${host}:${port}: ${reason}`);
  }
}

/** A remote address could not be connected to. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
  constructor(readonly host: string, readonly port: number, readonly reason: string) {
    super(`Cannot connect to ${host}:${port}: ${reason}`);
  }
}

/** The connection was closed, by whichever side, while it was being used. */
export class ConnectionClosedError extends Error {
  override readonly name = "ConnectionClosedError";
  constructor(readonly remote: string) {
    super(`Cannot go on with ${remote}: the connection is closed`);
  }
}

/** More was queued for a peer than it may owe. */
export class WriteQueueOverflowError extends Error {
  override readonly name = "WriteQueueOverflowError";
  constructor(readonly remote: string, readonly limit: number) {
    super(`Cannot write to ${remote}: it has ${limit} bytes or more yet to read`);
  }
}
