import { assertEquals } from "@std/assert";
import { type HeaderField, HeaderFields } from "../../../protocols/rtsp/fields.ts";

Deno.test("header fields are found without case, and kept when repeated", () => {
  const fields: readonly HeaderField[] = [["CSeq", "1"], ["Via", "a"], ["via", "b"]];
  const headers = new HeaderFields(fields);
  assertEquals(headers.get("cseq"), "1");
  assertEquals(headers.get("VIA"), "a");
  assertEquals(headers.getAll("Via"), ["a", "b"]);
  assertEquals(headers.get("Session"), undefined);
  assertEquals([...headers], fields);
});
