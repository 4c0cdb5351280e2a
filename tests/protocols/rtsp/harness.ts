import { Hono } from "hono";
import { writeSdp } from "../../../protocols/_formats/rtp/sdp_tracks.ts";
import { MemoryTransport } from "../../../protocols/_transport/memory_transport.ts";
import type {
  Connection,
  Datagram,
  DatagramSocket,
  Transport,
} from "../../../protocols/_transport/transport.ts";
import {
  ConfigError,
  type Context,
  type HttpEnv,
  type Logger,
  type Server,
} from "../../../protocols/protocol.ts";
import { outgoingTracks } from "../../../protocols/rtsp/describe.ts";
import type { HeaderField } from "../../../protocols/rtsp/fields.ts";
import {
  type InterleavedFrame,
  interleavedFrame,
  type RtspResponse,
  writeRequest,
} from "../../../protocols/rtsp/message.ts";
import { RtspMessageReader } from "../../../protocols/rtsp/message/message_reader.ts";
import { rtsp } from "../../../protocols/rtsp/mod.ts";
import { RtpPackaging } from "../../../protocols/rtsp/play/packaging.ts";
import type { Description, Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import type { Publisher } from "../../../registry/publisher.ts";
import { Registry, type RegistryOptions } from "../../../registry/registry.ts";
import type { Source } from "../../../registry/source.ts";
import { must } from "../../must.ts";
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
  codec: "g711u",
  timescale: 8000,
  config: { codec: "g711u", sampleRate: 8000, channels: 1 },
};

export const AV: Description = { tracks: [VIDEO, AUDIO], metadata: {} };
export const VIDEO_ONLY: Description = { tracks: [VIDEO], metadata: {} };

/** A picture at `ms` whose slice data is `fill`. */
export function picture(ms: number, isKey = true, size = 16, fill = 0xab): Unit {
  const nal = new Uint8Array(size).fill(fill);
  nal[0] = isKey ? 0x65 : 0x41;
  return { track: VIDEO, pts: ms * 90, dts: ms * 90, isKey, payload: [nal] };
}

export function sound(ms: number): Unit {
  const payload = [new Uint8Array(160).fill(0x7f)];
  return { track: AUDIO, pts: ms * 8, dts: ms * 8, isKey: true, payload };
}

export const BASE = "rtsp://127.0.0.1:8554";
export const URL1 = `${BASE}/live/cam1`;
export const TCP = "RTP/AVP/TCP;unicast;interleaved=0-1";
export const RECORD_TCP = `${TCP};mode=record`;

/** Header fields by name, as tests write them. */
export type Fields = Readonly<Record<string, string>>;

export interface HarnessOptions extends RegistryOptions {
  /** The `rtsp` section, over port 8554 without merging. */
  readonly section?: Readonly<Record<string, unknown>>;
  readonly transport?: Transport;
  readonly onDemand?: (url: URL, name: string) => Source;
}

/** The RTSP module with a registry of its own, on a network in memory and in virtual time. */
export class Harness implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly transport = new MemoryTransport();
  readonly http = new Hono<HttpEnv>();
  readonly log: string[] = [];
  readonly registry: Registry;
  readonly #peers: Peer[] = [];
  readonly #sockets: DatagramSocket[] = [];
  #server: Server | undefined;

  private constructor(options: HarnessOptions) {
    this.registry = new Registry({ clock: this.clock, ...options });
  }

  static async start(options: HarnessOptions = {}): Promise<Harness> {
    const harness = new Harness(options);
    const section = rtsp.parseOptions({ merge: 0, ...options.section });
    harness.#server = await must(rtsp.serve)(harness.#context(options), section);
    return harness;
  }

  #context({ transport = this.transport, onDemand = noModule }: HarnessOptions): Context {
    return {
      registry: this.registry,
      transport,
      http: this.http,
      endpoints: () => [],
      onDemand,
      log: this.#logger(),
      host: "127.0.0.1",
      signal: new AbortController().signal,
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

  async peer(port = 8554): Promise<Peer> {
    const peer = new Peer(await this.transport.connect({ host: "127.0.0.1", port }));
    this.#peers.push(peer);
    return peer;
  }

  /** A stream that is published by nobody's protocol, with one key picture and a sound. */
  async publish(name = "live/cam1", description = AV): Promise<Publisher> {
    const publisher = await this.registry.publish({ name, protocol: "test", remote: "test" });
    publisher.describe(description);
    publisher.write([picture(0)]);
    if (description === AV) publisher.write([sound(0)]);
    return publisher;
  }

  /** A client that plays both tracks in its connection. */
  async player(name = "live/cam1", tracks: readonly number[] = [1, 2]): Promise<Peer> {
    const peer = await this.peer();
    const url = `${BASE}/${name}`;
    for (const [at, track] of tracks.entries()) {
      const channels = `${2 * at}-${2 * at + 1}`;
      await peer.setup(`${url}/trackID=${track}`, `RTP/AVP/TCP;interleaved=${channels}`);
    }
    await peer.ask("PLAY", url);
    return peer;
  }

  /** A client that plays the first track over UDP. */
  async udpPlayer(port = 40_000): Promise<Peer> {
    const peer = await this.peer();
    await peer.setup(`${URL1}/trackID=1`, `RTP/AVP;unicast;client_port=${port}-${port + 1}`);
    await peer.ask("PLAY", URL1);
    return peer;
  }

  /** A client that has announced a stream and set its tracks up. */
  async announcer(name = "live/cam1", description = AV): Promise<Peer> {
    const peer = await this.peer();
    const url = `${BASE}/${name}`;
    await peer.announce(url, sdpOf(description));
    for (const [at, { id }] of description.tracks.entries()) {
      const channels = `${2 * at}-${2 * at + 1}`;
      await peer.setup(
        `${url}/trackID=${id}`,
        `RTP/AVP/TCP;unicast;interleaved=${channels};mode=record`,
      );
    }
    return peer;
  }

  async recorder(name = "live/cam1", description = AV): Promise<Peer> {
    const peer = await this.announcer(name, description);
    await peer.ask("RECORD", `${BASE}/${name}`);
    return peer;
  }

  /** Lets `ms` pass where what happens in them does not wait for anybody. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settle();
  }

  /** A UDP socket whose datagrams are collected. */
  async socket(port: number): Promise<UdpPeer> {
    const socket = await this.transport.listenDatagram({ host: "127.0.0.1", port });
    this.#sockets.push(socket);
    return new UdpPeer(socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.registry.close();
    const closed = this.server.close();
    await this.clock.run(0);
    for (const peer of this.#peers) peer.close();
    await this.clock.run(1000);
    await closed;
    for (const socket of this.#sockets) socket.close();
    await this.clock.run(10);
  }
}

function noModule(url: URL): never {
  throw new ConfigError([], `no module can pull ${url.protocol}`);
}

/** What ANNOUNCE says of a stream. */
export function sdpOf(description: Description): string {
  return writeSdp(outgoingTracks(description), {
    sessionId: "1",
    sessionVersion: 1,
    address: "127.0.0.1",
  });
}

/** The RTP packets of units, as the gateway itself would send them. */
export function packetsOf(units: readonly Unit[], description = AV): Uint8Array[] {
  const packager = new RtpPackaging(new VirtualClock()).open();
  const items = packager.package({ type: "media", description, units, bytes: 0 });
  return items.flatMap(({ packets }) => packets);
}

const encoder = new TextEncoder();

/** A client that says what the test wants it to say, and remembers what it is told. */
export class Peer {
  readonly #connection: Connection;
  readonly #reader = new RtspMessageReader();
  readonly responses: RtspResponse[] = [];
  readonly frames: InterleavedFrame[] = [];
  /** Types of what else has come, in order. */
  readonly others: string[] = [];
  isClosed = false;
  session = "";
  #cseq = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#read();
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    for (let count; (count = await this.#connection.read(buffer)) !== undefined;) {
      for (const input of this.#reader.feed(buffer.subarray(0, count))) {
        if (input.type === "response") this.responses.push(input);
        else if (input.type === "interleaved") this.frames.push(input);
        else this.others.push(input.type);
      }
    }
    this.isClosed = true;
  }

  /** Port that the server sees this client at. */
  get port(): number {
    return this.#connection.local.port;
  }

  /** Sends as it is. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    await this.#connection.write(bytes).catch(() => {});
    await settle();
  }

  frame(channel: number, payload: Uint8Array): Promise<void> {
    return this.send(interleavedFrame(channel, [payload]));
  }

  /** The bytes of a request, with its CSeq and, once there is one, its session. */
  request(method: string, url: string, fields: Fields = {}, body = ""): Uint8Array {
    const headers: HeaderField[] = [];
    if (fields.CSeq === undefined) headers.push(["CSeq", `${++this.#cseq}`]);
    if (this.session !== "" && fields.Session === undefined) {
      headers.push(["Session", this.session]);
    }
    headers.push(...Object.entries(fields).filter(([, value]) => value !== ""));
    return writeRequest({ method, url, headers, body: encoder.encode(body) });
  }

  /** Asks and gives the answer; one without status where none has come yet. */
  async ask(
    method: string,
    url: string,
    fields: Fields = {},
    body = "",
  ): Promise<RtspResponse | undefined> {
    await this.send(this.request(method, url, fields, body));
    return this.answerTo(this.#cseq);
  }

  answerTo(cseq: number): RtspResponse | undefined {
    return this.responses.find(({ headers }) => headers.get("CSeq") === `${cseq}`);
  }

  /** As `ask`, for the status alone; 0 where there is no answer. */
  async status(method: string, url: string, fields: Fields = {}, body = ""): Promise<number> {
    return (await this.ask(method, url, fields, body))?.status ?? 0;
  }

  async setup(url: string, transport: string, fields: Fields = {}): Promise<number> {
    const answer = await this.ask("SETUP", url, { Transport: transport, ...fields });
    const session = answer?.headers.get("Session")?.split(";")[0];
    if (answer?.status === 200) this.session = session ?? "";
    return answer?.status ?? 0;
  }

  announce(url: string, sdp: string, type = "application/sdp"): Promise<number> {
    return this.status("ANNOUNCE", url, { "Content-Type": type }, sdp);
  }

  /** The last header of this name that any answer had. */
  header(name: string): string | undefined {
    return this.responses.at(-1)?.headers.get(name);
  }

  close(): void {
    this.#connection.close();
  }
}

/** A UDP port of a client. */
export class UdpPeer {
  readonly socket: DatagramSocket;
  readonly received: Datagram[] = [];

  constructor(socket: DatagramSocket) {
    this.socket = socket;
    this.#read();
  }

  async #read(): Promise<void> {
    for (let datagram; (datagram = await this.socket.receive()) !== undefined;) {
      this.received.push(datagram);
    }
  }

  async send(bytes: Uint8Array, port: number): Promise<void> {
    await this.socket.send([bytes], { host: "127.0.0.1", port });
    await settle();
  }
}
