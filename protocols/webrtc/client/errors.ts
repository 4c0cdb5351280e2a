import { withoutSecrets } from "../../_http/url.ts";

/** A session with another server could not be opened over WHIP or WHEP. */
export class WhipClientError extends Error {
  override readonly name = "WhipClientError";

  /** @param status of the answer, where the server has refused. */
  constructor(readonly url: URL, readonly reason: string, readonly status?: number) {
    super(`Cannot POST ${withoutSecrets(url)}: ${reason}`);
  }
}
