import { mountWhip, type Whip } from "../../../../protocols/webrtc/whip/routes.ts";
import { must } from "../../../must.ts";
import { VirtualClock } from "../../../virtual_clock.ts";
import { Harness } from "../../http/harness.ts";
import { FakeAnswerer, type FakeSession } from "./fake_answerer.ts";

export const OFFER = "v=0\r\ns=offer\r\n";
export const CANDIDATE = "a=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n";
export const RESTART = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n";

/** The routes as the HTTP module serves them, in front of a fake answerer. */
export class WhipBench implements AsyncDisposable {
  readonly answerer = new FakeAnswerer();
  readonly clock = new VirtualClock();
  #harness: Harness | undefined;

  static async start(
    options: Partial<Whip> = {},
    section: Readonly<Record<string, unknown>> = {},
  ): Promise<WhipBench> {
    const bench = new WhipBench();
    const { answerer, clock } = bench;
    bench.#harness = await Harness.start({
      clock,
      section,
      mount: (app) =>
        mountWhip(app, { answerer, clock, iceServers: [], waitLimit: 60, ...options }),
    });
    return bench;
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    return must(this.#harness).request(path, init);
  }

  offer(
    path = "/live/cam1/whep",
    headers: Readonly<Record<string, string>> = {},
    body: BodyInit = OFFER,
  ): Promise<Response> {
    return this.request(path, {
      method: "POST",
      headers: { "content-type": "application/sdp", ...headers },
      body,
    });
  }

  /** Has an offer answered: gives the path of the session. */
  async open(path?: string): Promise<string> {
    const response = await this.offer(path);
    await response.body?.cancel();
    return must(response.headers.get("location"));
  }

  patch(path: string, ifMatch: string | undefined, body: BodyInit = CANDIDATE): Promise<Response> {
    const headers = new Headers({ "content-type": "application/trickle-ice-sdpfrag" });
    if (ifMatch !== undefined) headers.set("if-match", ifMatch);
    return this.request(path, { method: "PATCH", headers, body });
  }

  /** The session that was opened last and goes on. */
  get session(): FakeSession {
    return must([...this.answerer.open].at(-1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#harness?.[Symbol.asyncDispose]();
  }
}
