import type { Clock } from "../../registry/clock.ts";
import { type ByteStream, ConnectionStream } from "../_transport/byte_stream.ts";
import { type Connection, formatAddress } from "../_transport/transport.ts";
import { ChunkReader } from "./chunk_reader.ts";
import { chunkMessages } from "./chunk_writer.ts";
import { type ControlMessage, decodeControl, encodeControl } from "./control.ts";
import { ClientHandshake, type HandshakeOptions, ServerHandshake } from "./handshake.ts";
import {
  DEFAULT_CHUNK_SIZE,
  MESSAGE_TYPE,
  type OutgoingMessage,
  type RtmpMessage,
} from "./message.ts";

/**
 * Our chunk size, of every connection, so that media is cut into chunks once for all. Few pictures
 * of a live stream are larger, and what is interleaved waits no longer than for this much.
 */
export const OUT_CHUNK_SIZE = 64 * 1024;

/** How much we send before we want to hear an Acknowledgement. */
export const ACK_WINDOW = 2_500_000;

const CONTROL_TYPES: ReadonlySet<number> = new Set([
  MESSAGE_TYPE.ACKNOWLEDGEMENT,
  MESSAGE_TYPE.USER_CONTROL,
  MESSAGE_TYPE.WINDOW_ACK_SIZE,
  MESSAGE_TYPE.SET_PEER_BANDWIDTH,
]);

/** A control message that concerns a message stream, for the session to act on. */
export type StreamControl = Extract<ControlMessage, { readonly streamId: number }>;

/** What a link has read: messages of the session, and controls that it did not answer itself. */
export interface Received {
  readonly messages: readonly RtmpMessage[];
  readonly controls: readonly StreamControl[];
}

/**
 * An RTMP connection after its handshake, the same for both sides: chunks in and out, and the
 * protocol control that needs no decision (acknowledgements, pings).
 */
export class RtmpLink {
  readonly remote: string;
  readonly #stream: ByteStream;
  readonly #clock: Clock;
  readonly #reader = new ChunkReader();
  /** Bytes that followed the handshake in the same read. */
  #rest: Uint8Array | undefined;
  /** What the peer was told last. */
  #chunkSize = DEFAULT_CHUNK_SIZE;
  /** Bytes after which the peer has asked for an Acknowledgement, if it has. */
  #peerWindow: number | undefined;
  #acknowledged = 0;
  #lastReceived: number;

  private constructor(stream: ByteStream, clock: Clock, rest: Uint8Array) {
    this.remote = formatAddress(stream.remote);
    this.#stream = stream;
    this.#clock = clock;
    this.#rest = rest;
    this.#lastReceived = clock.now();
  }

  /**
   * Answers the handshake of a client. `undefined` when it left before the end.
   *
   * @throws {RtmpHandshakeError}
   */
  static async accept(connection: Connection, clock: Clock): Promise<RtmpLink | undefined> {
    const stream = new ConnectionStream(connection, clock);
    const rest = await shake(stream, new ServerHandshake(handshakeOptions(clock)));
    return rest && new RtmpLink(stream, clock, rest);
  }

  /** Does the handshake with a server, as `accept`. @throws {RtmpHandshakeError} */
  static async open(connection: Connection, clock: Clock): Promise<RtmpLink | undefined> {
    const stream = new ConnectionStream(connection, clock);
    const handshake = new ClientHandshake(handshakeOptions(clock));
    await stream.write(handshake.start());
    const rest = await shake(stream, handshake);
    return rest && new RtmpLink(stream, clock, rest);
  }

  /** Milliseconds since the peer last sent anything. */
  get silentMs(): number {
    return this.#clock.now() - this.#lastReceived;
  }

  /**
   * Waits for bytes and gives the messages that they complete, which may be none; `undefined` when
   * the connection has ended.
   *
   * @throws {RtmpChunkError} or {RtmpMessageError}, after which the link is of no use.
   */
  async read(): Promise<Received | undefined> {
    const bytes = await this.#readBytes();
    if (bytes === undefined) return undefined;
    this.#lastReceived = this.#clock.now();
    const received = this.#reader.feed(bytes);
    this.#acknowledge();
    return this.#sort(received);
  }

  #readBytes(): Promise<Uint8Array | undefined> {
    const rest = this.#rest;
    this.#rest = undefined;
    return rest === undefined || rest.byteLength === 0
      ? this.#stream.read()
      : Promise.resolve(rest);
  }

  /**
   * An Acknowledgement that finds the socket of an encoder closed already makes its system reset the
   * connection, which loses the end of what it sent: nobody gets any without having asked.
   */
  #acknowledge(): void {
    const { bytesRead } = this.#reader;
    const window = this.#peerWindow;
    if (window === undefined || bytesRead - this.#acknowledged < window / 2) return;
    this.#acknowledged = bytesRead;
    this.control({ kind: "acknowledgement", sequence: bytesRead });
  }

  #sort(received: readonly RtmpMessage[]): Received {
    const messages: RtmpMessage[] = [];
    const controls: StreamControl[] = [];
    for (const message of received) {
      if (!CONTROL_TYPES.has(message.type)) messages.push(message);
      else this.#followControl(decodeControl(message), controls);
    }
    return { messages, controls };
  }

  #followControl(control: ControlMessage | undefined, controls: StreamControl[]): void {
    if (control === undefined) return;
    if (control.kind === "windowAckSize") this.#peerWindow = Math.max(control.size, 1);
    else if (control.kind === "pingRequest") {
      this.control({ kind: "pingResponse", timestamp: control.timestamp });
    } else if ("streamId" in control) controls.push(control);
  }

  /** Sends control messages, without waiting. */
  control(...controls: readonly ControlMessage[]): void {
    this.post(...controls.map(encodeControl));
    for (const control of controls) {
      if (control.kind === "setChunkSize") this.#chunkSize = control.size;
    }
  }

  /**
   * Sends messages without waiting. A connection that has ended is noticed by `read`; one whose peer
   * reads nothing of all that it makes us send is ended.
   */
  post(...messages: readonly OutgoingMessage[]): void {
    this.postChunks(chunkMessages(messages, this.#chunkSize));
  }

  /** Sends bytes that are chunks already, as `write`, without waiting. */
  postChunks(chunks: Uint8Array): void {
    this.#stream.post(chunks);
  }

  /**
   * Writes bytes that are chunks already, in chunks of `OUT_CHUNK_SIZE`, and resolves when the
   * system has taken them. They may be shared with other links.
   *
   * @throws {ConnectionClosedError}
   */
  write(chunks: Uint8Array): Promise<void> {
    return this.#stream.write(chunks);
  }

  /** Closes when everything that was posted has been written, but soon in any case. */
  closeWhenSent(): Promise<void> {
    return this.#stream.closeWhenSent();
  }

  close(): void {
    this.#stream.close();
  }
}

function handshakeOptions(clock: Clock): HandshakeOptions {
  return {
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    time: Math.floor(clock.now()),
  };
}

/** Gives what followed the handshake in the same read; `undefined` when the peer left before. */
async function shake(
  stream: ByteStream,
  handshake: ServerHandshake | ClientHandshake,
): Promise<Uint8Array | undefined> {
  for (;;) {
    const bytes = await stream.read();
    if (bytes === undefined) return undefined;
    const step = handshake.feed(bytes);
    if (step.send !== undefined) await stream.write(step.send);
    // A view of the stream's buffer: it is fed before the next read.
    if (step.status === "done") return step.rest;
  }
}
