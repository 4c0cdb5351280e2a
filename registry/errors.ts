/** What the registry can refuse or end. `code` is stable: modules map it to their protocol's words. */
export type RegistryErrorCode =
  | "invalid-name"
  | "reserved-name"
  | "name-taken"
  | "not-found"
  | "access-denied"
  | "no-publisher"
  | "too-slow"
  | "replaced"
  | "kicked"
  | "too-many-streams"
  | "closed";

/** Base of every error that the registry throws or ends a session with. */
export abstract class RegistryError extends Error {
  abstract readonly code: RegistryErrorCode;

  constructor(readonly stream: string, message: string) {
    super(message);
    this.name = new.target.name;
  }
}

export class InvalidStreamNameError extends RegistryError {
  readonly code = "invalid-name";
  constructor(stream: string, readonly reason: string) {
    super(stream, `Cannot use stream name ${JSON.stringify(stream.slice(0, 80))}: ${reason}`);
  }
}

export class ReservedNameError extends RegistryError {
  readonly code = "reserved-name";
  constructor(stream: string, readonly segment: string, readonly owner: string) {
    super(stream, `Cannot publish ${stream}: names under ${segment}/ belong to ${owner}`);
  }
}

export class NameTakenError extends RegistryError {
  readonly code = "name-taken";
  constructor(stream: string, readonly publisher: string) {
    super(stream, `Cannot publish ${stream}: ${publisher} is publishing it`);
  }
}

export class StreamNotFoundError extends RegistryError {
  readonly code = "not-found";
  constructor(stream: string) {
    super(stream, `Cannot read ${stream}: nobody publishes it`);
  }
}

export class AccessDeniedError extends RegistryError {
  readonly code = "access-denied";
  constructor(stream: string, readonly action: "publish" | "read", readonly reason: string) {
    super(stream, `Cannot ${action} ${stream}: ${reason}`);
  }
}

export class NoPublisherError extends RegistryError {
  readonly code = "no-publisher";
  constructor(stream: string, readonly waitedMs: number, readonly lastFailure?: string) {
    const why = lastFailure === undefined ? "" : ` (${lastFailure})`;
    super(stream, `Cannot read ${stream}: no publisher came within ${waitedMs / 1000} s${why}`);
  }
}

export class ReaderTooSlowError extends RegistryError {
  readonly code = "too-slow";
  constructor(stream: string, readonly stalledMs: number) {
    super(stream, `Cannot go on reading ${stream}: nothing was taken for ${stalledMs / 1000} s`);
  }
}

export class PublisherReplacedError extends RegistryError {
  readonly code = "replaced";
  constructor(stream: string, readonly by: string) {
    super(stream, `Cannot go on publishing ${stream}: ${by} took it over`);
  }
}

export class KickedError extends RegistryError {
  readonly code = "kicked";
  constructor(stream: string, readonly reason: string) {
    super(stream, `Cannot go on with ${stream}: ${reason}`);
  }
}

export class TooManyStreamsError extends RegistryError {
  readonly code = "too-many-streams";
  constructor(stream: string, readonly limit: number) {
    super(stream, `Cannot open ${stream}: the limit of ${limit} streams is reached`);
  }
}

export class RegistryClosedError extends RegistryError {
  readonly code = "closed";
  constructor(stream: string) {
    super(stream, `Cannot go on with ${stream}: the gateway is stopping`);
  }
}
