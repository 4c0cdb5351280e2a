import type { RtcAction, RtcSession } from "../rtc_session.ts";

/** What the URL of a session says. A secret that was given for one stream opens no other. */
export interface ResourceKey {
  readonly name: string;
  readonly action: RtcAction;
  readonly id: string;
}

interface Resource {
  readonly name: string;
  readonly action: RtcAction;
  readonly session: RtcSession;
}

/** The sessions that have URLs, for as long as they go on. */
export class Resources {
  readonly #byId = new Map<string, Resource>();

  /** Gives a session that goes on a URL. */
  add(name: string, action: RtcAction, session: RtcSession): void {
    this.#byId.set(session.id, { name, action, session });
    session.signal.addEventListener("abort", () => this.remove(session), { once: true });
  }

  /** Takes its URL away; the session goes on as it did. */
  remove({ id }: RtcSession): void {
    this.#byId.delete(id);
  }

  find({ name, action, id }: ResourceKey): RtcSession | undefined {
    const resource = this.#byId.get(id);
    const isMeant = resource?.name === name && resource.action === action;
    return isMeant ? resource.session : undefined;
  }
}
