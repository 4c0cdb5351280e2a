import type { Address } from "../../_transport/transport.ts";
import type { RtspSession } from "../session.ts";

/** Each is a viewer that nobody but its own reports speaks for. */
const MAX_ORPHANS = 1_000;

/**
 * Sessions that play over UDP and whose connections have ended: RFC 2326 section 1.1 lets a session
 * live on. Nobody can ask anything of them any more; they last as long as their players report.
 */
export class Orphans {
  readonly #sessions = new Set<RtspSession>();

  /** Keeps a session; `false` when it cannot go on without its connection, or there are too many. */
  adopt(session: RtspSession): boolean {
    if (!session.outlivesConnection || this.#sessions.size >= MAX_ORPHANS) return false;
    this.#sessions.add(session);
    return true;
  }

  /** Forgets a session that has ended. */
  delete(session: RtspSession): void {
    this.#sessions.delete(session);
  }

  /** Ends those that send to an address, which a client that came again has now. */
  yield(address: Address): void {
    this.#end((session) => session.usesAddress(address));
  }

  /** To be called from time to time: ends those whose players are silent. */
  checkDeadlines(): void {
    this.#end((session) => session.isSilent);
  }

  #end(isOver: (session: RtspSession) => boolean): void {
    for (const session of this.#sessions) {
      if (!isOver(session)) continue;
      this.#sessions.delete(session);
      session.close({ isOrderly: true });
    }
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions];
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close({ isOrderly: true })));
  }
}
