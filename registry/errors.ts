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
  | "packaging-failed"
  | "recording-failed"
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

/** The name is none that a stream can have. */
export class InvalidStreamNameError extends RegistryError {
  readonly code = "invalid-name";
  constructor(stream: string, readonly reason: string) {
    super(stream, `Cannot use stream name ${JSON.stringify(stream.slice(0, 80))}: ${reason}`);
  }
}

/** URLs of a module begin like this name. */
export class ReservedNameError extends RegistryError {
  readonly code = "reserved-name";
  constructor(stream: string, readonly segment: string, readonly owner: string) {
    super(stream, `Cannot publish ${stream}: names under ${segment}/ belong to ${owner}`);
  }
}

/** Somebody else publishes the name. */
export class NameTakenError extends RegistryError {
  readonly code = "name-taken";
  /** @param publisher who it is, which the other peer is not told. */
  constructor(stream: string, readonly publisher: string) {
    super(stream, `Cannot publish ${stream}: somebody is publishing it`);
  }
}

/** Nobody publishes the name, and the reader does not wait. */
export class StreamNotFoundError extends RegistryError {
  readonly code = "not-found";
  constructor(stream: string) {
    super(stream, `Cannot read ${stream}: nobody publishes it`);
  }
}

/** The access policy said no; `reason` is told to the peer. */
export class AccessDeniedError extends RegistryError {
  readonly code = "access-denied";
  constructor(stream: string, readonly action: "publish" | "read", readonly reason: string) {
    super(stream, `Cannot ${action} ${stream}: ${reason}`);
  }
}

/** A reader has waited long enough; `lastFailure` is that of the source. */
export class NoPublisherError extends RegistryError {
  readonly code = "no-publisher";
  constructor(stream: string, readonly waitedMs: number, readonly lastFailure?: string) {
    const why = lastFailure === undefined ? "" : ` (${lastFailure})`;
    super(stream, `Cannot read ${stream}: no publisher came within ${waitedMs / 1000} s${why}`);
  }
}

/** A reader took nothing while media waited for it. */
export class ReaderTooSlowError extends RegistryError {
  readonly code = "too-slow";
  constructor(stream: string, readonly stalledMs: number) {
    super(stream, `Cannot go on reading ${stream}: nothing was taken for ${stalledMs / 1000} s`);
  }
}

/** Another publisher took the name over (`overridePublisher`). */
export class PublisherReplacedError extends RegistryError {
  readonly code = "replaced";
  constructor(stream: string, readonly by: string) {
    super(stream, `Cannot go on publishing ${stream}: ${by} took it over`);
  }
}

/** The publication was ended by whoever runs the gateway. */
export class KickedError extends RegistryError {
  readonly code = "kicked";
  constructor(stream: string, readonly reason: string) {
    super(stream, `Cannot go on with ${stream}: ${reason}`);
  }
}

/** A recording cannot be read, or not further: it is damaged, or of a kind that is not known. */
export class RecordingError extends RegistryError {
  readonly code = "recording-failed";
  constructor(stream: string, readonly reason: string) {
    super(stream, `Cannot read ${stream}: ${reason}`);
  }
}

/** The stream could not be put into the form that a reader asked for. */
export class PackagingError extends RegistryError {
  readonly code = "packaging-failed";
  constructor(stream: string, readonly reason: string) {
    super(stream, `Cannot go on reading ${stream}: ${reason}`);
  }
}

/** The registry is full. */
export class TooManyStreamsError extends RegistryError {
  readonly code = "too-many-streams";
  constructor(stream: string, readonly limit: number) {
    super(stream, `Cannot open ${stream}: the limit of ${limit} streams is reached`);
  }
}

/** The gateway stops. */
export class RegistryClosedError extends RegistryError {
  readonly code = "closed";
  constructor(stream: string) {
    super(stream, `Cannot go on with ${stream}: the gateway is stopping`);
  }
}
