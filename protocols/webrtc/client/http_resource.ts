import type { Clock } from "../../../registry/clock.ts";
import { withoutCredentials } from "../../_http/url.ts";
import { joinBytes } from "../../_transport/join.ts";
import type { Transport } from "../../_transport/transport.ts";
import { WhipClientError } from "./errors.ts";
import type { WhipTarget } from "./target.ts";

/** Time for an answer, whole: a server has to gather its candidates first. */
export const ANSWER_MS = 10_000;

/** Time for goodbye, which a gateway that stops waits for. */
const GOODBYE_MS = 2_000;

/** As much as an offer may have: see `MAX_OFFER_BYTES`. */
export const MAX_ANSWER_BYTES = 64 * 1024;

/** What is shown of the reason that a server gives. */
const MAX_REASON_CHARACTERS = 200;

/** Servers that an offer may be handed through. */
const MAX_REDIRECTS = 5;

/** Those that keep the method: RFC 9725 section 4.5, and RFC 9110 section 15.4.9. */
const REDIRECTS: ReadonlySet<number> = new Set([307, 308]);

/** 201, and 200 from servers that are older than the specification. */
const SUCCESSES: ReadonlySet<number> = new Set([200, 201]);

/** What a {@linkcode HttpResource} asks with. */
export interface ResourceParts {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Ends the opening; an open session is ended by `close`. */
  readonly signal: AbortSignal;
}

/** A session on another server, opened by an offer over WHIP or WHEP. */
export class HttpResource {
  /** Session description that answers the offer. */
  readonly answer: string;
  readonly #parts: ResourceParts;
  readonly #target: WhipTarget;
  /** Absent where the server has told none: it will notice by itself that we have gone. */
  readonly #location: URL | undefined;

  private constructor(
    parts: ResourceParts,
    target: WhipTarget,
    { answer, location }: { readonly answer: string; readonly location: URL | undefined },
  ) {
    this.#parts = parts;
    this.#target = target;
    this.#location = location;
    this.answer = answer;
  }

  /**
   * Offers `sdp`, and follows the server where it sends the offer to.
   *
   * @throws {WhipClientError} @throws {ConnectError} and the reason of the signal.
   */
  static async open(target: WhipTarget, sdp: string, parts: ResourceParts): Promise<HttpResource> {
    const { clock, signal } = parts;
    const late = new AbortController();
    const cancel = clock.schedule(ANSWER_MS, () => {
      const reason = `there was no answer within ${ANSWER_MS / 1000} s`;
      late.abort(new WhipClientError(target.endpoint, reason));
    });
    try {
      const either = AbortSignal.any([signal, late.signal]);
      const [response, url] = await post(target, sdp, { ...parts, signal: either });
      const answer = await readText(response, url, either);
      if (!SUCCESSES.has(response.status)) throw refused(response, url, answer);
      if (answer.trim() === "") {
        throw new WhipClientError(url, "the answer is empty", response.status);
      }
      return new HttpResource(parts, target, { answer, location: locationOf(response, url) });
    } finally {
      cancel();
    }
  }

  /** Ends the session there. Whether that has reached the server or not, it is over here. */
  async close(): Promise<void> {
    if (this.#location === undefined) return;
    const { transport, clock } = this.#parts;
    const late = new AbortController();
    const cancel = clock.schedule(GOODBYE_MS, () => late.abort());
    try {
      const headers = headersFor(this.#target, this.#location);
      const request = {
        method: "DELETE",
        headers,
        redirect: "manual",
        signal: late.signal,
      } as const;
      const response = await transport.fetch(new Request(this.#location, request));
      await response.body?.cancel();
    } catch {
      // The server has gone, or will notice by itself.
    } finally {
      cancel();
    }
  }
}

/** Gives what is no redirect any more, and where it came from. */
async function post(
  target: WhipTarget,
  sdp: string,
  { transport, signal }: ResourceParts,
): Promise<readonly [Response, URL]> {
  let url = target.endpoint;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const headers = headersFor(target, url);
    headers.set("content-type", "application/sdp");
    headers.set("accept", "application/sdp, text/plain;q=0.5");
    const response = await transport.fetch(
      new Request(url, { method: "POST", headers, body: sdp, redirect: "manual", signal }),
    );
    const next = REDIRECTS.has(response.status) ? locationOf(response, url) : undefined;
    if (next === undefined) return [response, url];
    await response.body?.cancel();
    url = next;
  }
  throw new WhipClientError(target.endpoint, `there are more than ${MAX_REDIRECTS} redirects`);
}

/** Credentials are for the server that they were given for. */
function headersFor({ endpoint, authorization }: WhipTarget, url: URL): Headers {
  const headers = new Headers({ "user-agent": "Sluice" });
  if (authorization !== undefined && url.origin === endpoint.origin) {
    headers.set("authorization", authorization);
  }
  return headers;
}

function locationOf({ headers }: Response, base: URL): URL | undefined {
  const location = headers.get("location");
  if (location === null || !URL.canParse(location, base)) return undefined;
  const url = new URL(location, base);
  return /^https?:$/.test(url.protocol) ? withoutCredentials(url) : undefined;
}

function refused({ status, statusText }: Response, url: URL, body: string): WhipClientError {
  const [line = ""] = body.trim().split(/[\r\n]/, 1);
  const said = line === "" ? "" : ` (${line.slice(0, MAX_REASON_CHARACTERS)})`;
  const answer = `${status} ${statusText}`.trim();
  return new WhipClientError(url, `the server answers ${answer}${said}`, status);
}

/** @throws {WhipClientError} it is too long, or the connection was lost. */
async function readText(response: Response, url: URL, signal: AbortSignal): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    const pieces: Uint8Array[] = [];
    for (let size = 0;;) {
      const { value } = await reader.read().catch(() => {
        throw new WhipClientError(url, "the connection was lost", response.status);
      });
      signal.throwIfAborted();
      if (value === undefined) return new TextDecoder().decode(joinBytes(pieces));
      size += value.byteLength;
      if (size > MAX_ANSWER_BYTES) {
        stop();
        const reason = `the answer is larger than ${MAX_ANSWER_BYTES} bytes`;
        throw new WhipClientError(url, reason, response.status);
      }
      pieces.push(value);
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
