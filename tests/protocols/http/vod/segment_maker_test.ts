import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { SegmentMaker } from "../../../../protocols/http/vod/segment_maker.ts";
import { settle } from "../../../virtual_clock.ts";

const SEGMENT = { bytes: new Uint8Array(1), init: undefined };

Deno.test("who asks for a segment in the making is given the same", async () => {
  const maker = new SegmentMaker();
  const { promise, resolve } = Promise.withResolvers<typeof SEGMENT>();
  const [one, two] = [maker.make("a", () => promise), maker.make("a", () => Promise.reject())];
  resolve(SEGMENT);
  assertStrictEquals(await one, SEGMENT);
  assertStrictEquals(await two, SEGMENT);
  const again = { ...SEGMENT };
  assertStrictEquals(await maker.make("a", () => Promise.resolve(again)), again);
});

Deno.test("few are made at a time, and the others in their turn", async () => {
  const maker = new SegmentMaker();
  const orders = Array.from({ length: 20 }, () => Promise.withResolvers<typeof SEGMENT>());
  let begun = 0;
  const made = orders.map(({ promise }, at) =>
    maker.make(`${at}`, () => {
      begun++;
      return promise;
    })
  );
  await settle();
  assertEquals(begun, 8);
  orders[0]?.reject(new Error("damaged"));
  await assertRejects(() => made[0] ?? Promise.resolve(), Error, "damaged");
  orders[1]?.resolve(SEGMENT);
  await settle();
  assertEquals(begun, 10);
  for (const { resolve } of orders) resolve(SEGMENT);
  await Promise.all(made.slice(1));
  assertEquals(begun, 20);
});
