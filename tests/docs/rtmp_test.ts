import { assertEquals } from "@std/assert";
import { STATUS } from "../../protocols/rtmp/status.ts";
import { readDocument } from "./documents.ts";

Deno.test("rtmp.md: every status that it names is one that we know", async () => {
  const named = (await readDocument("docs/rtmp.md")).matchAll(
    /`(Net(?:Stream|Connection)[\w.]+)`/g,
  );
  const known: readonly string[] = Object.values(STATUS).map(({ code }) => code);
  assertEquals([...named].map(([, code = ""]) => code).filter((code) => !known.includes(code)), []);
});
