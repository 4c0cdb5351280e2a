import { encodeName, fetchStream } from "../api.ts";
import { agree, type Agreement, disagree, onGoodbye, sendOffer } from "../rtc/exchange.ts";
import { formatCodec } from "../format.ts";
import { entriesOf } from "../rtc/report.ts";
import { StatsReader } from "../rtc/stats.ts";
import { whyFewPictures } from "./pictures.ts";
import type { Playback, Stage } from "./stage.ts";
import { type Ending, endingOfStatus, type Reading } from "./way.ts";

/** ICE and DTLS take a few round trips; where UDP is blocked, they would take for ever. */
const CONNECT_LIMIT_MS = 3000;

/** A connection that is silent for longer does not come back by itself. */
const SILENCE_LIMIT_MS = 3000;

/** When pictures begin to be counted, after those of the cache; and for how long. */
const COUNT_AFTER_MS = 1000;
const COUNT_MS = 4000;

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
  #countTimer: number | undefined;

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
    if (connectionState === "connected") this.#onConnected();
    else if (connectionState === "failed" || connectionState === "closed") this.#end(lost);
    else if (connectionState === "disconnected") this.#limit(SILENCE_LIMIT_MS, lost);
  }

  #onConnected(): void {
    clearTimeout(this.#timer);
    if (this.#stage.hasNext) this.#countLater(COUNT_AFTER_MS, (before) => this.#count(before));
  }

  /** Leaves a stream to the next way of which too little comes through. */
  #count(before: number): void {
    this.#countLater(COUNT_MS, async (now) => {
      const stream = await fetchStream(this.#stage.name);
      const video = stream?.tracks.find(({ kind }) => kind === "video");
      const shown = (now - before) * 1000 / COUNT_MS;
      const reason = whyFewPictures(shown, video?.unitsPerSecond ?? 0);
      if (reason !== undefined) this.#end({ type: "poor", reason });
    });
  }

  #countLater(ms: number, take: (pictures: number) => void): void {
    clearTimeout(this.#countTimer);
    this.#countTimer = setTimeout(async () => {
      // A reader of its own: the other one tells rates since it was asked last.
      const { pictures } = new StatsReader().inbound(await entriesOf(this.#connection));
      if (!this.#isClosed) take(pictures);
    }, ms);
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
    clearTimeout(this.#countTimer);
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
