import type { RegistryEvent } from "../registry/events.ts";
import type { Logger } from "./logger.ts";

type EventOf<Type extends RegistryEvent["type"]> = Extract<RegistryEvent, { readonly type: Type }>;

const WRITERS: {
  readonly [Type in RegistryEvent["type"]]: (log: Logger, event: EventOf<Type>) => void;
} = {
  published: (log, { name, peer }) => log.info("published", { stream: name, ...peer }),
  interrupted: (log, { name, peer }) => log.info("publisher lost", { stream: name, ...peer }),
  resumed: (log, { name, peer }) => log.info("publisher is back", { stream: name, ...peer }),
  unpublished: (log, { name }) => log.info("unpublished", { stream: name }),
  read: (log, { name, peer }) => log.info("reader came", { stream: name, ...peer }),
  unread: (log, { name, peer }) => log.info("reader left", { stream: name, ...peer }),
  dropped: (log, { name, peer, units }) =>
    log.warn("slow reader, dropped to the next key unit", { stream: name, ...peer, units }),
  refused: (log, { name, action, protocol, remote, reason }) =>
    log.info("refused", { stream: name, action, protocol, remote, reason }),
  "source-failed": (log, { name, reason }) => log.warn("source failed", { stream: name, reason }),
};

/** Writes one line for what happened in the registry. */
export function logEvent(log: Logger, event: RegistryEvent): void {
  const write = WRITERS[event.type] as (log: Logger, event: RegistryEvent) => void;
  write(log, event);
}
