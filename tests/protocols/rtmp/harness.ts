import { Hono } from "hono";
import type { AmfObject, AmfValue } from "../../../protocols/_formats/amf/value.ts";
import { ALL_CAPABILITIES } from "../../../protocols/_formats/flv/capabilities.ts";
import { sequenceHeaders, unitMessage } from "../../../protocols/_formats/flv/egress.ts";
import { FLV_TYPE_IDS, type FlvMessage } from "../../../protocols/_formats/flv/message.ts";
import { MemoryTransport } from "../../../protocols/_transport/memory_transport.ts";
import type { Connection, Transport } from "../../../protocols/_transport/transport.ts";
import type { Context, HttpEnv, Logger, Server } from "../../../protocols/protocol.ts";
import { encodeCommand, parseCommand, type RtmpCommand } from "../../../protocols/rtmp/command.ts";
import { OUT_CHUNK_SIZE, RtmpLink, type StreamControl } from "../../../protocols/rtmp/link.ts";
import { isMedia } from "../../../protocols/rtmp/ingest.ts";
import type { OutgoingMessage, RtmpMessage } from "../../../protocols/rtmp/message.ts";
import { rtmp } from "../../../protocols/rtmp/mod.ts";
import { readStatus } from "../../../protocols/rtmp/status.ts";
import type { Description, Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { Registry, type RegistryOptions } from "../../../registry/registry.ts";
import { must, unused } from "../../must.ts";
import { settle, VirtualClock } from "../../virtual_clock.ts";

/** SPS and PPS of a 1280x720 High profile stream at 25 fps, from x264. */
const SPS = Uint8Array.fromHex("6764001facd9405005bb011000000300100000030320f1831960");
const PPS = Uint8Array.fromHex("68ebe3cb22c0");

export const VIDEO: Track = {
  id: 1,
  kind: "video",
  codec: "h264",
  timescale: 90_000,
  config: { codec: "h264", sps: [SPS], pps: [PPS] },
};

export const AUDIO: Track = {
  id: 2,
  kind: "audio",
  codec: "aac",
  timescale: 90_000,
  config: { codec: "aac", audioSpecificConfig: Uint8Array.of(0x12, 0x10) },
};

export const OPUS: Track = {
  id: 2,
  kind: "audio",
  codec: "opus",
  timescale: 90_000,
  config: { codec: "opus", head: Uint8Array.fromHex("4f707573486561640102380180bb0000000000") },
};

export const AV: Description = { tracks: [VIDEO, AUDIO], metadata: {} };

/** A picture at `ms` whose slice data is `fill`. */
export function picture(ms: number, isKey = true, fill = 0xab, size = 16): Unit {
  const nal = new Uint8Array(size).fill(fill);
  nal[0] = isKey ? 0x65 : 0x41;
  return { track: VIDEO, pts: ms * 90, dts: ms * 90, isKey, payload: [nal] };
}

export function sound(ms: number, track = AUDIO): Unit {
  const payload = [Uint8Array.of(0x21, 0x10, 0x04, 0x60)];
  return { track, pts: ms * 90, dts: ms * 90, isKey: true, payload };
}

const MEDIA_CHUNK_STREAM = 6;

/** An FLV message as an encoder sends it. */
function outgoing(message: FlvMessage, streamId: number): OutgoingMessage {
  const { type, timestamp, parts } = message;
  return { csid: MEDIA_CHUNK_STREAM, type: FLV_TYPE_IDS[type], timestamp, streamId, parts };
}

/** Metadata and sequence headers. */
export function headers(streamId: number, description = AV, timestamp = 0): OutgoingMessage[] {
  return sequenceHeaders(description, ALL_CAPABILITIES, timestamp)
    .map((message) => outgoing(message, streamId));
}

export function media(streamId: number, ...units: readonly Unit[]): OutgoingMessage[] {
  return units.map((unit) => outgoing(unitMessage(unit, 0), streamId));
}

export interface HarnessOptions extends RegistryOptions {
  /** The `rtmp` section over port 1935 without merging. */
  readonly section?: Readonly<Record<string, unknown>>;
  readonly transport?: Transport;
}

/** The RTMP module with a registry of its own, on a network in memory and in virtual time. */
export class Harness implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly transport = new MemoryTransport();
  readonly abort = new AbortController();
  readonly log: string[] = [];
  readonly registry: Registry;
  readonly #peers: Peer[] = [];
  #server: Server | undefined;

  private constructor(options: HarnessOptions) {
    this.registry = new Registry({ clock: this.clock, ...options });
  }

  static async start(options: HarnessOptions = {}): Promise<Harness> {
    const harness = new Harness(options);
    const section = rtmp.parseOptions({ merge: 0, ...options.section });
    harness.#server = await must(rtmp.serve)(harness.context(options.transport), section);
    return harness;
  }

  context(transport: Transport = this.transport, signal = this.abort.signal): Context {
    return {
      registry: this.registry,
      transport,
      http: new Hono<HttpEnv>(),
      endpoints: () => [],
      onDemand: unused,
      log: this.#logger(),
      host: "127.0.0.1",
      signal,
    };
  }

  #logger(): Logger {
    const write = (level: string) => (message: string, fields = {}) =>
      void this.log.push(`${level} ${message} ${JSON.stringify(fields)}`);
    return {
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
    };
  }

  get server(): Server {
    return must(this.#server);
  }

  /** Lines above debug that hold `text`. */
  logged(text: string): readonly string[] {
    return this.log.filter((line) => !line.startsWith("debug") && line.includes(text));
  }

  connection(): Promise<Connection> {
    return this.transport.connect({ host: "127.0.0.1", port: 1935 });
  }

  /** A client after its handshake. */
  async peer(): Promise<Peer> {
    const link = must(await RtmpLink.open(await this.connection(), this.clock));
    link.control({ kind: "setChunkSize", size: OUT_CHUNK_SIZE });
    const peer = new Peer(link);
    this.#peers.push(peer);
    return peer;
  }

  /** A client that is connected to `app`. */
  async connected(app = "live", properties: AmfObject = {}): Promise<Peer> {
    const peer = await this.peer();
    await peer.connect(app, properties);
    return peer;
  }

  /** A client that plays `key` of the application `live`. */
  async player(key = "cam1", properties: AmfObject = {}): Promise<Peer> {
    const peer = await this.connected("live", properties);
    await peer.play(await peer.createStream(), key);
    return peer;
  }

  /** A client that publishes `key` of the application `live`, and has sent its headers. */
  async encoder(key = "cam1", description = AV): Promise<Peer> {
    const peer = await this.connected();
    await peer.publish(await peer.createStream(), key);
    await peer.send(...headers(peer.lastStream, description));
    return peer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.registry.close();
    const closed = this.server.close();
    for (const peer of this.#peers) peer.link.close();
    await this.clock.run(1000);
    await closed;
  }
}

/** A client that says what the test wants it to say, and remembers what it is told. */
export class Peer {
  readonly link: RtmpLink;
  readonly commands: RtmpCommand[] = [];
  readonly media: RtmpMessage[] = [];
  readonly controls: StreamControl[] = [];
  isClosed = false;
  /** Why what the server sent could not be read. */
  failure: unknown;
  lastStream = 0;
  #transaction = 0;

  constructor(link: RtmpLink) {
    this.link = link;
    this.#read().catch((error) => this.failure = error).finally(() => this.isClosed = true);
  }

  async #read(): Promise<void> {
    for (let received; (received = await this.link.read()) !== undefined;) {
      this.controls.push(...received.controls);
      for (const message of received.messages) {
        if (isMedia(message)) this.media.push(message);
        else this.commands.push(parseCommand(message));
      }
    }
  }

  async send(...messages: readonly OutgoingMessage[]): Promise<void> {
    this.link.post(...messages);
    await settle();
  }

  /** Calls without a wish for a result, as most encoders do on a stream. */
  async call(name: string, args: readonly AmfValue[] = [], streamId = 0): Promise<void> {
    const command = { name, transactionId: 0, commandObject: null, args };
    await this.send(encodeCommand(command, streamId));
  }

  /** Calls and gives the result; `undefined` when there is none. */
  async ask(
    name: string,
    args: readonly AmfValue[] = [],
    commandObject: AmfObject | null = null,
    streamId = 0,
  ): Promise<RtmpCommand | undefined> {
    const transactionId = ++this.#transaction;
    await this.send(encodeCommand({ name, transactionId, commandObject, args }, streamId));
    return this.commands.find((command) => command.transactionId === transactionId);
  }

  connect(app: string, properties: AmfObject = {}): Promise<RtmpCommand | undefined> {
    return this.ask("connect", [], { app, tcUrl: `rtmp://localhost/${app}`, ...properties });
  }

  async createStream(): Promise<number> {
    const result = await this.ask("createStream");
    return this.lastStream = Number(result?.args[0]);
  }

  publish(streamId: number, key: string): Promise<void> {
    return this.call("publish", [key, "live"], streamId);
  }

  play(streamId: number, key: string): Promise<void> {
    return this.call("play", [key, -2000], streamId);
  }

  /** The codes of every status, without `NetStream.`, and of every refused call. */
  get statuses(): readonly string[] {
    return this.commands.flatMap(({ name, args }) => {
      const status = name === "onStatus" || name === "_error" ? readStatus(args) : undefined;
      return status === undefined ? [] : [status.code.replace("NetStream.", "")];
    });
  }

  /** What the last status says for people. */
  get lastDescription(): string {
    const statuses = this.commands.flatMap(({ args }) => readStatus(args) ?? []);
    return statuses.at(-1)?.description ?? "";
  }

  /** `type@timestamp` of audio and video frames, without metadata and sequence headers. */
  get frames(): readonly string[] {
    return this.media.filter(isFrame).map(({ type, timestamp }) =>
      `${type === FLV_TYPE_IDS.video ? "v" : "a"}${timestamp}`
    );
  }
}

/** Whether a message is legacy H.264 or AAC and no sequence header. */
function isFrame({ type, payload }: RtmpMessage): boolean {
  return type !== FLV_TYPE_IDS.data && payload[1] !== 0;
}
