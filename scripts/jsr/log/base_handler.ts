import { getLevelByName, getLevelName, type LevelName, type LogLevel } from "./levels.ts";
import type { LogRecord } from "./logger.ts";

/** Makes the line of a record. */
export type FormatterFunction = (logRecord: LogRecord) => string;

/** What every handler can be told. */
export interface BaseHandlerOptions {
  /** `LEVEL message` by default. */
  formatter?: FormatterFunction;
}

/** Formats the records of its level and above, and leaves to its subclass where they go. */
export abstract class BaseHandler {
  #level: LogLevel;
  formatter: FormatterFunction;

  constructor(levelName: LevelName, options?: BaseHandlerOptions) {
    this.#level = getLevelByName(levelName);
    this.formatter = options?.formatter ?? (({ levelName, msg }) => `${levelName} ${msg}`);
  }

  get level(): LogLevel {
    return this.#level;
  }

  set level(level: LogLevel) {
    this.#level = getLevelByName(getLevelName(level));
  }

  get levelName(): LevelName {
    return getLevelName(this.#level);
  }

  set levelName(levelName: LevelName) {
    this.#level = getLevelByName(levelName);
  }

  /** Formats and logs the record, unless it is below this handler's level. */
  handle(logRecord: LogRecord): void {
    if (this.level <= logRecord.level) this.log(this.format(logRecord));
  }

  format(logRecord: LogRecord): string {
    return this.formatter(logRecord);
  }

  /** Writes one formatted line. */
  abstract log(msg: string): void;

  /** Called by `setup` before the first record. */
  setup(): void {}

  /** Called by the next `setup`. */
  destroy(): void {}

  [Symbol.dispose](): void {
    this.destroy();
  }
}
