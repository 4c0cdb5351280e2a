import { encodeName } from "../api.ts";
import * as form from "./form.ts";
import { PublishSession } from "./session.ts";
import { openSource, type Source } from "./sources.ts";
import type { Refusal } from "../rtc/exchange.ts";
import type { OutboundNumbers } from "../rtc/stats.ts";
import { insecureWords, wordsOfCapture, wordsOfRefusal } from "./words.ts";

export type PublisherState = "idle" | "preview" | "connecting" | "live";

export interface PublisherEvents {
  readonly onState: (state: PublisherState) => void;
  /** What to tell; empty for nothing. */
  readonly onMessage: (text: string) => void;
  readonly onSource: (stream: MediaStream | undefined) => void;
}

/** Pause before a connection that was lost is made anew. */
const RETRY_MS = 2000;

/** What is captured here, and sent to the gateway as one stream. */
export class Publisher {
  readonly #name: string;
  readonly #events: PublisherEvents;
  #source: Source | undefined;
  #session: PublishSession | undefined;
  #timer: number | undefined;
  /** Of what is being opened: an answer to another one comes too late. */
  #turn = 0;

  constructor(name: string, events: PublisherEvents) {
    this.#name = name;
    this.#events = events;
  }

  /** Opens the source that the form names, in the place of the one there is. */
  async open(): Promise<boolean> {
    const wish = form.sourceWish();
    const turn = ++this.#turn;
    // A camera that is in use cannot be opened with another size in some browsers.
    if (wish.kind === "camera") this.#closeSource();
    const source = await openSource(wish).catch((error) => this.#sayCapture(error, wish.kind));
    if (source === undefined) return false;
    if (turn !== this.#turn) {
      source.close();
      return false;
    }
    this.#closeSource();
    this.#source = source;
    for (const track of source.stream.getTracks()) {
      track.addEventListener("ended", () => this.#onSourceEnded(source));
    }
    this.#events.onSource(source.stream);
    this.#events.onMessage("");
    if (this.#session === undefined) this.#events.onState("preview");
    await this.#session?.replace(source.stream);
    await form.listDevices();
    return true;
  }

  #sayCapture(error: unknown, kind: string): undefined {
    const source = kind === "screen" ? "screen" : "camera";
    const name = error instanceof Error ? error.name : "Error";
    if (this.#source === undefined) this.stop();
    this.#events.onMessage(isSecureContext ? wordsOfCapture(name, source) : insecureWords(source));
    return undefined;
  }

  /** The browser's own "Stop sharing", or a camera that was pulled out. */
  #onSourceEnded(source: Source): void {
    if (source !== this.#source) return;
    this.stop();
    this.#events.onMessage("The source has ended.");
  }

  async start(): Promise<void> {
    this.#closeSession();
    if (this.#source === undefined && !await this.open()) return;
    if (this.#source === undefined) return;
    this.#events.onMessage("Connecting…");
    await this.#connect(this.#source, false);
  }

  /** @param isRetry whether it was connected before, and is to be again. */
  async #connect({ stream }: Source, isRetry: boolean): Promise<void> {
    this.#events.onState("connecting");
    const session = new PublishSession({
      onConnected: () => {
        this.#events.onState("live");
        this.#events.onMessage(`${this.#name} is live.`);
      },
      onLost: (reason) => this.#retry(reason),
    });
    this.#session = session;
    const endpoint = {
      url: `/${encodeName(this.#name)}/whip${location.search}`,
      token: form.enteredToken(),
    };
    try {
      const refusal = await session.start(endpoint, stream, form.sendWish());
      if (refusal === undefined || session !== this.#session) return;
      this.#closeSession();
      this.#onRefusal(refusal, isRetry);
    } catch (error) {
      if (session !== this.#session) return;
      this.#closeSession();
      this.#events.onState("preview");
      this.#events.onMessage(`This browser and the gateway do not agree (${error}).`);
    }
  }

  #onRefusal({ status, reason }: Refusal, isRetry: boolean): void {
    const isForbidden = status === 401 || status === 403;
    // The gateway may hold the name for the connection that was lost, until it finds that out too.
    if (isRetry && !isForbidden) return this.#retry(reason);
    this.#events.onState("preview");
    this.#events.onMessage(wordsOfRefusal(this.#name, status, reason));
    if (isForbidden) form.askForToken();
  }

  #retry(reason: string): void {
    this.#closeSession();
    this.#events.onState("connecting");
    this.#events.onMessage(`The connection was lost: ${reason}. Trying again…`);
    this.#timer = setTimeout(() => {
      if (this.#source !== undefined) this.#connect(this.#source, true);
    }, RETRY_MS);
  }

  /** Ends the publication, and lets go of the devices. */
  stop(): void {
    this.#turn += 1;
    this.#closeSession();
    this.#closeSource();
    this.#events.onMessage("");
    this.#events.onState("idle");
  }

  /** Sends silence, or a black picture. */
  enable(kind: "audio" | "video", isOn: boolean): void {
    for (const track of this.#source?.stream.getTracks() ?? []) {
      if (track.kind === kind) track.enabled = isOn;
    }
  }

  async limitBitrate(): Promise<void> {
    await this.#session?.limitBitrate(form.sendWish().bitsPerSecond);
  }

  read(): Promise<OutboundNumbers> | undefined {
    return this.#session?.read();
  }

  #closeSession(): void {
    clearTimeout(this.#timer);
    this.#session?.close();
    this.#session = undefined;
  }

  #closeSource(): void {
    if (this.#source === undefined) return;
    this.#source.close();
    this.#source = undefined;
    this.#events.onSource(undefined);
  }
}
