import { RtcError } from "../../../../protocols/webrtc/errors.ts";
import type {
  RtcAnswerer,
  RtcOffer,
  RtcSession,
} from "../../../../protocols/webrtc/rtc_session.ts";

/** Answers every offer, and keeps what it was given. */
export class FakeAnswerer implements RtcAnswerer {
  readonly offers: RtcOffer[] = [];
  readonly open = new Set<FakeSession>();
  /** Called with each offer before it is answered: throws to refuse it. */
  onOffer: (offer: RtcOffer) => void | Promise<void> = () => {};

  async answer(offer: RtcOffer): Promise<RtcSession> {
    this.offers.push(offer);
    await this.onOffer(offer);
    const session: FakeSession = new FakeSession(
      this.offers.length,
      () => this.open.delete(session),
    );
    this.open.add(session);
    return session;
  }
}

/** Restarts ICE when it is told of a password, and refuses what begins with `bad`. */
export class FakeSession implements RtcSession {
  readonly id: string;
  readonly answer = "v=0\r\ns=answer\r\n";
  readonly fragments: string[] = [];
  readonly #over = new AbortController();
  readonly #onEnd: () => void;
  #restarts = 0;

  constructor(number: number, onEnd: () => void) {
    this.id = number.toString(16).padStart(32, "0");
    this.#onEnd = onEnd;
  }

  get generation(): string {
    return `ice${this.#restarts}`;
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  trickle(fragment: string): Promise<string | undefined> {
    if (fragment.startsWith("bad")) {
      return Promise.reject(
        new RtcError("invalid-fragment", "Cannot parse a fragment: it begins with bad"),
      );
    }
    this.fragments.push(fragment);
    if (!fragment.includes("a=ice-pwd:")) return Promise.resolve(undefined);
    this.#restarts++;
    return Promise.resolve(`a=ice-ufrag:${this.generation}\r\n`);
  }

  close(): void {
    this.end(new RtcError("ended", "Cannot go on: the session was closed"));
  }

  end(reason: RtcError): void {
    this.#onEnd();
    this.#over.abort(reason);
  }
}
