import type { LogRecord } from "./logger.ts";

/**
 * One JSON object per record: `level`, `datetime` (Unix milliseconds), `message`, and `args` (the
 * argument when there is one, the list when there are more, absent when there are none).
 */
export function jsonFormatter(logRecord: LogRecord): string {
  const { args } = logRecord;
  return JSON.stringify({
    level: logRecord.levelName,
    datetime: logRecord.datetime.getTime(),
    message: logRecord.msg,
    args: args.length > 1 ? args : args[0],
  });
}

/** The formatters that come with the package. */
export const formatters = { jsonFormatter } as const;
