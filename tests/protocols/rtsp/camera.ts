import { Hono } from "hono";
import { assertEquals } from "@std/assert";
import { writeRtpHeader } from "../../../protocols/_formats/rtp/packet.ts";
import { serializeRtcp } from "../../../protocols/_formats/rtp/rtcp.ts";
import { MemoryTransport } from "../../../protocols/_transport/memory_transport.ts";
import type { Connection, Listener } from "../../../protocols/_transport/transport.ts";
import type { Context, HttpEnv } from "../../../protocols/protocol.ts";
import type { HeaderField } from "../../../protocols/rtsp/fields.ts";
import {
  interleavedFrame,
  type RtspRequest,
  type RtspResponse,
  writeRequest,
  writeResponse,
} from "../../../protocols/rtsp/message.ts";
import { RtspMessageReader } from "../../../protocols/rtsp/message/message_reader.ts";
import { pullRtsp } from "../../../protocols/rtsp/client/relay.ts";
import { Registry } from "../../../registry/registry.ts";
import { must, unused } from "../../must.ts";
import { Viewer } from "../../registry/bench.ts";
import { VirtualClock } from "../../virtual_clock.ts";

/** What a request is answered with; `undefined` leaves it without an answer. */
export type Answer = {
  readonly status?: number;
  readonly headers?: readonly HeaderField[];
  readonly body?: string;
  /** Bytes that go out before. */
  readonly before?: Uint8Array;
  readonly withoutCSeq?: boolean;
} | undefined;

/** What a device does otherwise than others, by method. */
export type Script = Readonly<
  Record<string, (request: RtspRequest, link: CameraLink) => Answer>
>;

/** H.264 on payload type 96 and PCMA on 8. */
export const SDP = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=Media",
  "t=0 0",
  "a=control:*",
  "m=video 0 RTP/AVP 96",
  "a=rtpmap:96 H264/90000",
  "a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z2QAHKzZQFAFuwEQAAADABAAAAMDIPGDGWA=,aOvjyyLA",
  "a=control:trackID=1",
  "m=audio 0 RTP/AVP 8",
  "a=rtpmap:8 PCMA/8000",
  "a=control:trackID=2",
  "",
].join("\r\n");

export const VIDEO_SSRC = 0x11111111;
export const AUDIO_SSRC = 0x22222222;

/** An RTP packet with a whole key picture, the `n`th of 25 in a second. */
export function picture(n: number, ssrc = VIDEO_SSRC): Uint8Array {
  return packet({ payloadType: 96, n, timestamp: n * 3600, ssrc }, [0x65, 0x88, n]);
}

/** An RTP packet with 40 ms of G.711. */
export function sound(n: number): Uint8Array {
  return packet({ payloadType: 8, n, timestamp: n * 320, ssrc: AUDIO_SSRC }, [n, n, n, n]);
}

export function goodbye(ssrc: number): Uint8Array {
  return serializeRtcp([
    { type: "receiverReport", ssrc, reports: [] },
    { type: "goodbye", ssrcs: [ssrc] },
  ]);
}

interface PacketFields {
  readonly payloadType: number;
  readonly n: number;
  readonly timestamp: number;
  readonly ssrc: number;
}

function packet({ payloadType, n, timestamp, ssrc }: PacketFields, payload: number[]): Uint8Array {
  const bytes = new Uint8Array(12 + payload.length);
  writeRtpHeader(bytes, 0, { marker: true, payloadType, sequence: n, timestamp, ssrc });
  bytes.set(payload, 12);
  return bytes;
}

/** The side of a camera of one connection. */
export class CameraLink {
  readonly requests: RtspRequest[] = [];
  readonly responses: RtspResponse[] = [];
  /** Channels of the frames that came. */
  readonly frames: number[] = [];
  readonly #connection: Connection;
  isOpen = true;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async run(answer: (request: RtspRequest) => Answer): Promise<void> {
    const reader = new RtspMessageReader();
    const buffer = new Uint8Array(65536);
    for (let count; (count = await this.#connection.read(buffer)) !== undefined;) {
      for (const input of reader.feed(buffer.subarray(0, count))) {
        if (input.type === "interleaved") this.frames.push(input.channel);
        if (input.type === "response") this.responses.push(input);
        if (input.type === "request") await this.#answer(input, answer(input));
      }
    }
    this.isOpen = false;
  }

  async #answer(request: RtspRequest, answer: Answer): Promise<void> {
    this.requests.push(request);
    if (answer === undefined) return;
    const { status = 200, headers = [], body, before, withoutCSeq } = answer;
    if (before !== undefined) await this.write(before);
    const cseq: HeaderField[] = withoutCSeq ? [] : [["CSeq", must(request.headers.get("CSeq"))]];
    await this.write(writeResponse({
      status,
      headers: [...cseq, ...headers],
      ...(body !== undefined && { body: new TextEncoder().encode(body) }),
    }));
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#connection.write(bytes);
  }

  /** Sends packets on a channel. */
  async send(channel: number, ...packets: readonly Uint8Array[]): Promise<void> {
    for (const bytes of packets) await this.write(interleavedFrame(channel, [bytes]));
  }

  /** Sends a request to the client. */
  ask(method: string, headers: readonly HeaderField[] = []): Promise<void> {
    const url = "rtsp://127.0.0.1/stream";
    return this.write(writeRequest({ method, url, headers: [["CSeq", "1"], ...headers] }));
  }

  close(): void {
    this.#connection.close();
  }
}

const BASE: HeaderField = ["Content-Base", "rtsp://127.0.0.1/stream/"];
const SESSION: HeaderField = ["Session", "12345678;timeout=60"];

/** What a device without peculiarities answers. */
const USUAL: Script = {
  OPTIONS: () => ({ headers: [["Public", "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"]] }),
  DESCRIBE: () => ({ headers: [BASE, ["Content-Type", "application/sdp"]], body: SDP }),
  SETUP: ({ headers }) => ({
    headers: [SESSION, ["Transport", must(headers.get("Transport"))]],
  }),
  PLAY: () => ({ headers: [SESSION] }),
  TEARDOWN: () => ({}),
};

/** A gateway's registry, and cameras that it may pull from, on one network in virtual time. */
export class CameraBench implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly transport = new MemoryTransport();
  readonly registry = new Registry({ clock: this.clock });
  readonly abort = new AbortController();
  readonly log: string[] = [];
  readonly links: CameraLink[] = [];
  readonly #listeners: Listener[] = [];
  readonly #running: Promise<unknown>[] = [];

  /** Puts a camera on a port. */
  async camera(script: Script = {}, port = 554): Promise<void> {
    const listener = await this.transport.listen({ host: "127.0.0.1", port });
    this.#listeners.push(listener);
    this.#running.push(this.#accept(listener, { ...USUAL, ...script }));
  }

  async #accept(listener: Listener, script: Script): Promise<void> {
    for await (const connection of listener) {
      const link = new CameraLink(connection);
      this.links.push(link);
      this.#running.push(
        link.run((request) =>
          script[request.method] === undefined
            ? { status: 501 }
            : script[request.method]?.(request, link)
        ),
      );
    }
  }

  get context(): Context {
    const write = (message: string, fields = {}) =>
      void this.log.push(`${message} ${JSON.stringify(fields)}`);
    return {
      registry: this.registry,
      transport: this.transport,
      http: new Hono<HttpEnv>(),
      endpoints: () => [],
      onDemand: unused,
      log: { debug: () => {}, info: write, warn: write, error: write },
      host: "127.0.0.1",
      signal: this.abort.signal,
    };
  }

  /** Starts one pull of `cam`. */
  pull(url = "rtsp://127.0.0.1/stream#tcp"): Pull {
    return new Pull(pullRtsp(this.context, new URL(url), "cam"));
  }

  async view(): Promise<Viewer> {
    return new Viewer(
      await this.registry.read({ name: "cam", protocol: "test", remote: "test" }),
    );
  }

  /** The connection that was made last. */
  get link(): CameraLink {
    return must(this.links.at(-1));
  }

  /** Methods of all requests so far. */
  get methods(): string {
    return this.links.flatMap(({ requests }) => requests.map(({ method }) => method)).join(" ");
  }

  /** The last request of a method. */
  last(method: string): RtspRequest {
    const requests = this.links.flatMap((link) => link.requests);
    return must(requests.findLast((request) => request.method === method));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort.abort();
    await this.clock.run(5_000);
    this.registry.close();
    for (const listener of this.#listeners) listener.close();
    for (const link of this.links) link.close();
    await this.clock.run(1_000);
    await Promise.all(this.#running);
    assertEquals(this.clock.pending, 0, "something still waits");
  }
}

/** One pull, and how it ended. */
export class Pull {
  end: "ok" | Error | undefined;
  readonly done: Promise<void>;

  constructor(pull: Promise<void>) {
    this.done = pull.then(() => void (this.end = "ok"), (error) => void (this.end = error));
  }

  /** What it failed with. */
  get message(): string | undefined {
    return this.end instanceof Error ? this.end.message : this.end;
  }
}

/** When the units of a kind that a viewer got are presented, in milliseconds. */
export function presented(viewer: Viewer, kind: string): readonly number[] {
  return viewer.batches.flatMap((batch) => batch.type === "media" ? batch.units : [])
    .filter(({ track }) => track.kind === kind)
    .map(({ pts, track }) => pts * 1000 / track.timescale);
}

/** How many units of video and of audio a viewer got. */
export async function counts(viewer: Viewer): Promise<readonly [video: number, audio: number]> {
  await viewer.log();
  return [presented(viewer, "video").length, presented(viewer, "audio").length];
}
