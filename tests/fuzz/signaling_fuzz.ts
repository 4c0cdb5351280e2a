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
const MAX_REQUESTS = 12;
/** Two, so that ids are used from the wrong one as well. */
const HOSTS = ["192.0.2.1", "2001:db8::1"];

const NAMES = [
  "anna@host",
  "J%C3%BCrgen",
  "publish:live/cam2",
  "stream:live/cam1",
  "a,1,1%0Ab,2,1",
];
const BODIES = [
  '{"type":"offer","sdp":"v=0\\r\\nm=video 9 UDP/TLS/RTP/SAVPF 96\\r\\na=sendonly\\r\\na=ice-ufrag:u\\r\\n"}',
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

class Visit {
  readonly #random: Random;
  readonly clock = new VirtualClock();
  readonly registry = new Registry({ clock: this.clock });
  readonly sessions = new Set<Session>();
  readonly #app = new Hono<HttpEnv>();
  readonly signaling;
  readonly ids: number[] = [0];
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

  #answer(): Promise<RtcSession> {
    if (this.#random.int(4) === 0) return Promise.reject(new Error("refused"));
    const session = new Session();
    this.sessions.add(session);
    return Promise.resolve(session);
  }

  #target(): string {
    const random = this.#random;
    const [from, to] = [random.pick(this.ids), random.pick(this.ids)];
    const name = randomText(random, NAMES, ALPHABET);
    const samples = [
      `/sign_in?${name}`,
      `/wait?peer_id=${from}`,
      `/message?peer_id=${from}&to=${to}`,
      `/sign_out?peer_id=${from}`,
      `/ws?${name}`,
    ];
    return random.int(3) > 0 ? random.pick(samples) : `/${randomText(random, samples, ALPHABET)}`;
  }

  async request(): Promise<void> {
    const random = this.#random;
    const target = this.#target();
    const isPost = target.startsWith("/message") && random.int(8) > 0;
    const method = isPost ? "POST" : random.pick(["GET", "GET", "GET", "GET", "HEAD", "POST"]);
    const abort = new AbortController();
    const body = method === "POST" ? { body: randomText(random, BODIES, ALPHABET) } : {};
    const url = new URL(`http://gateway.test${target.replace(/^\/+/, "/")}`);
    const request = new Request(url, { method, signal: abort.signal, ...body });
    const peer = { remote: { host: random.pick(HOSTS), port: 1 } };
    const answering = Promise.resolve(this.#app.fetch(request, peer));
    await this.#settle();
    this.#checkBounds();
    // Some hang for longer than the next request takes to come.
    if (random.bool()) abort.abort();
    const checking = answering.then((response) => this.#check(response, url));
    this.#checks.push(checking);
    checking.catch(() => {});
    await this.#settle();
  }

  async #check(response: Response, { pathname }: URL): Promise<void> {
    const text = await response.text();
    if (pathname !== "/sign_in" || response.status !== 200) return;
    const id = Number(response.headers.get("pragma"));
    this.ids.push(id);
    const lines = text.split("\n").slice(0, -1);
    assertEquals(lines[0]?.split(",")[1], `${id}`);
    for (const line of lines) {
      const [name = "", number, connected, ...rest] = line.split(",");
      assert(new TextEncoder().encode(name).byteLength <= MAX_NAME_BYTES);
      assert(this.ids.includes(Number(number)), line);
      assertEquals([connected, rest.length], ["1", 0]);
    }
  }

  #checkBounds(): void {
    assert(this.signaling.peers <= MAX_PEERS);
  }

  async #settle(): Promise<void> {
    for (let turn = 0; turn < 30; turn++) await Promise.resolve();
  }

  async end(): Promise<void> {
    this.clock.advance(MAX_WAIT_MS + PEER_TIMEOUT_MS);
    await this.#settle();
    // Whatever hung has been answered by now.
    await Promise.all(this.#checks);
    assertEquals([this.signaling.peers, this.signaling.calls], [0, 0]);
    for (const { signal } of this.sessions) assert(signal.aborted);
    await this.signaling.close();
    this.registry.close();
    assertEquals(this.clock.pending, 0);
  }
}

export const target: FuzzTarget = {
  name: "signaling",
  async run(random: Random, index: number): Promise<void> {
    // Requests hold weak references, which are not let go of while nothing but promises run.
    if (index % 64 === 0) await settle();
    const visit = new Visit(random);
    for (let count = random.int(MAX_REQUESTS); count >= 0; count--) await visit.request();
    await visit.end();
  },
};
