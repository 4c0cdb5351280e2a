import type { Clock } from "../../registry/clock.ts";
import { type ByteStream, ConnectionStream } from "../_transport/byte_stream.ts";
import type { Transport } from "../_transport/transport.ts";
import { RequestSigner } from "./client/auth.ts";
import {
  RtspAnswerError,
  RtspRedirectError,
  RtspRefusedError,
  RtspSilenceError,
} from "./client/errors.ts";
import { openTunnel } from "./client/tunnel.ts";
import type { HeaderField } from "./fields.ts";
import { writeMethods } from "./headers/method_list.ts";
import { type RtspRequest, type RtspResponse, writeRequest, writeResponse } from "./message.ts";
import { type RtspInput, RtspMessageReader } from "./message/message_reader.ts";
import type { RtspEndpoint } from "./url.ts";

/** Time for a connection to open. */
const CONNECT_MS = 10_000;

/** Time for each answer: servers make DESCRIBE wait some 10 s for a publisher. */
const ANSWER_MS = 15_000;

/** Times that a request is sent: without a signature, with one, and with one of a fresh nonce. */
const MAX_SENDS = 3;

/** What cameras look at to tell a player from a browser. */
const USER_AGENT = "Sluice";

/** Requests that a server may send and that change nothing here. */
const HARMLESS = ["OPTIONS", "ANNOUNCE", "GET_PARAMETER", "SET_PARAMETER", "PLAY_NOTIFY"];
const ANSWERED = [...HARMLESS, "REDIRECT", "TEARDOWN"];

export interface RtspClientOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Ends every wait. The connection stays, for a goodbye, until `close`. */
  readonly signal: AbortSignal;
  /** Whether to go through HTTP. */
  readonly tunnel: boolean;
}

export interface ClientRequest {
  readonly headers?: readonly HeaderField[];
  readonly body?: Uint8Array;
  /** Milliseconds that the answer may take. */
  readonly limitMs?: number;
}

/** Takes an interleaved frame, which it owns. */
export type FrameHandler = (channel: number, payload: Uint8Array) => void;

/** Bytes of a server and what makes messages of them. */
interface Link {
  readonly stream: ByteStream;
  readonly reader: RtspMessageReader;
  readonly early: readonly RtspInput[];
}

/** The client's side of one RTSP connection, or of one tunnel. */
export class RtspClient {
  readonly stream: ByteStream;
  /** Why the connection ended. Never rejects. */
  readonly ended: Promise<unknown>;
  readonly #reader: RtspMessageReader;
  readonly #options: RtspClientOptions;
  readonly #signer: RequestSigner;
  readonly #pending = new Map<number, PromiseWithResolvers<RtspResponse>>();
  readonly #abort = () => this.#rejectPending(this.#options.signal.reason);
  #cseq = 0;
  #isOver = false;
  #onFrame: FrameHandler = () => {};

  private constructor(
    { stream, reader, early }: Link,
    signer: RequestSigner,
    options: RtspClientOptions,
  ) {
    this.stream = stream;
    this.#reader = reader;
    this.#signer = signer;
    this.#options = options;
    options.signal.addEventListener("abort", this.#abort, { once: true });
    this.ended = this.#run(early);
  }

  /**
   * Connects to a server.
   *
   * @throws {ConnectError} @throws {RtspClientError} no tunnel can be had.
   */
  static async connect(endpoint: RtspEndpoint, options: RtspClientOptions): Promise<RtspClient> {
    const link = await openLink(endpoint, options);
    return new RtspClient(link, new RequestSigner(endpoint.credentials), options);
  }

  /** Hands interleaved frames to `handler` from now on. Those before were dropped. */
  listen(handler: FrameHandler): void {
    this.#onFrame = handler;
  }

  /**
   * Sends a request, signed where the server asks for that, and waits for a good answer.
   *
   * @throws {RtspRefusedError} @throws {RtspRedirectError} @throws {RtspSilenceError}
   */
  async request(method: string, url: string, request: ClientRequest = {}): Promise<RtspResponse> {
    const { signal } = this.#options;
    for (let sends = 1;; sends++) {
      signal.throwIfAborted();
      const response = await this.#exchange(method, url, request);
      if (response.status !== 401) {
        this.#signer.accepted();
        return goodAnswer(method, response);
      }
      const challenges = response.headers.getAll("WWW-Authenticate");
      if (sends === MAX_SENDS || !this.#signer.challenged(challenges)) {
        throw new RtspRefusedError(method, 401, response.reason);
      }
    }
  }

  /** Sends a last request, also after the signal was aborted, and waits for whatever answer. */
  async farewell(method: string, url: string, request: ClientRequest): Promise<void> {
    try {
      await this.#exchange(method, url, request);
    } catch {
      // It was said; a server that does not answer has gone, or will let go by itself.
    }
  }

  async #exchange(
    method: string,
    url: string,
    { headers = [], body, limitMs = ANSWER_MS }: ClientRequest,
  ): Promise<RtspResponse> {
    if (this.#isOver) throw new RtspSilenceError(method, "the connection has ended");
    const cseq = ++this.#cseq;
    const authorization = this.#signer.sign(method, url);
    const answer = Promise.withResolvers<RtspResponse>();
    const cancel = this.#options.clock.schedule(limitMs, () => {
      answer.reject(new RtspSilenceError(method, `no answer came within ${limitMs / 1000} s`));
    });
    this.#pending.set(cseq, answer);
    this.stream.post(writeRequest({
      method,
      url,
      headers: [
        ["CSeq", String(cseq)],
        ["User-Agent", USER_AGENT],
        ...authorization === undefined ? [] : [["Authorization", authorization] as const],
        ...headers,
      ],
      ...(body && { body }),
    }));
    try {
      return await answer.promise;
    } finally {
      cancel();
      this.#pending.delete(cseq);
    }
  }

  async #run(early: readonly RtspInput[]): Promise<unknown> {
    let reason: unknown;
    try {
      reason = await this.#read(early);
    } catch (error) {
      reason = error;
    }
    this.#isOver = true;
    this.#rejectPending(reason);
    await this.stream.closeWhenSent();
    return reason;
  }

  /** Reads until the connection, or what can be done with it, ends; gives why. */
  async #read(early: readonly RtspInput[]): Promise<unknown> {
    for (let inputs = early;;) {
      for (const input of inputs) {
        const reason = this.#take(input);
        if (reason !== undefined) return reason;
      }
      const bytes = await this.stream.read();
      if (bytes === undefined) {
        return new RtspSilenceError("go on", "the server closed the connection");
      }
      inputs = this.#reader.feed(bytes);
    }
  }

  /** @returns why the connection cannot go on, if so. */
  #take(input: RtspInput): Error | undefined {
    switch (input.type) {
      case "interleaved":
        this.#onFrame(input.channel, input.payload);
        return undefined;
      case "response":
        this.#settle(input);
        return undefined;
      case "request":
        return this.#answer(input);
      case "fault":
        return input.error;
      default:
        return new RtspAnswerError("go on", "the server speaks HTTP");
    }
  }

  /** Answers may come in another order. Some cameras leave CSeq out: then it is the first that waits. */
  #settle(response: RtspResponse): void {
    if (response.status < 200) return;
    const written = response.headers.get("CSeq");
    const [first] = this.#pending.keys();
    const cseq = written === undefined ? first : Number(written);
    this.#pending.get(cseq ?? 0)?.resolve(response);
  }

  #answer({ method, headers }: RtspRequest): Error | undefined {
    const echoed = ["CSeq", "Session"].flatMap((name): HeaderField[] => {
      const value = headers.get(name);
      return value === undefined ? [] : [[name, value]];
    });
    const status = ANSWERED.includes(method) ? 200 : 501;
    const allowed: HeaderField[] = method === "OPTIONS" || status === 501
      ? [["Public", writeMethods(ANSWERED)]]
      : [];
    this.stream.post(writeResponse({ status, headers: [...echoed, ...allowed] }));
    if (method === "REDIRECT") return new RtspRedirectError("go on", headers.get("Location") ?? "");
    if (method === "TEARDOWN") return new RtspSilenceError("go on", "the server ended the session");
    return undefined;
  }

  #rejectPending(reason: unknown): void {
    for (const { reject } of this.#pending.values()) reject(reason);
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    this.#options.signal.removeEventListener("abort", this.#abort);
    this.stream.close();
    await this.ended;
  }
}

function goodAnswer(method: string, response: RtspResponse): RtspResponse {
  const { status, reason, headers } = response;
  if (status < 300) return response;
  const location = headers.get("Location");
  if (status < 400 && location !== undefined) throw new RtspRedirectError(method, location);
  throw new RtspRefusedError(method, status, reason);
}

async function openLink(endpoint: RtspEndpoint, options: RtspClientOptions): Promise<Link> {
  const open: ByteStream[] = [];
  const close = () => open.forEach((stream) => stream.close());
  const { clock, signal, transport, tunnel } = options;
  const { host, port, tls } = endpoint;
  const connect = async () => {
    const connection = await transport.connect({ host, port, tls, signal, timeoutMs: CONNECT_MS });
    const stream = new ConnectionStream(connection, clock);
    open.push(stream);
    if (signal.aborted) stream.close();
    return stream;
  };
  const cancel = clock.schedule(tunnel ? ANSWER_MS : CONNECT_MS, close);
  signal.addEventListener("abort", close, { once: true });
  try {
    if (tunnel) return await openTunnel(endpoint, connect);
    return { stream: await connect(), reader: new RtspMessageReader(), early: [] };
  } catch (error) {
    close();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
    cancel();
  }
}
