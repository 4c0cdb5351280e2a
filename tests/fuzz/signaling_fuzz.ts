// Property: every request to the signaling server and every message over its WebSocket is answered
// without an exception, whatever the path, query and body. Peers, queues and calls stay in their
// bounds, no line of a list is forged, and nothing is left when everybody has vanished.
import { assert, assertEquals } from "@std/assert";
import { Hono } from "hono";
import { HttpError } from "../../protocols/_transport/http_error.ts";
import { silentLogger } from "../../protocols/logger.ts";
import type { HttpEnv } from "../../protocols/protocol.ts";
import type { RtcAnswerer, RtcSession } from "../../protocols/webrtc/rtc_session.ts";
import { MAX_NAME_BYTES } from "../../protocols/webrtc/signaling/names.ts";
import { MAX_WAIT_MS, PEER_TIMEOUT_MS } from "../../protocols/webrtc/signaling/poll_peer.ts";
import { mountSignaling } from "../../protocols/webrtc/signaling/signaling.ts";
import { Registry } from "../../registry/registry.ts";
import { settle, VirtualClock } from "../virtual_clock.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";
import { randomText } from "./text.ts";

const MAX_PEERS = 8;
const MAX_REQUESTS = 10;
/** Two, so that ids are used from the wrong one as well. */
const HOSTS = ["192.0.2.1", "2001:db8::1"] as const;

const NAMES = [
  "anna@host",
  "J%C3%BCrgen",
  "publish:live/cam2",
  "stream:live/cam1",
  "a,1,1%0Ab,2,1",
];
const SDP =
  "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=rtpmap:96 VP8/90000\r\na=rtcp-mux\r\n" +
  `a=ice-ufrag:abcd\r\na=ice-pwd:${"p".repeat(22)}\r\na=setup:actpass\r\na=sendrecv\r\n` +
  `a=fingerprint:sha-256 ${new Array(32).fill("00").join(":")}\r\n`;
const BODIES = [
  JSON.stringify({ type: "offer", sdp: SDP }),
  '{"sdpMid":"0","sdpMLineIndex":0,"candidate":"candidate:1 1 udp 1 192.0.2.1 1 typ host"}',
  "BYE",
];
const ALPHABET = [
  "&",
  "=",
  "?",
  "%",
  "%0A",
  "%00",
  ",",
  "peer_id=",
  "to=",
  "0",
  "-1",
  "\u00e9",
  '"',
  "{",
  "}",
];

class Session implements RtcSession {
  readonly id = "0";
  readonly generation = "0";
  readonly answer = "v=0\r\n";
  readonly #end = new AbortController();
  get signal(): AbortSignal {
    return this.#end.signal;
  }
  trickle(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  close(): void {
    this.#end.abort();
  }
}

/** As much of a WebSocket as the gateway uses. */
class Socket {
  readyState: number = WebSocket.OPEN;
  readonly bufferedAmount = 0;
  readonly sent: string[] = [];
  onmessage: (event: { readonly data: unknown }) => void = () => {};
  onclose = () => {};
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose();
  }
}

class Visit {
  readonly #random: Random;
  readonly clock = new VirtualClock();
  readonly registry = new Registry({ clock: this.clock });
  readonly sessions = new Set<Session>();
  readonly #app = new Hono<HttpEnv>();
  readonly signaling;
  readonly ids: number[] = [0];
  /** Of the one stream that there is. */
  readonly #streams = new Set<number>();
  readonly #sockets: Socket[] = [];
  readonly #checks: Promise<void>[] = [];

  constructor(random: Random) {
    this.#random = random;
    const answerer: RtcAnswerer = { answer: () => this.#answer() };
    this.signaling = mountSignaling(this.#app, {
      registry: this.registry,
      answerer,
      log: silentLogger,
      maxPeers: MAX_PEERS,
    });
    // What is no refusal is thrown: a failure.
    this.#app.onError((error, c) => {
      if (error instanceof HttpError) return c.text(error.message, error.status);
      throw error;
    });
  }

  /** Somebody, somebody who may publish, and a stream, so that what follows has whom to be about. */
  async begin(): Promise<void> {
    await this.registry.publish({ name: "live/cam1", protocol: "test", remote: "test" });
    for (const name of ["anna", "publish:live/cam2"]) await this.#send("GET", `/sign_in?${name}`);
    await this.#send("GET", "/ws");
  }

  #answer(): Promise<RtcSession> {
    if (this.#random.int(4) === 0) return Promise.reject(new Error("refused"));
    const session = new Session();
    this.sessions.add(session);
    return Promise.resolve(session);
  }

  #target(): string {
    const random = this.#random;
    const [from, to] = [random.pick(this.ids), random.pick([...this.ids, ...this.#streams])];
    const name = randomText(random, NAMES, ALPHABET);
    const samples = [
      `/sign_in?${name}`,
      `/wait?peer_id=${from}`,
      `/message?peer_id=${from}&to=${to}`,
      `/message?peer_id=${this.ids[1]}&to=${[...this.#streams].at(0)}`,
      `/sign_out?peer_id=${from}`,
      `/ws?${name}`,
    ];
    return random.int(3) > 0 ? random.pick(samples) : `/${randomText(random, samples, ALPHABET)}`;
  }

  async request(): Promise<void> {
    const random = this.#random;
    const target = this.#target();
    const isPost = target.startsWith("/message") && random.int(8) > 0;
    const isUsual = random.int(8) > 0;
    const method = isPost ? "POST" : isUsual ? "GET" : random.pick(["HEAD", "POST", "OPTIONS"]);
    await this.#send(method, target);
  }

  async #send(method: string, target: string): Promise<void> {
    const random = this.#random;
    const abort = new AbortController();
    const isSocket = target.startsWith("/ws") && random.int(8) > 0;
    const text = random.bool() ? random.pick(BODIES) : randomText(random, BODIES, ALPHABET);
    const body = method === "POST" ? { body: text } : {};
    const url = new URL(`http://gateway.test${target.replace(/^\/+/, "/")}`);
    const request = new Request(url, { method, signal: abort.signal, ...body });
    const host = random.int(8) > 0 ? HOSTS[0] : HOSTS[1];
    const peer = { remote: { host, port: 1 }, ...(isSocket && { upgrade: () => this.#upgrade() }) };
    const answering = Promise.resolve(this.#app.fetch(request, peer));
    const checking = answering.then((response) => this.#check(response, url));
    this.#checks.push(checking);
    checking.catch(() => {});
    await this.#settle();
    assert(this.signaling.peers <= MAX_PEERS);
    // Some hang for longer than the next request takes to come.
    if (random.bool()) abort.abort();
    await this.#settle();
  }

  #upgrade(): { readonly socket: WebSocket; readonly response: Response } {
    const socket = new Socket();
    this.#sockets.push(socket);
    return { socket: socket as unknown as WebSocket, response: new Response() };
  }

  /** Says something over one of the sockets: what comes of it is JSON. */
  async say(): Promise<void> {
    const random = this.#random;
    if (this.#sockets.length === 0) return;
    const socket = random.pick(this.#sockets);
    if (socket.readyState !== WebSocket.OPEN) return;
    const to = random.pick([...this.ids, ...this.#streams]);
    const samples = [
      '{"type":"sign_in","name":"page"}',
      JSON.stringify({ type: "message", to, body: random.pick(BODIES) }),
    ];
    const text = random.bool() ? random.pick(samples) : randomText(random, samples, ALPHABET);
    if (random.int(16) === 0) socket.close();
    else socket.onmessage({ data: random.int(16) === 0 ? new ArrayBuffer(1) : text });
    await this.#settle();
    for (const sent of socket.sent.splice(0)) {
      const reply: { readonly type?: unknown; readonly id?: number } = JSON.parse(sent);
      assertEquals(typeof reply.type, "string");
      if (reply.type === "signed_in" && reply.id !== undefined) this.ids.push(reply.id);
    }
  }

  async #check(response: Response, { pathname }: URL): Promise<void> {
    const text = await response.text();
    const pragma = response.headers.get("pragma");
    if (pathname !== "/sign_in" || pragma === null) return;
    const id = Number(pragma);
    this.ids.push(id);
    const lines = text.split("\n").slice(0, -1);
    assertEquals(lines[0]?.split(",")[1], `${id}`);
    for (const line of lines) {
      const [name = "", number, connected, ...rest] = line.split(",");
      assert(new TextEncoder().encode(name).byteLength <= MAX_NAME_BYTES);
      assertEquals([connected, rest.length], ["1", 0]);
      if (name === "stream:live/cam1") this.#streams.add(Number(number));
      else assert(this.ids.includes(Number(number)), line);
    }
  }

  async #settle(): Promise<void> {
    for (let turn = 0; turn < 30; turn++) await Promise.resolve();
  }

  async end(): Promise<void> {
    this.clock.advance(MAX_WAIT_MS + PEER_TIMEOUT_MS);
    await this.#settle();
    for (const socket of this.#sockets) socket.close();
    await this.#settle();
    // Whatever hung has been answered by now.
    await Promise.all(this.#checks);
    assertEquals([this.signaling.peers, this.signaling.calls], [0, 0]);
    for (const { signal } of this.sessions) assert(signal.aborted);
    await this.signaling.close();
    this.registry.close();
    assert(this.#streams.size <= 1);
    assertEquals(this.clock.pending, 0);
  }
}

export const target: FuzzTarget = {
  name: "signaling",
  async run(random: Random, index: number): Promise<void> {
    // Requests hold weak references, which are not let go of while nothing but promises run.
    if (index % 64 === 0) await settle();
    const visit = new Visit(random);
    await visit.begin();
    for (let count = random.int(MAX_REQUESTS); count >= 0; count--) {
      if (random.bool()) await visit.request();
      else await visit.say();
    }
    await visit.end();
  },
};
