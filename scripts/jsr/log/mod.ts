/**
 * Stand-in for the part of `jsr:@std/log@^0.224` that Sluice uses, for machines that cannot reach
 * JSR. Names, signatures and behaviour are the published ones; see CONTRIBUTING.md.
 *
 * @module
 */
export {
  getLevelByName,
  getLevelName,
  type LevelName,
  type LogLevel,
  LogLevels,
} from "./levels.ts";
export { BaseHandler, type BaseHandlerOptions, type FormatterFunction } from "./base_handler.ts";
export { ConsoleHandler, type ConsoleHandlerOptions } from "./console_handler.ts";
export { formatters, jsonFormatter } from "./formatters.ts";
export {
  type GenericFunction,
  Logger,
  type LoggerOptions,
  LogRecord,
  type LogRecordOptions,
} from "./logger.ts";
export { getLogger, type LogConfig, type LoggerConfig, setup } from "./setup.ts";
