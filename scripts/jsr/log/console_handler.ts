import { BaseHandler, type BaseHandlerOptions } from "./base_handler.ts";
import { type LevelName, LogLevels } from "./levels.ts";
import type { LogRecord } from "./logger.ts";

/** What a console handler can be told. */
export interface ConsoleHandlerOptions extends BaseHandlerOptions {
  /** A colour by level; true by default, and never where `NO_COLOR` is set. */
  useColors?: boolean;
}

/** ANSI SGR codes by level: what starts the colour and what ends it. */
const COLORS: Readonly<Record<number, readonly [start: string, end: string]>> = {
  [LogLevels.INFO]: ["\x1b[34m", "\x1b[39m"],
  [LogLevels.WARN]: ["\x1b[33m", "\x1b[39m"],
  [LogLevels.ERROR]: ["\x1b[31m", "\x1b[39m"],
  [LogLevels.CRITICAL]: ["\x1b[1m\x1b[31m", "\x1b[39m\x1b[22m"],
};

/** Writes each line with `console.log`, in the colour of its level. */
export class ConsoleHandler extends BaseHandler {
  readonly #useColors: boolean;

  constructor(levelName: LevelName, options: ConsoleHandlerOptions = {}) {
    super(levelName, options);
    this.#useColors = options.useColors ?? true;
  }

  override format(logRecord: LogRecord): string {
    const msg = super.format(logRecord);
    return this.#useColors ? this.applyColors(msg, logRecord.level) : msg;
  }

  applyColors(msg: string, level: number): string {
    const [start, end] = COLORS[level] ?? ["", ""];
    return Deno.noColor ? msg : `${start}${msg}${end}`;
  }

  log(msg: string): void {
    console.log(msg);
  }
}
