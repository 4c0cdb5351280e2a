import { encodeName, fetchStream } from "../api.ts";
import { agree, type Agreement, disagree, onGoodbye, sendOffer } from "../rtc/exchange.ts";
import { formatCodec } from "../format.ts";
import { entriesOf } from "../rtc/report.ts";
import { StatsReader } from "../rtc/stats.ts";
import type { Playback, Stage } from "./stage.ts";
import { type Ending, endingOfStatus, type Reading } from "./way.ts";

/** ICE and DTLS take a few round trips; where UDP is blocked, they would take for ever. */
const CONNECT_LIMIT_MS = 3000;

/** A connection that is silent for longer does not come back by itself. */
const SILENCE_LIMIT_MS = 3000;

/** Plays by WHEP. */
export function playWebRtc(stage: Stage): Playback {
  return new WebRtcPlayback(stage);
}

class WebRtcPlayback implements Playback {
  readonly #stage: Stage;
  readonly #connection = new RTCPeerConnection();
  readonly #abort = new AbortController();
  readonly #stats = new StatsReader();
  readonly #hangUp = () => this.#agreement?.hangUp();
  #agreement: Agreement | undefined;
  #timer: number | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
    const stream = new MediaStream();
    this.#connection.addEventListener("track", ({ track }) => stream.addTrack(track));
    this.#connection.addEventListener("connectionstatechange", () => this.#onState());
    addEventListener("pagehide", this.#hangUp);
    stage.video.srcObject = stream;
    this.#connect().catch((error) => this.#end({ type: "unfit", reason: messageOf(error) }));
  }

  async #connect(): Promise<void> {
    const { name, query } = this.#stage;
    const connection = this.#connection;
    const audio = connection.addTransceiver("audio", { direction: "recvonly" });
    const video = connection.addTransceiver("video", { direction: "recvonly" });
    const offer = await connection.createOffer();
    const endpoint = { url: `/${encodeName(name)}/whep${query}`, token: "" };
    const result = await sendOffer(endpoint, offer.sdp ?? "", this.#abort.signal);
    if (result.type === "refused") return this.#end(endingOfStatus(result.status, result.reason));
    // Closed meanwhile: the gateway need not find out by itself.
    if (this.#isClosed) return await result.hangUp();
    this.#agreement = result;
    this.#limit(CONNECT_LIMIT_MS, {
      type: "unfit",
      reason: `no connection within ${CONNECT_LIMIT_MS / 1000} s, UDP may be blocked`,
    });
    await agree(connection, offer, result);
    onGoodbye(connection, () => this.#end({ type: "lost", reason: "the gateway has ended it" }));
    if (!isReceived(video)) await this.#passUnseen();
    if (!isReceived(audio)) await this.#tellOfSilence();
  }

  /** Sound alone is for streams that have no picture. */
  async #passUnseen(): Promise<void> {
    const codec = await this.#codecOf("video");
    if (codec === undefined) return;
    this.#end({ type: "unfit", reason: `the picture is ${codec}, which cannot be had this way` });
  }

  async #tellOfSilence(): Promise<void> {
    const codec = await this.#codecOf("audio");
    if (codec !== undefined && !this.#isClosed) this.#stage.onSilent(codec);
  }

  /** What the stream has, whether or not it was agreed to. */
  async #codecOf(kind: "audio" | "video"): Promise<string | undefined> {
    const stream = await fetchStream(this.#stage.name);
    const track = stream?.tracks.find((one) => one.kind === kind);
    return track && formatCodec(track.codec);
  }

  #onState(): void {
    const { connectionState } = this.#connection;
    const lost: Ending = { type: "lost", reason: "the connection broke" };
    if (connectionState === "connected") clearTimeout(this.#timer);
    else if (connectionState === "failed" || connectionState === "closed") this.#end(lost);
    else if (connectionState === "disconnected") this.#limit(SILENCE_LIMIT_MS, lost);
  }

  #limit(ms: number, ending: Ending): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(ending), ms);
  }

  #end(ending: Ending): void {
    if (this.#isClosed) return;
    this.close();
    this.#stage.onEnd(ending);
  }

  get #isClosed(): boolean {
    return this.#abort.signal.aborted;
  }

  async read(): Promise<Reading> {
    const { delayMs, bitsPerSecond, lostPackets, packets, videoCodec, audioCodec } = this.#stats
      .inbound(await entriesOf(this.#connection));
    return {
      ...(delayMs !== undefined && { delay: { ms: delayMs, of: "buffer and half a round trip" } }),
      bitsPerSecond,
      packets: { lost: lostPackets, received: packets },
      ...(videoCodec && { videoCodec }),
      ...(audioCodec && { audioCodec }),
    };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#abort.abort();
    clearTimeout(this.#timer);
    removeEventListener("pagehide", this.#hangUp);
    disagree(this.#connection, this.#agreement);
    this.#stage.video.srcObject = null;
  }
}

function isReceived({ currentDirection }: RTCRtpTransceiver): boolean {
  return currentDirection === "recvonly";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
