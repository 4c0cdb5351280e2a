import { assertEquals } from "@std/assert";
import { whyFewPictures } from "../../../../../protocols/http/pages/src/play/pictures.ts";

Deno.test("half of the pictures are enough, and less is told", async (t) => {
  const rows = [
    [25, 25, undefined],
    [12.5, 25, undefined],
    [0, 0, undefined],
    [12, 25, "only 12 of 25 pictures a second come through"],
    [1.25, 29.97, "only 1.3 of 30 pictures a second come through"],
  ] as const;
  for (const [shown, published, why] of rows) {
    await t.step(`${shown} of ${published}`, () => {
      assertEquals(whyFewPictures(shown, published), why);
    });
  }
});
