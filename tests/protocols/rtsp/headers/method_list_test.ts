import { assertEquals } from "@std/assert";
import { parseMethods, writeMethods } from "../../../../protocols/rtsp/headers/method_list.ts";

// What it stands for, fields, methods
const METHODS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["the usual", ["OPTIONS, DESCRIBE,PLAY"], ["OPTIONS", "DESCRIBE", "PLAY"]],
  ["repeated", ["OPTIONS", "PLAY"], ["OPTIONS", "PLAY"]],
  ["spaces and lower case", ["options play  pause"], ["OPTIONS", "PLAY", "PAUSE"]],
  ["nothing", ["", " , "], []],
];

for (const [what, fields, methods] of METHODS) {
  Deno.test(`Public: ${what}`, () => {
    assertEquals([...parseMethods(...fields)], methods);
    assertEquals([...parseMethods(writeMethods(methods))], methods);
  });
}
