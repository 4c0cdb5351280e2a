import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Body } from "../../../../protocols/http/hls/body.ts";

const BYTES = Uint8Array.of(1, 2, 3, 4);

Deno.test("Body: bytes in memory are given as they are", async () => {
  const body = new Body(BYTES);
  assertStrictEquals(await body.read(), BYTES);
  assertEquals(await body.slice(1, 2).read(), Uint8Array.of(2, 3));
  assertEquals(body.slice(1, 2).bytes?.buffer, BYTES.buffer);
});

Deno.test("Body: what was put elsewhere is loaded once for all who ask meanwhile", async () => {
  const body = new Body(BYTES);
  const part = body.slice(2, 2);
  let loads = 0;
  body.moveTo(() => {
    loads++;
    return Promise.resolve(BYTES.slice());
  });
  assertEquals([body.bytes, body.slice(0, 1).bytes, body.size], [undefined, undefined, 4]);
  const [one, other, some] = await Promise.all([body.read(), body.read(), part.read()]);
  assertStrictEquals(one, other);
  assertEquals([one, some, loads], [BYTES, Uint8Array.of(3, 4), 1]);
});

Deno.test("Body: it is loaded again where that has failed", async () => {
  const body = new Body(BYTES);
  const answers = [() => Promise.reject(new Error("no")), () => Promise.resolve(undefined)];
  body.moveTo(() => answers.shift()?.() ?? Promise.resolve(BYTES));
  await assertRejects(() => body.read(), Error, "no");
  assertEquals(await body.slice(0, 1).read(), undefined);
  assertStrictEquals(await body.read(), BYTES);
});
