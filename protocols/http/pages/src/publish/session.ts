import {
  agree,
  type Agreement,
  disagree,
  type Endpoint,
  onGoodbye,
  type Refusal,
  sendOffer,
} from "../rtc/exchange.ts";
import { orderCodecs } from "../rtc/codec_order.ts";
import { entriesOf } from "../rtc/report.ts";
import { type OutboundNumbers, StatsReader } from "../rtc/stats.ts";

/** ICE and DTLS take a few round trips; where UDP is blocked, they would take for ever. */
const CONNECT_LIMIT_MS = 5000;

/** A connection that is silent for longer does not come back by itself. */
const SILENCE_LIMIT_MS = 5000;

/** How a source is sent. */
export interface SendWish {
  /** "H264", or `undefined` for the best that both sides have. */
  readonly format: string | undefined;
  readonly bitsPerSecond: number;
}

export interface SessionEvents {
  readonly onConnected: () => void;
  /** Called once, with the reason, when the session is over without having been closed. */
  readonly onLost: (reason: string) => void;
}

/** One publication by WHIP: from the offer until it is closed or lost. */
export class PublishSession {
  readonly #connection = new RTCPeerConnection();
  readonly #abort = new AbortController();
  readonly #stats = new StatsReader();
  readonly #events: SessionEvents;
  readonly #hangUp = () => this.#agreement?.hangUp();
  #agreement: Agreement | undefined;
  #timer: number | undefined;

  constructor(events: SessionEvents) {
    this.#events = events;
    this.#connection.addEventListener("connectionstatechange", () => this.#onState());
    addEventListener("pagehide", this.#hangUp);
  }

  /**
   * Offers what a source has.
   *
   * @returns the refusal, if the gateway did refuse.
   */
  async start(
    endpoint: Endpoint,
    stream: MediaStream,
    wish: SendWish,
  ): Promise<Refusal | undefined> {
    for (const track of stream.getTracks()) this.#add(track, stream, wish);
    const offer = await this.#connection.createOffer();
    const result = await sendOffer(endpoint, offer.sdp ?? "", this.#abort.signal);
    if (result.type === "refused") return result;
    if (this.#isClosed) {
      await result.hangUp();
      return undefined;
    }
    this.#agreement = result;
    this.#limit(CONNECT_LIMIT_MS, "no connection to the gateway, UDP may be blocked");
    await agree(this.#connection, offer, result);
    onGoodbye(this.#connection, () => this.#lose("the gateway has ended it"));
    await this.limitBitrate(wish.bitsPerSecond);
    return undefined;
  }

  #add(track: MediaStreamTrack, stream: MediaStream, { format }: SendWish): void {
    const transceiver = this.#connection.addTransceiver(track, {
      direction: "sendonly",
      streams: [stream],
    });
    if (track.kind !== "video") return;
    const codecs = RTCRtpSender.getCapabilities("video")?.codecs ?? [];
    transceiver.setCodecPreferences([...orderCodecs(codecs, format)]);
  }

  /** Sends another source in the place of this one, where it has the same kinds of tracks. */
  async replace(stream: MediaStream): Promise<void> {
    for (const { sender, receiver } of this.#connection.getTransceivers()) {
      const track = stream.getTracks().find(({ kind }) => kind === receiver.track.kind) ?? null;
      await sender.replaceTrack(track);
    }
  }

  async limitBitrate(bitsPerSecond: number): Promise<void> {
    const sender = this.#connection.getSenders().find(({ track }) => track?.kind === "video");
    if (sender === undefined) return;
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) encoding.maxBitrate = bitsPerSecond;
    // Viewers over HLS and recordings fare badly with pictures that change their size.
    await sender.setParameters({ ...parameters, degradationPreference: "maintain-resolution" });
  }

  #onState(): void {
    const { connectionState } = this.#connection;
    if (connectionState === "connected") {
      clearTimeout(this.#timer);
      this.#events.onConnected();
    } else if (connectionState === "failed" || connectionState === "closed") {
      this.#lose("the connection broke");
    } else if (connectionState === "disconnected") {
      this.#limit(SILENCE_LIMIT_MS, "the gateway fell silent");
    }
  }

  #limit(ms: number, reason: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lose(reason), ms);
  }

  #lose(reason: string): void {
    if (this.#isClosed) return;
    this.close();
    this.#events.onLost(reason);
  }

  get #isClosed(): boolean {
    return this.#abort.signal.aborted;
  }

  async read(): Promise<OutboundNumbers> {
    return this.#stats.outbound(await entriesOf(this.#connection));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#abort.abort();
    clearTimeout(this.#timer);
    removeEventListener("pagehide", this.#hangUp);
    disagree(this.#connection, this.#agreement);
  }
}
