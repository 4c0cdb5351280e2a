import { RegistryError } from "../../../registry/errors.ts";
import { RtcError } from "../errors.ts";
import type { RtcAnswerer, RtcOffer, RtcSession } from "../rtc_session.ts";
import { parseRemote } from "../sdp/parse.ts";
import type { SessionParts } from "./parts.ts";
import { answerPublisher } from "./publishing.ts";
import { answerViewer } from "./viewing.ts";

const ANSWERS = { read: answerViewer, publish: answerPublisher } as const;

/** Codes of ends that nobody has to be told about. */
const ORDERLY: readonly string[] = ["ended", "stopping", "closed"];

/** All peers that were answered. */
export class RtcSessions implements RtcAnswerer {
  readonly #parts: SessionParts;
  readonly #running = new Set<Promise<void>>();
  readonly #sessions = new Set<RtcSession>();

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  async answer(offer: RtcOffer): Promise<RtcSession> {
    const running: Promise<void>[] = [];
    const remote = parseRemote(offer.sdp);
    const session = await ANSWERS[offer.action](offer, remote, this.#parts, (promise) => {
      running.push(promise);
    });
    this.#sessions.add(session);
    const over = Promise.all(running).then(() => {
      this.#running.delete(over);
      this.#sessions.delete(session);
      this.#tellEnd(offer, session);
    });
    this.#running.add(over);
    return session;
  }

  #tellEnd({ action, request }: RtcOffer, { signal: { reason } }: RtcSession): void {
    const isKnown = reason instanceof RtcError || reason instanceof RegistryError;
    if (isKnown && ORDERLY.includes(reason.code)) return;
    const { name: stream, remote } = request;
    const text = isKnown ? reason.message : `${reason?.stack ?? reason}`;
    this.#parts.context.log[isKnown ? "info" : "error"]("a peer was lost", {
      stream,
      action,
      remote,
      reason: text,
    });
  }

  /** Ends all of them, and resolves when they are over. */
  async close(): Promise<void> {
    for (const session of this.#sessions) session.close();
    await Promise.all(this.#running);
  }
}
