import { withoutSecrets } from "../../_http/url.ts";

/** A stream could not be fetched, or not any further. */
export class HttpPullError extends Error {
  override readonly name = "HttpPullError";
  constructor(url: URL, readonly reason: string) {
    super(`Cannot fetch ${withoutSecrets(url)}: ${reason}`);
  }
}
