import { assertEquals } from "@std/assert";
import {
  type LogFields,
  type Logger,
  silentLogger,
  ThrottledLog,
  withFields,
} from "../../protocols/logger.ts";

type Line = readonly [level: string, message: string, fields: LogFields | undefined];

function recorder(): { readonly log: Logger; readonly lines: Line[] } {
  const lines: Line[] = [];
  const write = (level: string) => (message: string, fields?: LogFields) =>
    void lines.push([level, message, fields]);
  return {
    lines,
    log: {
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
    },
  };
}

const LEVELS = ["debug", "info", "warn", "error"] as const;

Deno.test("fields of a logger are on every line, and those of the line win", () => {
  const { log, lines } = recorder();
  const inner = withFields(log, { module: "rtmp", remote: "a" });
  for (const level of LEVELS) inner[level]("hello", { remote: "b" });
  assertEquals(lines, LEVELS.map((level) => [level, "hello", { module: "rtmp", remote: "b" }]));
});

Deno.test("a silent logger says nothing", () => {
  for (const level of LEVELS) assertEquals(silentLogger[level]("hello"), undefined);
});

Deno.test("each cause is logged once a second, with the number of lines kept back", () => {
  let now = 0;
  const lines: (readonly [string, LogFields])[] = [];
  const throttled = new ThrottledLog(() => now, (message, fields) => lines.push([message, fields]));
  throttled.log("dropped", "a message was dropped", { reason: "1" });
  now = 999;
  throttled.log("dropped", "a message was dropped", { reason: "2" });
  throttled.log("dropped", "a message was dropped", { reason: "3" });
  throttled.log("late", "a message was late");
  now = 1000;
  throttled.log("dropped", "a message was dropped", { reason: "4" });
  now = 5000;
  throttled.log("dropped", "a message was dropped", { reason: "5" });
  assertEquals(lines, [
    ["a message was dropped", { reason: "1" }],
    ["a message was late", {}],
    ["a message was dropped", { reason: "4", repeated: 2 }],
    ["a message was dropped", { reason: "5" }],
  ]);
});
