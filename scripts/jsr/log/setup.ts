import type { BaseHandler } from "./base_handler.ts";
import { ConsoleHandler } from "./console_handler.ts";
import type { LevelName } from "./levels.ts";
import { Logger } from "./logger.ts";

/** A logger by the names of its level and handlers. */
export interface LoggerConfig {
  /** INFO by default. */
  level?: LevelName;
  handlers?: string[];
}

/** All handlers and loggers by name; what is named `default` replaces the default one. */
export interface LogConfig {
  handlers?: { [name: string]: BaseHandler };
  loggers?: { [name: string]: LoggerConfig };
}

const DEFAULT_NAME = "default";
const DEFAULT_LEVEL: LevelName = "INFO";
const DEFAULT_CONFIG = {
  handlers: { [DEFAULT_NAME]: new ConsoleHandler(DEFAULT_LEVEL) },
  loggers: { [DEFAULT_NAME]: { level: DEFAULT_LEVEL, handlers: [DEFAULT_NAME] } },
} satisfies LogConfig;

const activeHandlers = new Map<string, BaseHandler>();
const loggers = new Map<string, Logger>();

/** Replaces all handlers and loggers by those of `config`; loggers handed out before stay as they were. */
export function setup(config: LogConfig): void {
  for (const handler of activeHandlers.values()) handler.destroy();
  activeHandlers.clear();
  const handlers: LogConfig["handlers"] = { ...DEFAULT_CONFIG.handlers, ...config.handlers };
  for (const [name, handler] of Object.entries(handlers)) {
    handler.setup();
    activeHandlers.set(name, handler);
  }
  loggers.clear();
  const configs: LogConfig["loggers"] = { ...DEFAULT_CONFIG.loggers, ...config.loggers };
  for (const [name, { level, handlers = [] }] of Object.entries(configs)) {
    const chosen = handlers.flatMap((handler) => activeHandlers.get(handler) ?? []);
    loggers.set(name, new Logger(name, level ?? DEFAULT_LEVEL, { handlers: chosen }));
  }
}

/** The logger of that name (the default one without a name); a new one has no handlers yet. */
export function getLogger(name: string = DEFAULT_NAME): Logger {
  let logger = loggers.get(name);
  if (logger === undefined) {
    logger = new Logger(name, "NOTSET", { handlers: [] });
    loggers.set(name, logger);
  }
  return logger;
}

setup(DEFAULT_CONFIG);
