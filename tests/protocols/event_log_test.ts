import { assertEquals } from "@std/assert";
import { logEvent } from "../../protocols/event_log.ts";
import type { LogFields } from "../../protocols/logger.ts";
import type { RegistryEvent } from "../../registry/events.ts";

const PEER = { id: 7, protocol: "rtmp", remote: "192.0.2.1:5" };
const NAME = "live/cam1";

const ROWS: readonly (readonly [event: RegistryEvent, level: string, message: string])[] = [
  [{ type: "published", name: NAME, peer: PEER }, "info", "published"],
  [{ type: "interrupted", name: NAME, peer: PEER }, "info", "publisher lost"],
  [{ type: "resumed", name: NAME, peer: PEER }, "info", "publisher is back"],
  [{ type: "unpublished", name: NAME }, "info", "unpublished"],
  [{ type: "read", name: NAME, peer: PEER }, "info", "reader came"],
  [{ type: "unread", name: NAME, peer: PEER }, "info", "reader left"],
  [
    { type: "dropped", name: NAME, peer: PEER, units: 3 },
    "warn",
    "slow reader, dropped to the next key unit",
  ],
  [{ type: "source-failed", name: NAME, reason: "refused" }, "warn", "source failed"],
  [
    {
      type: "refused",
      name: NAME,
      action: "read",
      protocol: "rtmp",
      remote: "192.0.2.1:5",
      code: "not-found",
      reason: "nobody publishes it",
    },
    "info",
    "refused",
  ],
];

for (const [event, level, message] of ROWS) {
  Deno.test(`the event "${event.type}" is one line that names the stream`, () => {
    const lines: (readonly [level: string, message: string, stream: unknown])[] = [];
    const write = (at: string) => (text: string, fields?: LogFields) =>
      void lines.push([at, text, fields?.stream]);
    logEvent({
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
    }, event);
    assertEquals(lines, [[level, message, NAME]]);
  });
}
