import { createHash } from "node:crypto";
import { denoTransport } from "../../protocols/_transport/deno_transport.ts";
import { silentLogger, ThrottledLog } from "../../protocols/logger.ts";
import { PublisherIngest } from "../../protocols/webrtc/ingest/publisher_ingest.ts";
import { negotiateAnswer } from "../../protocols/webrtc/sdp/negotiate_answer.ts";
import { offerRead, writeOffer } from "../../protocols/webrtc/sdp/offer.ts";
import { parseRemote } from "../../protocols/webrtc/sdp/parse.ts";
import { createIdentity } from "../../protocols/webrtc/transport/dtls/identity.ts";
import type { RtcPeer } from "../../protocols/webrtc/transport/rtc_peer.ts";
import { RtcPort } from "../../protocols/webrtc/transport/rtc_port.ts";
import { systemClock } from "../../registry/clock.ts";
import { joinObus } from "../../registry/media/av1_obu.ts";
import type { CodecName } from "../../registry/media/codec.ts";
import type { Unit } from "../../registry/media/unit.ts";
import type { Session } from "./players.ts";
import type { Program } from "./program.ts";

/** Seconds that the gateway may wait for the publisher. */
const WAIT_S = 60;

/** Between two looks at whether the stream has ended. */
const POLL_MS = 100;

/** Nothing comes behind the end of a stream after so long, packets that are sent again among it. */
const QUIET_MS = 1000;

const SILENT_MS = 15_000;

/** How `av_bare.ts` names a codec, and what its frames are. */
interface BareForm {
  readonly name: string;
  readonly join: (payload: Unit["payload"]) => Uint8Array;
}

const joinParts = (parts: Unit["payload"]) => new Uint8Array(parts.flatMap((part) => [...part]));

/** As FFmpeg puts NAL units together again: the first start code has a byte more. */
const annexB = (nals: Unit["payload"]) =>
  joinParts(nals.flatMap((nal, index) => [new Uint8Array(index === 0 ? 3 : 2), START, nal]));
const START = Uint8Array.of(1);

const BARE_FORMS: Readonly<Partial<Record<CodecName, BareForm>>> = {
  h264: { name: "h264", join: annexB },
  h265: { name: "hevc", join: annexB },
  av1: { name: "av1", join: joinObus },
  vp8: { name: "vp8", join: joinParts },
  vp9: { name: "vp9", join: joinParts },
  opus: { name: "opus", join: joinParts },
  g711a: { name: "pcm_alaw", join: joinParts },
  g711u: { name: "pcm_mulaw", join: joinParts },
  g722: { name: "adpcm_g722", join: joinParts },
};

/**
 * Plays WHEP to its end: the gateway's own code for the other side. Lists frames in a file, as `av_bare.ts`
 * does. The offer waits for the publisher for longer than that of `whep://` does.
 */
export class WhepSession implements Session {
  readonly #program: Program;
  readonly #name: string;
  readonly #file: string;
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;
  readonly #units: Unit[] = [];
  #heardMs = performance.now();

  constructor(program: Program, name: string, file: string) {
    this.#program = program;
    this.#name = name;
    this.#file = file;
    this.#ended = this.#play();
    this.#ended.catch(() => {});
  }

  succeed(): Promise<void> {
    return this.#ended;
  }

  async #play(): Promise<void> {
    await using open = new AsyncDisposableStack();
    const port = open.adopt(await openPort(), (port) => port.close());
    const late: { ingest?: PublisherIngest } = {};
    open.defer(() => late.ingest?.close());
    const peer = port.createPeer({
      role: "controlling",
      receiver: {
        rtp: (packet) => {
          this.#heardMs = performance.now();
          late.ingest?.rtp(packet);
        },
        rtcp: (packet) => late.ingest?.rtcp(packet),
      },
    });
    const offered = offerRead();
    const remote = parseRemote(await this.#offer(offerOf(peer, offered)));
    late.ingest = new PublisherIngest({
      medias: negotiateAnswer(offered, remote),
      sink: { describe: () => {}, write: (units) => this.#units.push(...units) },
      clock: systemClock,
      trouble: new ThrottledLog(() => performance.now(), () => {}),
      sendRtcp: (packet) => void connected.then((path) => path.sendRtcp(packet)).catch(() => {}),
    });
    peer.addRemote(remote);
    const connected = peer.connect(remote, this.#abort.signal);
    await connected;
    await this.#untilEnd(peer.signal);
    late.ingest.close();
    await Deno.writeTextFile(this.#file, [...listing(this.#units)].join(""));
  }

  async #offer(sdp: string): Promise<string> {
    const url = this.#program.url("http", `${this.#name}/whep?wait=${WAIT_S}`);
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/sdp" },
      body: sdp,
      signal: this.#abort.signal,
    });
    const text = await response.text();
    if (response.ok) return text;
    throw new Error(`${url}: ${response.status} ${text}`);
  }

  /** A viewer stays for whoever publishes next: that the stream has ended is for others to tell. */
  async #untilEnd(lost: AbortSignal): Promise<void> {
    for (;;) {
      this.#abort.signal.throwIfAborted();
      lost.throwIfAborted();
      const isOver = this.#program.matching("unpublished", { stream: this.#name }).length > 0;
      if (isOver && performance.now() - this.#heardMs > QUIET_MS) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#ended.catch(() => {});
  }
}

async function openPort(): Promise<RtcPort> {
  return await RtcPort.open({
    transport: denoTransport,
    clock: systemClock,
    log: silentLogger,
    host: "127.0.0.1",
    ports: [0],
    identity: createIdentity(Date.now()),
    maxPeers: 1,
    silentMs: SILENT_MS,
  });
}

function offerOf(
  { ice, fingerprint, candidates }: RtcPeer,
  medias: ReturnType<typeof offerRead>,
): string {
  const local = { ice, fingerprint, setup: "actpass", candidates, endOfCandidates: true } as const;
  const origin = { sessionId: "1", version: 1 };
  return writeOffer({ medias, local, origin, streamName: "viewer" });
}

/** What FFmpeg's `framemd5` muxer would write. */
function* listing(units: readonly Unit[]): Generator<string> {
  const tracks = Map.groupBy(units, ({ track: { id } }) => id);
  for (const [index, own] of [...tracks.values()].entries()) {
    const { kind, codec, timescale } = own[0]?.track ?? fail("nothing");
    const { name, join } = BARE_FORMS[codec] ?? fail(codec);
    yield `#tb ${index}: 1/${timescale}\n#media_type ${index}: ${kind}\n#codec_id ${index}: ${name}\n`;
    for (const { pts, payload } of own) {
      const frame = join(payload);
      const hash = createHash("md5").update(frame).digest("hex");
      yield [index, pts, pts, 0, frame.length, hash].join(", ") + "\n";
    }
  }
}

function fail(codec: string): never {
  throw new Error(`Cannot list frames of ${codec}: WebRTC does not carry it`);
}
