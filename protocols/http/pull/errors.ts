/** A stream could not be fetched, or not any further. */
export class HttpPullError extends Error {
  override readonly name = "HttpPullError";
  constructor(url: URL, readonly reason: string) {
    super(`Cannot fetch ${withoutSecrets(url)}: ${reason}`);
  }
}

/** A URL for people: without user, password and query. */
function withoutSecrets({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}
