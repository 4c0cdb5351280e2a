import { Hono } from "hono";
import { denoTransport } from "../../../../protocols/_transport/deno_transport.ts";
import type { HttpServer } from "../../../../protocols/_transport/transport.ts";
import type { HttpEnv, Logger } from "../../../../protocols/protocol.ts";
import type {
  RtcAnswerer,
  RtcOffer,
  RtcSession,
} from "../../../../protocols/webrtc/rtc_session.ts";
import {
  mountSignaling,
  type Signaling,
} from "../../../../protocols/webrtc/signaling/signaling.ts";
import type { Clock } from "../../../../registry/clock.ts";
import type { Publisher } from "../../../../registry/publisher.ts";
import { Registry } from "../../../../registry/registry.ts";
import { VirtualClock } from "../../../virtual_clock.ts";

export const HOST = "127.0.0.1";

/** What a client with a camera and no microphone offers. */
export const OFFER_SDP = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "m=video 9 UDP/TLS/RTP/SAVPF 96",
  "a=mid:0",
  "a=rtpmap:96 VP8/90000",
  "a=rtcp-mux",
  "a=ice-ufrag:abcd",
  `a=ice-pwd:${"p".repeat(22)}`,
  `a=fingerprint:sha-256 ${new Array(32).fill("00").join(":")}`,
  "a=setup:actpass",
  "a=sendrecv",
  "",
].join("\r\n");

/** A session without media. */
export class FakeSession implements RtcSession {
  readonly id = "0123456789abcdef0123456789abcdef";
  readonly generation = "1";
  readonly fragments: string[] = [];
  readonly #end = new AbortController();

  constructor(readonly answer: string) {}

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  trickle(fragment: string): Promise<undefined> {
    this.fragments.push(fragment);
    return Promise.resolve(undefined);
  }

  fail(reason: Error): void {
    this.#end.abort(reason);
  }

  close(): void {
    this.#end.abort(new Error("closed"));
  }
}

/** Answers every offer, unless told to refuse, and keeps what it was asked. */
export class FakeAnswerer implements RtcAnswerer {
  readonly offers: RtcOffer[] = [];
  readonly sessions: FakeSession[] = [];
  /** What the next offers fail with. */
  refusal: Error | undefined;
  /** What the next answers wait for. */
  gate: Promise<void> = Promise.resolve();

  async answer(offer: RtcOffer): Promise<RtcSession> {
    this.offers.push(offer);
    await this.gate;
    if (this.refusal !== undefined) throw this.refusal;
    const session = new FakeSession(`answer to ${this.offers.length}`);
    this.sessions.push(session);
    return session;
  }
}

export interface BenchOptions {
  readonly clock?: Clock;
  readonly maxPeers?: number;
}

/** Signaling on an application of its own. */
export class Bench implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly registry: Registry;
  readonly answerer = new FakeAnswerer();
  readonly log: string[] = [];
  readonly app = new Hono<HttpEnv>();
  readonly signaling: Signaling;
  readonly #servers: HttpServer[] = [];

  constructor({ clock = this.clock, maxPeers = 100 }: BenchOptions = {}) {
    this.registry = new Registry({ clock });
    const write = (message: string, fields = {}) =>
      void this.log.push(`${message} ${JSON.stringify(fields)}`);
    const log: Logger = { debug: write, info: write, warn: write, error: write };
    const { registry, answerer } = this;
    this.signaling = mountSignaling(this.app, { registry, answerer, log, maxPeers });
  }

  async request(path: string, init: RequestInit = {}, host = "192.0.2.1"): Promise<Response> {
    const request = new Request(`http://gateway.test:8080${path}`, init);
    return await this.app.fetch(request, { remote: { host, port: 50_000 } });
  }

  /** Signs in over HTTP: the id, and the list as it came. */
  async signIn(
    name: string,
    host?: string,
  ): Promise<{ readonly id: number; readonly list: string }> {
    const response = await this.request(`/sign_in?${name}`, {}, host);
    return { id: Number(response.headers.get("pragma")), list: await response.text() };
  }

  /** What the next `/wait` of `id` is answered: the id in `Pragma`, and the body. */
  async wait(id: number, signal?: AbortSignal): Promise<readonly [number, string]> {
    const response = await this.request(`/wait?peer_id=${id}`, { signal: signal ?? null });
    return [Number(response.headers.get("pragma")), await response.text()];
  }

  /** The status of a message from one to another. */
  async send(from: number, to: number, body: string, query = ""): Promise<number> {
    const path = `/message?peer_id=${from}&to=${to}${query}`;
    const response = await this.request(path, { method: "POST", body });
    await response.text();
    return response.status;
  }

  async publish(name: string): Promise<Publisher> {
    return await this.registry.publish({ name, protocol: "test", remote: "test" });
  }

  /** A port of its own on loopback. */
  async listen(): Promise<number> {
    const where = { transport: denoTransport, host: HOST, ports: [0] };
    return (await this.signaling.listen(where)).address.port;
  }

  /** The application that signaling is mounted on, as the HTTP port serves it. */
  async serve(): Promise<number> {
    const server = await denoTransport.serveHttp({
      host: HOST,
      port: 0,
      handler: this.app.fetch,
      onError: (error) => void this.log.push(`${error}`),
    });
    this.#servers.push(server);
    return server.address.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.signaling.close();
    for (const server of this.#servers) await server.close(0);
    this.registry.close();
  }
}
