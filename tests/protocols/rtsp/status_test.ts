import { assertEquals } from "@std/assert";
import { statusReason } from "../../../protocols/rtsp/status.ts";

const REASONS: readonly (readonly [number, string])[] = [
  [200, "OK"],
  [454, "Session Not Found"],
  [461, "Unsupported Transport"],
  [551, "Option Not Supported"],
  [299, "OK"],
  [499, "Bad Request"],
  [599, "Internal Server Error"],
  [100, "Unknown"],
  [999, "Unknown"],
];

for (const [status, reason] of REASONS) {
  Deno.test(`${status} is ${reason}`, () => assertEquals(statusReason(status), reason));
}
