import type { Clock } from "../../registry/clock.ts";
import type { AmfValue } from "../_formats/amf/value.ts";
import type { Transport } from "../_transport/transport.ts";
import { encodeCommand, parseCommand, type RtmpCommand } from "./command.ts";
import { OWN_CAPABILITIES } from "./enhanced.ts";
import { RtmpError } from "./errors.ts";
import { isMedia } from "./ingest.ts";
import { ACK_WINDOW, OUT_CHUNK_SIZE, type Received, RtmpLink } from "./link.ts";
import { MESSAGE_TYPE, type RtmpMessage } from "./message.ts";
import { readStatus } from "./status.ts";
import type { RtmpTarget } from "./url.ts";

/** Time for each step until media flows: connecting, handshake and every answer. */
const ANSWER_MS = 10_000;

/** Messages that are kept while an answer is waited for: some seconds of media. */
const MAX_EARLY = 1024;

/** What Flash Player 10 calls itself: some servers look for a version that knows H.264. */
const FLASH_VERSION = "FMLE/3.0 (compatible; Sluice)";

/** The server refused, or ended, what was asked of it. */
export class RtmpRefusedError extends RtmpError {
  override readonly name = "RtmpRefusedError";
  constructor(readonly request: string, readonly code: string, description: string) {
    super(`Cannot ${request}: the server says ${code}${description && `, ${description}`}`);
  }
}

/** The connection ended, or nothing came in time. */
export class RtmpSilenceError extends RtmpError {
  override readonly name = "RtmpSilenceError";
}

export interface RtmpClientOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The client's side of one RTMP connection with one message stream. */
export class RtmpClient {
  readonly link: RtmpLink;
  readonly #target: RtmpTarget;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #close = () => this.link.close();
  #transaction = 0;
  #streamId = 0;
  /** What came before, or together with, the answer that was waited for. */
  #early: RtmpMessage[] = [];

  private constructor(link: RtmpLink, target: RtmpTarget, options: RtmpClientOptions) {
    this.link = link;
    this.#target = target;
    this.#clock = options.clock;
    this.#signal = options.signal;
    options.signal.addEventListener("abort", this.#close, { once: true });
  }

  /**
   * Connects to the application of `target`.
   *
   * @throws {ConnectError} @throws {RtmpHandshakeError} @throws {RtmpRefusedError}
   * @throws {RtmpSilenceError}
   */
  static async connect(target: RtmpTarget, options: RtmpClientOptions): Promise<RtmpClient> {
    const { host, port, tls } = target;
    const { transport, clock, signal } = options;
    const connection = await transport.connect({ host, port, tls, signal, timeoutMs: ANSWER_MS });
    const close = () => connection.close();
    const cancel = clock.schedule(ANSWER_MS, close);
    signal.addEventListener("abort", close, { once: true });
    if (signal.aborted) close();
    try {
      const link = await RtmpLink.open(connection, clock);
      if (link === undefined) {
        throw new RtmpSilenceError(`Cannot connect to ${host}:${port}: it ended the handshake`);
      }
      const client = new RtmpClient(link, target, options);
      await client.#connectApp();
      return client;
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", close);
      cancel();
    }
  }

  async #connectApp(): Promise<void> {
    const { app, tcUrl } = this.#target;
    this.link.control(
      { kind: "windowAckSize", size: ACK_WINDOW },
      { kind: "setChunkSize", size: OUT_CHUNK_SIZE },
    );
    await this.#call("connect", [], {
      app,
      tcUrl,
      type: "nonprivate",
      flashVer: FLASH_VERSION,
      objectEncoding: 0,
      ...OWN_CAPABILITIES,
    });
  }

  get streamId(): number {
    return this.#streamId;
  }

  /** Makes the server send the stream of the target. @throws {RtmpRefusedError} */
  async play(): Promise<void> {
    const { streamKey } = this.#target;
    await this.#createStream();
    this.link.post(encodeCommand(call("play", [streamKey, -2]), this.#streamId));
    this.link.control({ kind: "setBufferLength", streamId: this.#streamId, milliseconds: 1000 });
    await this.#status(`play ${streamKey}`, "NetStream.Play.Start");
  }

  /** Makes the server take a stream under the name of the target. @throws {RtmpRefusedError} */
  async publish(): Promise<void> {
    const { streamKey } = this.#target;
    this.link.post(
      encodeCommand({ ...call("releaseStream", [streamKey]), transactionId: ++this.#transaction }),
      encodeCommand({ ...call("FCPublish", [streamKey]), transactionId: ++this.#transaction }),
    );
    await this.#createStream();
    this.link.post(encodeCommand(call("publish", [streamKey, "live"]), this.#streamId));
    await this.#status(`publish ${streamKey}`, "NetStream.Publish.Start");
  }

  /** Ends the publishing in good order. */
  unpublish(): void {
    this.link.post(
      encodeCommand(call("FCUnpublish", [this.#target.streamKey])),
      encodeCommand(call("deleteStream", [this.#streamId])),
    );
  }

  async #createStream(): Promise<void> {
    const [id] = await this.#call("createStream", []);
    if (typeof id !== "number") {
      throw new RtmpRefusedError("createStream", "nothing", "its result has no stream id");
    }
    this.#streamId = id;
  }

  /** Calls a command and waits for its result. */
  async #call(
    name: string,
    args: readonly AmfValue[],
    commandObject: RtmpCommand["commandObject"] = null,
  ): Promise<readonly AmfValue[]> {
    const transactionId = ++this.#transaction;
    this.link.post(encodeCommand({ name, transactionId, commandObject, args }));
    const answer = await this.#await(
      name,
      (command) =>
        (command.name === "_result" || command.name === "_error") &&
        command.transactionId === transactionId,
    );
    if (answer.name === "_error") throw refused(name, answer);
    return answer.args;
  }

  async #status(request: string, code: string): Promise<void> {
    const answer = await this.#await(request, (command) => {
      const status = command.name === "onStatus" ? readStatus(command.args) : undefined;
      return status?.code === code || status?.level === "error";
    });
    if (readStatus(answer.args)?.code !== code) throw refused(request, answer);
  }

  #keep(messages: readonly RtmpMessage[]): void {
    this.#early.push(...messages.slice(0, MAX_EARLY - this.#early.length));
  }

  /** Reads until a command comes that `accepts` takes. */
  async #await(
    request: string,
    accepts: (command: RtmpCommand) => boolean,
  ): Promise<RtmpCommand> {
    const cancel = this.#clock.schedule(ANSWER_MS, this.#close);
    try {
      for (;;) {
        const received = await this.link.read();
        if (received === undefined) {
          throw new RtmpSilenceError(`Cannot ${request}: the server gave no answer`);
        }
        const at = received.messages.findIndex((message) =>
          isCommand(message) && accepts(parseCommand(message))
        );
        const answer = received.messages[at];
        const before = answer === undefined ? received.messages : received.messages.slice(0, at);
        this.#keep(before.filter(isMedia));
        if (answer === undefined) continue;
        this.#keep(received.messages.slice(at + 1));
        return parseCommand(answer);
      }
    } finally {
      cancel();
    }
  }

  /**
   * Waits for what the server sends while the stream runs; `undefined` when the connection ended.
   *
   * @throws {RtmpRefusedError} when the server ends the stream with an error.
   */
  async read(): Promise<Received | undefined> {
    const early = this.#early;
    this.#early = [];
    const received = early.length > 0 ? { messages: early, controls: [] } : await this.link.read();
    for (const message of received?.messages ?? []) {
      if (isCommand(message)) this.#checkStatus(parseCommand(message));
    }
    return received;
  }

  #checkStatus(command: RtmpCommand): void {
    const status = command.name === "onStatus" ? readStatus(command.args) : undefined;
    if (status?.level === "error") throw refused(`go on with ${this.#target.streamKey}`, command);
  }

  close(): void {
    this.#signal.removeEventListener("abort", this.#close);
    this.link.closeWhenSent();
  }
}

function call(name: string, args: readonly AmfValue[]): RtmpCommand {
  return { name, transactionId: 0, commandObject: null, args };
}

function refused(request: string, answer: RtmpCommand): RtmpRefusedError {
  const status = readStatus(answer.args);
  return new RtmpRefusedError(request, status?.code ?? answer.name, status?.description ?? "");
}

/** Whether a message is a command: status, result or call. */
export function isCommand({ type }: RtmpMessage): boolean {
  return type === MESSAGE_TYPE.COMMAND_AMF0 || type === MESSAGE_TYPE.COMMAND_AMF3;
}
