import { assert, assertEquals } from "@std/assert";
import { BitstreamError } from "../../../registry/media/errors.ts";
import { PARSERS } from "./parsers.ts";

for (const { name, samples, run } of PARSERS) {
  Deno.test(`${name}: whole samples are read, cut ones at most a BitstreamError`, () => {
    for (const sample of samples) {
      const before = sample.slice();
      run(sample);
      for (let length = 0; length < sample.length; length++) {
        try {
          run(sample.subarray(0, length));
        } catch (error) {
          assert(error instanceof BitstreamError, `${length} bytes: ${error}`);
        }
      }
      assertEquals(sample, before);
    }
  });
}
