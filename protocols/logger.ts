/** Facts of a log line: who, what, why, as data. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where the library logs to. `main.ts` ties it to `@std/log`; an embedding program to what it has. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Takes every line and writes none. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

/** The same logger with `fields` on every line. */
export function withFields(log: Logger, fields: LogFields): Logger {
  return {
    debug: (message, more) => log.debug(message, { ...fields, ...more }),
    info: (message, more) => log.info(message, { ...fields, ...more }),
    warn: (message, more) => log.warn(message, { ...fields, ...more }),
    error: (message, more) => log.error(message, { ...fields, ...more }),
  };
}

/** Trouble that a peer can cause with every packet is logged this often at most, per cause. */
const QUIET_MS = 1000;

/** Lets one line a second through for each cause, and tells how many it kept back. */
export class ThrottledLog {
  readonly #now: () => number;
  readonly #write: (message: string, fields: LogFields) => void;
  readonly #causes = new Map<string, { until: number; held: number }>();

  /** @param now milliseconds of a monotonic clock. */
  constructor(now: () => number, write: (message: string, fields: LogFields) => void) {
    this.#now = now;
    this.#write = write;
  }

  /** @param cause a fixed word: there is one entry for each, so never something a peer chooses. */
  log(cause: string, message: string, fields: LogFields = {}): void {
    const now = this.#now();
    const state = this.#causes.get(cause) ?? { until: -Infinity, held: 0 };
    if (now < state.until) {
      state.held++;
      return;
    }
    this.#write(message, state.held > 0 ? { ...fields, repeated: state.held } : fields);
    this.#causes.set(cause, { until: now + QUIET_MS, held: 0 });
  }
}
