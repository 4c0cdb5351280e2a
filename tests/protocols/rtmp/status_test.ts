import { assertEquals } from "@std/assert";
import { readStatus, STATUS } from "../../../protocols/rtmp/status.ts";

Deno.test("refusals have the level error, a line that is too slow has warning, the rest status", () => {
  const refusal = /Failed|Rejected|BadName|Denied|NotFound|NoSupportedTrack/;
  for (const { level, code } of Object.values(STATUS)) {
    const expected = refusal.test(code)
      ? "error"
      : /Insufficient/.test(code)
      ? "warning"
      : "status";
    assertEquals(level, expected, code);
  }
});

Deno.test("a status is read from the arguments of onStatus", () => {
  assertEquals(readStatus([{ level: "error", code: "A.B", description: "why", clientid: 1 }]), {
    level: "error",
    code: "A.B",
    description: "why",
  });
  assertEquals(readStatus([{ code: "A.B", level: "loud" }]), {
    level: "status",
    code: "A.B",
    description: "",
  });
});

Deno.test("arguments that are no status", () => {
  for (const args of [[], [1], [null], [["A.B"]], [{ level: "error" }], [{ code: 4 }]]) {
    assertEquals(readStatus(args), undefined);
  }
});
