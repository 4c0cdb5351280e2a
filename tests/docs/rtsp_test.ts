import { assertEquals } from "@std/assert";
import { METHODS } from "../../protocols/rtsp/methods.ts";
import { STATUS_REASONS } from "../../protocols/rtsp/status.ts";
import { readDocument } from "./documents.ts";

Deno.test("rtsp.md: every status in its table is one that we know", async () => {
  const named = (await readDocument("docs/rtsp.md")).matchAll(/^\| (\d{3}) /gm);
  assertEquals(
    [...named].map(([, code = ""]) => code).filter((code) => !(code in STATUS_REASONS)),
    [],
  );
});

Deno.test("rtsp.md: every method but REDIRECT, which servers send, has its answer", async () => {
  const [, table = ""] = (await readDocument("docs/rtsp.md")).split("## Methods");
  const methods = METHODS.filter((method) => method !== "REDIRECT");
  assertEquals(methods.filter((method) => !table.includes(`\`${method}\``)), []);
});
