import { assert } from "@std/assert";
import { isMethod, METHODS } from "../../../protocols/rtsp/methods.ts";

Deno.test("methods are known as they are written", () => {
  for (const method of METHODS) {
    assert(isMethod(method));
    assert(!isMethod(method.toLowerCase()));
  }
  assert(!isMethod("GET"));
  assert(!isMethod(""));
});
