import type { Cancel } from "../../../registry/clock.ts";
import type { Context } from "../../protocol.ts";
import { type ClientRequest, RtspClient } from "../client.ts";
import { RtspAnswerError, RtspClientError, RtspRefusedError } from "./errors.ts";
import { acceptAnswer, type Lower, makeOffer, type Offer, writeOffer } from "./transport.ts";
import type { HeaderField } from "../fields.ts";
import { parseMethods } from "../headers/method_list.ts";
import { parseSession } from "../headers/session.ts";
import type { RtspResponse } from "../message.ts";
import type { RelayTarget } from "./relay_target.ts";
import type { TrackTransport } from "../transport/track_transport.ts";

/** Of a session whose server tells no other (RFC 2326 section 12.37). */
const DEFAULT_TIMEOUT_S = 60;

/** A keepalive goes out when this part of the timeout has passed; a lost one leaves time for another. */
const KEEPALIVE_SHARE = 2 / 3;

const UNSUPPORTED_TRANSPORT = 461;

/** OPTIONS can be done without. */
const OPTIONS_MS = 5_000;

/** How long a server may take to answer TEARDOWN. */
const FAREWELL_MS = 2_000;

/** A track to set up. */
export interface TrackSetup extends Pick<Offer, "mode" | "group"> {
  readonly trackId: number;
  readonly url: string;
}

/** One session at another server: set up track by track, kept alive, torn down. */
export class ClientSession implements AsyncDisposable {
  readonly client: RtspClient;
  readonly #context: Context;
  /** Whether TCP is as good as what is asked for first. */
  readonly #mayUseTcp: boolean;
  #lower: Lower;
  readonly #transports = new Map<number, TrackTransport>();
  /** For requests about the whole. */
  #url: string;
  #id: string | undefined;
  #timeoutMs = DEFAULT_TIMEOUT_S * 1000;
  #hasGetParameter = false;
  #cancelKeepalive: Cancel = () => {};

  private constructor(
    client: RtspClient,
    context: Context,
    { endpoint, transport }: RelayTarget,
  ) {
    this.client = client;
    this.#context = context;
    this.#mayUseTcp = transport === undefined;
    this.#lower = transport === "http" ? "tcp" : transport ?? "udp";
    this.#url = endpoint.url;
  }

  /**
   * Connects, and asks what the server can do.
   *
   * @throws {ConnectError} @throws {RtspClientError}
   */
  static async open(remote: RelayTarget, context: Context): Promise<ClientSession> {
    const { transport, registry: { clock }, signal } = context;
    const tunnel = remote.transport === "http";
    const client = await RtspClient.connect(remote.endpoint, { transport, clock, signal, tunnel });
    const session = new ClientSession(client, context, remote);
    try {
      await session.#askMethods();
      return session;
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where packets go, by track id. */
  get transports(): ReadonlyMap<number, TrackTransport> {
    return this.#transports;
  }

  /** Names the URL that stands for all tracks; that of the stream where it is never named. */
  useAggregate(url: string): void {
    this.#url = url;
  }

  async #askMethods(): Promise<void> {
    try {
      const { headers } = await this.request("OPTIONS", this.#url, { limitMs: OPTIONS_MS });
      this.#hasGetParameter = parseMethods(...headers.getAll("Public")).has("GET_PARAMETER");
    } catch (error) {
      if (!isHarmless(error)) throw error;
    }
  }

  /** @throws {RtspRefusedError} @throws {RtspRedirectError} @throws {RtspSilenceError} */
  async request(method: string, url: string, request: ClientRequest = {}): Promise<RtspResponse> {
    const response = await this.client.request(method, url, this.#inSession(request));
    const named = response.headers.get("Session");
    // Wowza and others name the session in the first answer only.
    if (named !== undefined && method === "SETUP") {
      const { id, timeout = DEFAULT_TIMEOUT_S } = parseSession(named);
      this.#id ??= id;
      this.#timeoutMs = timeout * 1000;
    }
    return response;
  }

  #inSession(request: ClientRequest): ClientRequest {
    if (this.#id === undefined) return request;
    const session: HeaderField = ["Session", this.#id];
    return { ...request, headers: [session, ...request.headers ?? []] };
  }

  /** A request about all tracks. */
  requestAll(method: string, headers: readonly HeaderField[] = []): Promise<RtspResponse> {
    return this.request(method, this.#url, { headers });
  }

  /**
   * Sets up one track; over TCP as all others, where the first cannot be had over UDP and nobody insists.
   *
   * @throws {RtspClientError} @throws {RtspHeaderError} @throws {ListenError}
   */
  async setup(track: TrackSetup): Promise<TrackTransport> {
    try {
      return await this.#setup(track);
    } catch (error) {
      const isRefused = error instanceof RtspRefusedError && error.status === UNSUPPORTED_TRANSPORT;
      const canChange = this.#mayUseTcp && this.#lower !== "tcp" && this.#transports.size === 0;
      if (!isRefused || !canChange) throw error;
      this.#lower = "tcp";
      return await this.#setup(track);
    }
  }

  async #setup({ trackId, url, mode, group }: TrackSetup): Promise<TrackTransport> {
    const first = this.#transports.size * 2;
    const options = { network: this.#context.transport, stream: this.client.stream };
    const offer = await makeOffer({
      lower: this.#lower,
      channels: { rtp: first, rtcp: first + 1 },
      mode,
      ...(group && { group }),
    }, options);
    try {
      const headers: HeaderField[] = [["Transport", writeOffer(offer)]];
      const response = await this.request("SETUP", url, { headers });
      const answer = response.headers.get("Transport");
      const transport = await acceptAnswer(answer, offer, options);
      this.#transports.set(trackId, transport);
      return transport;
    } catch (error) {
      await offer.ports?.close();
      throw error;
    }
  }

  /** Shows the server from now on, again and again, that somebody is there. */
  keepAlive(): void {
    const { clock } = this.#context.registry;
    this.#cancelKeepalive = clock.schedule(this.#timeoutMs * KEEPALIVE_SHARE, () => {
      this.#showLife();
      this.keepAlive();
    });
  }

  /**
   * Refusals are nothing as long as packets come: some cameras answer 454 or 400 to any keepalive. What
   * is refused is not asked again: several list GET_PARAMETER and have none.
   */
  async #showLife(): Promise<void> {
    try {
      await this.requestAll(this.#hasGetParameter ? "GET_PARAMETER" : "OPTIONS");
    } catch (error) {
      if (error instanceof RtspRefusedError) this.#hasGetParameter = false;
    }
  }

  /**
   * Waits for `work`, unless the connection ends or the wait is aborted first.
   *
   * @param stop aborted with an error that is thrown on.
   * @throws whatever ended the wait.
   */
  async until<T>(work: Promise<T>, stop?: AbortSignal): Promise<T> {
    const { signal } = this.#context;
    const ending = Promise.withResolvers<never>();
    const abort = (event: Event) => {
      if (event.target instanceof AbortSignal) ending.reject(event.target.reason);
    };
    const signals = stop === undefined ? [signal] : [signal, stop];
    for (const one of signals) one.addEventListener("abort", abort, { once: true });
    try {
      for (const one of signals) one.throwIfAborted();
      const ended = this.client.ended.then((reason) => Promise.reject(reason));
      return await Promise.race([work, ended, ending.promise]);
    } finally {
      for (const one of signals) one.removeEventListener("abort", abort);
    }
  }

  /** Says goodbye, waits a moment for the answer, and closes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#cancelKeepalive();
    if (this.#id !== undefined) {
      const request = this.#inSession({ limitMs: FAREWELL_MS });
      await this.client.farewell("TEARDOWN", this.#url, request);
    }
    await this.client.close();
    for (const transport of this.#transports.values()) {
      if (transport.lower === "udp") await transport.ports.close();
    }
  }
}

/** Whether OPTIONS failed in a way that leaves the rest to be tried. */
function isHarmless(error: unknown): boolean {
  if (error instanceof RtspRefusedError) return error.status !== 401;
  return error instanceof RtspClientError && !(error instanceof RtspAnswerError);
}
