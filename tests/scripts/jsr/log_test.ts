// The stand-in for @std/log against its published documentation. Also passes with the real one.
import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  BaseHandler,
  ConsoleHandler,
  getLogger,
  jsonFormatter,
  type LevelName,
  LogRecord,
  setup,
} from "@std/log";

class Lines extends BaseHandler {
  readonly lines: string[] = [];

  override log(msg: string): void {
    this.lines.push(msg);
  }
}

function loggerWith(handler: BaseHandler, level: LevelName): ReturnType<typeof getLogger> {
  setup({ handlers: { test: handler }, loggers: { test: { level, handlers: ["test"] } } });
  return getLogger("test");
}

Deno.test("a logger drops what is below its level or its handler's", () => {
  const handler = new Lines("WARN");
  const logger = loggerWith(handler, "DEBUG");
  logger.info("quiet");
  logger.warn("loud");
  logger.levelName = "CRITICAL";
  logger.error("too quiet now");
  logger.critical("last");
  assertEquals(handler.lines, ["WARN loud", "CRITICAL last"]);
});

Deno.test("a message function is called only when its message is logged", () => {
  const handler = new Lines("NOTSET");
  const logger = loggerWith(handler, "INFO");
  assertStrictEquals(logger.debug(() => "costly"), undefined);
  assertStrictEquals(logger.info(() => "made"), "made");
  assertEquals(handler.lines, ["INFO made"]);
});

Deno.test("a formatter sees the record", () => {
  const handler = new Lines("NOTSET", {
    formatter: ({ levelName, loggerName, msg, args }) =>
      `${levelName} ${loggerName} ${msg} ${JSON.stringify(args)}`,
  });
  loggerWith(handler, "INFO").info("hello", { a: 1 }, 2);
  assertEquals(handler.lines, ['INFO test hello [{"a":1},2]']);
});

Deno.test("jsonFormatter writes level, time, message and arguments", () => {
  const record = (...args: unknown[]) =>
    new LogRecord({ msg: "m", args, level: 20, loggerName: "test" });
  const one = record({ a: 1 });
  const time = one.datetime.getTime();
  assertEquals(
    jsonFormatter(one),
    `{"level":"INFO","datetime":${time},"message":"m","args":{"a":1}}`,
  );
  assertEquals(JSON.parse(jsonFormatter(record())).args, undefined);
  assertEquals(JSON.parse(jsonFormatter(record(1, 2))).args, [1, 2]);
});

Deno.test("an unknown logger has no handlers and takes every level", () => {
  const logger = getLogger("nobody configured this");
  assertEquals([logger.levelName, logger.handlers.length], ["NOTSET", 0]);
});

Deno.test("the console handler formats without colours where told so", () => {
  const handler = new ConsoleHandler("INFO", { useColors: false });
  const record = new LogRecord({ msg: "m", args: [], level: 40, loggerName: "test" });
  assertEquals(handler.format(record), "ERROR m");
});
