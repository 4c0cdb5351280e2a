import type { Clock } from "../../../registry/clock.ts";
import { basicCredentials, withoutCredentials } from "../../_http/url.ts";
import type { Transport } from "../../_transport/transport.ts";
import { BodyReader } from "../body_reader.ts";
import type { ByteRange } from "../../_formats/m3u8/playlist.ts";
import { HttpPullError } from "./errors.ts";

/** Time for the head of an answer, connecting included. */
const ANSWER_MS = 10_000;

/** A server that sends nothing for so long has no stream to send, or is gone. */
const SILENCE_MS = 30_000;

/** Redirects in a row: balancers need one or two, and a circle has no end. */
const MAX_REDIRECTS = 5;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What a server has sent. */
export interface HttpReply {
  /** Where it came from in the end: what relative URLs in it are relative to. */
  readonly url: URL;
  /** Media type in lower case, without parameters; empty where there is none. */
  readonly mediaType: string;
  readonly body: BodyReader;
}

/** What an {@linkcode HttpClient} fetches with. */
export interface HttpClientOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Ends everything that is under way. */
  readonly signal: AbortSignal;
}

/** Fetches what belongs to one source, with the user and password in its URL. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #origin: string;
  readonly #authorization: string | undefined;

  constructor(source: URL, options: HttpClientOptions) {
    this.#options = options;
    this.#origin = source.origin;
    this.#authorization = basicCredentials(source);
  }

  /**
   * Fetches `url`, or a part of it.
   *
   * @throws {HttpPullError} the answer is no success. @throws {ConnectError}
   */
  async get(url: URL, range?: ByteRange): Promise<HttpReply> {
    let at = withoutCredentials(url);
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const response = await this.#request(at, range);
      const target = redirectOf(response, at);
      if (target === undefined) return this.#reply(response, at, range);
      response.body?.cancel().catch(() => {});
      at = target;
    }
    throw new HttpPullError(url, `there are more than ${MAX_REDIRECTS} redirects`);
  }

  async #request(url: URL, range: ByteRange | undefined): Promise<Response> {
    const { transport, clock, signal } = this.#options;
    const late = new AbortController();
    const cancel = clock.schedule(ANSWER_MS, () => {
      late.abort(new HttpPullError(url, `there was no answer within ${ANSWER_MS / 1000} s`));
    });
    try {
      return await transport.fetch(
        new Request(url, {
          headers: this.#headers(url, range),
          redirect: "manual",
          signal: AbortSignal.any([signal, late.signal]),
        }),
      );
    } finally {
      cancel();
    }
  }

  /** The password is for the server that it was given for. */
  #headers(url: URL, range: ByteRange | undefined): Headers {
    const headers = new Headers({ "user-agent": "Sluice", accept: "*/*" });
    if (this.#authorization !== undefined && url.origin === this.#origin) {
      headers.set("authorization", this.#authorization);
    }
    if (range !== undefined) {
      headers.set("range", `bytes=${range.offset}-${range.offset + range.length - 1}`);
    }
    return headers;
  }

  #reply(response: Response, url: URL, range: ByteRange | undefined): HttpReply {
    const { status, body, headers } = response;
    if (status !== (range === undefined ? 200 : 206) || body === null) {
      body?.cancel().catch(() => {});
      throw new HttpPullError(url, `the server answers ${status} ${response.statusText}`.trim());
    }
    const mediaType = headers.get("content-type")?.split(";", 1)[0] ?? "";
    return {
      url,
      mediaType: mediaType.trim().toLowerCase(),
      body: new BodyReader(body, { clock: this.#options.clock, silenceMs: SILENCE_MS }),
    };
  }
}

function redirectOf({ status, headers }: Response, base: URL): URL | undefined {
  const location = REDIRECTS.has(status) ? headers.get("location") : null;
  if (location === null || !URL.canParse(location, base)) return undefined;
  const target = withoutCredentials(new URL(location, base));
  return /^https?:$/.test(target.protocol) ? target : undefined;
}
