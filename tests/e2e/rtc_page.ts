import type { Page } from "npm:playwright-core@^1.65.1";
import script from "./rtc_page.js" with { type: "text" };
import type { Program } from "./program.ts";
import { must } from "../must.ts";

/** Flags of a browser that has a camera and a microphone, and lets every page use them. */
export const FAKE_DEVICES: readonly string[] = [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];

/** What is used of an `inbound-rtp` entry (W3C webrtc-stats). */
export interface Inbound {
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly framesDecoded: number;
  readonly framesReceived: number;
  readonly framesDropped: number;
  readonly totalFreezesDuration: number;
  readonly nackCount: number;
  readonly pliCount: number;
  readonly retransmittedPacketsReceived?: number;
  readonly totalAudioEnergy: number;
}

/** What is used of an `outbound-rtp` entry. */
export interface Outbound {
  readonly framesEncoded: number;
  readonly nackCount: number;
  readonly retransmittedPacketsSent: number;
}

/** A picture as it was shown. */
export interface ShownPicture {
  /** UTC in milliseconds. */
  readonly at: number;
  /** What is drawn in it; absent where that cannot be read. */
  readonly number?: number;
  /** Milliseconds since it was drawn, for a picture with a clock. */
  readonly age?: number;
}

/** How a page publishes. */
export interface PublishWish {
  /** A clock that can be read instead of the picture of the fake camera. */
  readonly clock?: boolean;
  /** Default: true. */
  readonly sound?: boolean;
  readonly format?: "VP8" | "VP9" | "H264" | "AV1";
}

/** A page of the gateway's origin that can publish and play as a script tells it. */
export class RtcPage {
  readonly page: Page;
  readonly #program: Program;

  constructor(page: Page, program: Program) {
    this.page = page;
    this.#program = program;
  }

  /** Loads it, or loads it anew: what it did before is over then. */
  async open(): Promise<void> {
    await this.page.goto(this.#program.url("http", "healthz"));
    await this.page.addScriptTag({ content: script });
  }

  /** Publishes by WHIP; resolves when it is connected. */
  publish(name: string, wish: PublishWish = {}): Promise<void> {
    return this.#run(`rtc.publish("/${name}/whip", ${JSON.stringify(wish)})`);
  }

  /** Plays by WHEP. @returns milliseconds from the beginning to the first picture. */
  play(name: string, query = ""): Promise<number> {
    return this.#run(`rtc.play("/${name}/whep${query}")`);
  }

  /** Waits until an expression holds, which may use `rtc` and `await`; gives its value. */
  until<T>(expression: string, limitMs?: number): Promise<T> {
    return this.#run(`rtc.until(async () => ${expression}, ${limitMs})`);
  }

  /** Waits until so many pictures have been decoded. */
  async decoded(count: number, limitMs?: number): Promise<Inbound> {
    const enough = `(await rtc.stats("inbound-rtp", "video")).find((one) =>
      one.framesDecoded >= ${count})`;
    return await this.until(enough, limitMs);
  }

  /** Absent where nothing came. */
  async inbound(kind: "audio" | "video"): Promise<Inbound | undefined> {
    const [found] = await this.#run<readonly Inbound[]>(`rtc.stats("inbound-rtp", "${kind}")`);
    return found;
  }

  async outbound(kind: "audio" | "video"): Promise<Outbound | undefined> {
    const [found] = await this.#run<readonly Outbound[]>(`rtc.stats("outbound-rtp", "${kind}")`);
    return found;
  }

  /** What the gateway has told of what it gets, once it has. */
  remoteInbound(kind: "audio" | "video"): Promise<{ readonly packetsLost: number }> {
    return this.until(`(await rtc.stats("remote-inbound-rtp", "${kind}"))[0]`);
  }

  shown(): Promise<readonly ShownPicture[]> {
    return this.#run("rtc.shown");
  }

  #run<T>(expression: string): Promise<T> {
    return this.page.evaluate<T>(expression);
  }
}

/** A page in a window of its own, in the same browser: a tab that is not in front is hardly drawn. */
export async function openRtcPage(beside: Page, program: Program): Promise<RtcPage> {
  const page = new RtcPage(await must(beside.context().browser()).newPage(), program);
  await page.open();
  return page;
}

/** Changes the gateway's answers to what a page offers by WHIP and WHEP from now on. */
export async function changeAnswers(page: Page, change: (answer: string) => string): Promise<void> {
  await page.route(/\/wh[ie]p(?:\?|$)/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: change(await response.text()) });
  });
}

/** Middle of a list. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
