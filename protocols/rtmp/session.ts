import { RegistryError } from "../../registry/errors.ts";
import { type AmfObject, type AmfValue, isAmfObject } from "../_formats/amf/value.ts";
import { AmfError } from "../_formats/amf/errors.ts";
import {
  connectCapabilities,
  type FlvCapabilities,
  LEGACY_CAPABILITIES,
} from "../_formats/flv/capabilities.ts";
import type { Context } from "../protocol.ts";
import {
  connectResult,
  encodeCommand,
  errorOf,
  onBwDone,
  onStatus,
  parseCommand,
  resultOf,
  type RtmpCommand,
} from "./command.ts";
import { OWN_CAPABILITIES } from "./enhanced.ts";
import { RtmpError, RtmpStateError } from "./errors.ts";
import { isMedia } from "./ingest.ts";
import { ACK_WINDOW, OUT_CHUNK_SIZE, type RtmpLink, type StreamControl } from "./link.ts";
import { MESSAGE_TYPE, type RtmpMessage } from "./message.ts";
import { MessageStream, type StreamHost } from "./message_stream.ts";
import type { RtmpOptions } from "./options.ts";
import { parsePlayRange } from "./play_range.ts";
import { playRefusal, reasonOf } from "./refusals.ts";
import { type ConnectionEdge, type ConnectionState, nextConnectionState } from "./state.ts";
import { STATUS } from "./status.ts";
import { streamName } from "./url.ts";

/** Time from the handshake to the first publish or play. */
const FIRST_COMMAND_MS = 10_000;
/** Time without anything published or played, later on. */
const IDLE_MS = 60_000;
/** A publisher that has sent nothing for so long is gone, though its connection may not know. */
const PUBLISHER_SILENCE_MS = 30_000;

/** Clients use one, or one for each direction. */
const MAX_MESSAGE_STREAMS = 16;

/** Commands between two checks, a second: a client makes a dozen to begin, and then few. */
const MAX_CALLS = 200;

export interface SessionOptions {
  readonly context: Context;
  readonly options: RtmpOptions;
  readonly link: RtmpLink;
  /** Why the client is not welcome: it is told so in answer to its connect. */
  readonly refusal?: string;
}

type CommandHandler = (command: RtmpCommand, streamId: number) => void | Promise<void>;

/** The server's side of one RTMP connection, from the end of the handshake on. */
export class RtmpSession {
  readonly #context: Context;
  readonly #options: RtmpOptions;
  readonly #link: RtmpLink;
  readonly #refusal: string | undefined;
  readonly #streams = new Map<number, MessageStream>();
  #state: ConnectionState = "accepted";
  #app = "";
  #tcUrl = "";
  #capabilities: FlvCapabilities = LEGACY_CAPABILITIES;
  #lastStreamId = 0;
  /** Commands since the last check. */
  #calls = 0;
  #idleSince: number;
  #idleLimit = FIRST_COMMAND_MS;
  #endReason: string | undefined;
  #closing: Promise<void> | undefined;

  constructor({ context, options, link, refusal }: SessionOptions) {
    this.#context = context;
    this.#options = options;
    this.#link = link;
    this.#refusal = refusal;
    this.#idleSince = context.registry.clock.now();
  }

  /** Serves the connection until it ends. Never rejects. */
  async run(): Promise<void> {
    let failure: unknown;
    try {
      await this.#serve();
    } catch (error) {
      failure = error;
    }
    this.#finish(failure);
    await this.#closing;
  }

  async #serve(): Promise<void> {
    for (;;) {
      const received = await this.#link.read();
      if (received === undefined) return;
      for (const control of received.controls) this.#followControl(control);
      for (const message of received.messages) {
        const pending = this.#handle(message);
        if (pending !== undefined) await pending;
        if (this.#endReason !== undefined) return;
      }
    }
  }

  #finish(failure: unknown): void {
    const { log } = this.#context;
    const reason = this.#endReason ?? (failure === undefined ? undefined : reasonOf(failure));
    // A publisher that did not say goodbye may come back.
    for (const stream of this.#streams.values()) stream.delete({ resumable: true });
    this.#streams.clear();
    this.#state = nextConnectionState(this.#state, "close");
    if (this.#closing === undefined) this.#link.close();
    if (failure !== undefined && !isPeersFault(failure)) {
      log.error("session failed", { remote: this.#link.remote, reason: stackOf(failure) });
    } else if (reason !== undefined) log.info("closed", { remote: this.#link.remote, reason });
    else log.debug("left", { remote: this.#link.remote });
  }

  /** Ends the connection, after what was sent has gone out; `reason` goes to the log. */
  end(reason: string): void {
    if (this.#endReason !== undefined) return;
    this.#endReason = reason;
    this.#closing = this.#link.closeWhenSent();
  }

  /** Tells the client that the gateway stops, and ends the connection. */
  goodbye(): void {
    this.#link.post(encodeCommand(onStatus(STATUS.CONNECT_CLOSED, "The gateway is stopping.")));
    this.end("the gateway is stopping");
  }

  /** To be called every second: ends a connection that nobody seems to use. */
  checkDeadlines(): void {
    this.#calls = 0;
    const now = this.#context.registry.clock.now();
    const states = [...this.#streams.values()].map(({ state }) => state);
    const isBusy = states.some((state) =>
      state === "publishing" || state === "playing" || state === "paused"
    );
    if (isBusy) {
      this.#idleSince = now;
      this.#idleLimit = IDLE_MS;
    } else if (now - this.#idleSince > this.#idleLimit) {
      this.end(`nothing published or played for ${this.#idleLimit / 1000} s`);
    }
    if (states.includes("publishing") && this.#link.silentMs > PUBLISHER_SILENCE_MS) {
      this.end(`the publisher sent nothing for ${PUBLISHER_SILENCE_MS / 1000} s`);
    }
  }

  #followControl(control: StreamControl): void {
    this.#context.log.debug("control", { remote: this.#link.remote, kind: control.kind });
  }

  /** Gives a promise only where the next message has to wait for it. */
  #handle(message: RtmpMessage): Promise<void> | undefined {
    if (isMedia(message)) {
      this.#streams.get(message.streamId)?.push(message);
      return undefined;
    }
    if (message.type === MESSAGE_TYPE.COMMAND_AMF0 || message.type === MESSAGE_TYPE.COMMAND_AMF3) {
      return this.#command(parseCommand(message), message.streamId);
    }
    // Shared objects, and whatever else there may be: nobody waits for an answer to those.
    return undefined;
  }

  async #command(command: RtmpCommand, streamId: number): Promise<void> {
    if (++this.#calls > MAX_CALLS) return this.end(`more than ${MAX_CALLS} commands in a second`);
    const { name } = command;
    const handler = Object.hasOwn(this.#handlers, name) ? this.#handlers[name] : undefined;
    try {
      if (name !== "connect") this.#step("call");
      if (handler !== undefined) return await handler(command, streamId);
      throw new RtmpError(`Cannot call ${name}: there is no such command`);
    } catch (error) {
      if (!(error instanceof RtmpError)) throw error;
      this.#refuse(command, streamId, error.message);
    }
  }

  /** A call that wants no result, as `publish` of most encoders, is refused by a status. */
  #refuse(command: RtmpCommand, streamId: number, reason: string): void {
    const isCall = command.transactionId !== 0;
    if (isCall) this.#reply(errorOf(command, STATUS.CALL_FAILED, reason));
    else this.#link.post(encodeCommand(onStatus(STATUS.CALL_FAILED, reason), streamId));
  }

  #step(edge: ConnectionEdge): void {
    this.#state = nextConnectionState(this.#state, edge);
  }

  readonly #handlers: Readonly<Record<string, CommandHandler>> = {
    connect: (command) => this.#connect(command),
    createStream: (command) => this.#createStream(command),
    publish: (command, id) => this.#stream(id).publish(this.#requested(command.args[0])),
    play: ({ args }, id) => this.#play(id, args[0], args[1], args[2]),
    play2: ({ args }, id) => this.#play2(id, args[0]),
    pause: (command, id) => this.#stream(id).pause(command.args[0] !== false),
    pauseRaw: (command, id) => this.#stream(id).pause(command.args[0] !== false),
    seek: (command, id) => this.#stream(id).seek(Number(command.args[0]) || 0),
    receiveAudio: (command, id) => this.#stream(id).receive({ audio: command.args[0] !== false }),
    receiveVideo: (command, id) => this.#stream(id).receive({ video: command.args[0] !== false }),
    closeStream: (_command, id) => this.#stop(id),
    deleteStream: (command) => this.#deleteStream(command),
    releaseStream: (command) => this.#reply(resultOf(command)),
    FCPublish: (command) => this.#acknowledge(command, "onFCPublish", STATUS.PUBLISH_START),
    FCUnpublish: (command) => this.#unpublish(command),
    FCSubscribe: (command) => this.#acknowledge(command, "onFCSubscribe", STATUS.PLAY_START),
    FCUnsubscribe: (command) => this.#reply(resultOf(command)),
    getStreamLength: (command) => this.#getStreamLength(command),
    _checkbw: (command) => this.#reply(resultOf(command)),
    // Answers to what we called, which want no answer.
    _result: () => {},
    _error: () => {},
  };

  #connect(command: RtmpCommand): void {
    if (this.#refusal !== undefined) {
      this.#reply(errorOf(command, STATUS.CONNECT_REJECTED, this.#refusal));
      return this.end(this.#refusal);
    }
    const properties: AmfObject = command.commandObject ?? {};
    this.#step("connect");
    this.#app = textOf(properties.app);
    this.#tcUrl = textOf(properties.tcUrl);
    this.#capabilities = connectCapabilities(properties);
    this.#link.control(
      { kind: "windowAckSize", size: ACK_WINDOW },
      { kind: "setPeerBandwidth", size: ACK_WINDOW, limit: "dynamic" },
      { kind: "setChunkSize", size: OUT_CHUNK_SIZE },
    );
    this.#reply(connectResult(command, OWN_CAPABILITIES));
    this.#reply(onBwDone());
  }

  #createStream(command: RtmpCommand): void {
    if (this.#streams.size >= MAX_MESSAGE_STREAMS) {
      throw new RtmpError(`Cannot create stream: there are ${MAX_MESSAGE_STREAMS} already`);
    }
    const id = ++this.#lastStreamId;
    const host: StreamHost = {
      context: this.#context,
      options: this.#options,
      link: this.#link,
      capabilities: this.#capabilities,
      end: (reason) => this.end(reason),
    };
    this.#streams.set(id, new MessageStream(id, host));
    this.#reply(resultOf(command, id));
  }

  #stream(id: number): MessageStream {
    const stream = this.#streams.get(id);
    if (stream === undefined) throw new RtmpError(`Cannot use stream ${id}: it was not created`);
    return stream;
  }

  #play(id: number, key: AmfValue, start: AmfValue, duration: AmfValue): Promise<void> {
    return this.#stream(id).play(this.#requested(key), parsePlayRange(start, duration));
  }

  /** NetStreamPlayOptions: `{streamName, start, len, ...}`; some clients give the name itself. */
  #play2(id: number, options: AmfValue): Promise<void> {
    if (!isAmfObject(options)) return this.#play(id, options, undefined, undefined);
    return this.#play(id, options.streamName, options.start, options.len);
  }

  /** In seconds. Live streams have no length, and players ask before they know. */
  async #getStreamLength(command: RtmpCommand): Promise<void> {
    const request = { ...this.#requested(command.args[0]), protocol: "rtmp" };
    const { registry } = this.#context;
    try {
      using reader = await registry.openRecording({ ...request, remote: this.#link.remote });
      this.#reply(resultOf(command, (reader?.recording.durationMs ?? 0) / 1000));
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      this.#reply(errorOf(command, playRefusal(error), reasonOf(error)));
    }
  }

  #requested(key: AmfValue): ReturnType<typeof streamName> {
    return streamName(this.#app, textOf(key), this.#tcUrl);
  }

  #stop(id: number): void {
    this.#streams.get(id)?.stop();
  }

  /** FMLE and its heirs name the stream; it is the one that publishes. */
  #unpublish(command: RtmpCommand): void {
    const named = this.#requested(command.args[0]).name;
    for (const stream of this.#streams.values()) {
      if (stream.state === "publishing" && stream.name === named) stream.stop();
    }
    this.#acknowledge(command, "onFCUnpublish", STATUS.UNPUBLISH_SUCCESS);
  }

  /** Deviation: GStreamer gives the name of the stream where its number belongs. */
  #deleteStream(command: RtmpCommand): void {
    const [which] = command.args;
    for (const [id, stream] of this.#streams) {
      const isMeant = id === which ||
        (typeof which === "string" && stream.name === this.#requested(which).name);
      if (!isMeant) continue;
      stream.delete({ resumable: false });
      this.#streams.delete(id);
    }
  }

  /** Answers a call of FMLE by the call that it waits for, and by a result. */
  #acknowledge(
    command: RtmpCommand,
    name: string,
    status: { readonly level: string; readonly code: string },
  ): void {
    const description = textOf(command.args[0]);
    this.#reply(resultOf(command));
    this.#reply({
      name,
      transactionId: 0,
      commandObject: null,
      args: [{ ...status, description }],
    });
  }

  /** Results go out on the connection; a call that wants none (transaction 0) gets none. */
  #reply(command: RtmpCommand): void {
    const isResult = command.name === "_result" || command.name === "_error";
    if (isResult && command.transactionId === 0) return;
    this.#link.post(encodeCommand(command));
  }
}

function textOf(value: AmfValue): string {
  return typeof value === "string" ? value : "";
}

function isPeersFault(error: unknown): boolean {
  return error instanceof RtmpError || error instanceof AmfError ||
    error instanceof RtmpStateError;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
