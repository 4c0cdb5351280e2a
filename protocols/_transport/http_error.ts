import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A request that is answered with an error status. The message is told to the client. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  constructor(
    readonly status: ContentfulStatusCode,
    /** Stable word for programs: `method-not-allowed`. */
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}
