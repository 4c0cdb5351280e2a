import { assertEquals } from "@std/assert";
import { cutSamples, swappedSamples } from "../../../../protocols/file/recordings/pcm.ts";

Deno.test("samples are swapped into a buffer of their own; half a sample is left out", () => {
  const data = Uint8Array.of(1, 2, 3, 4, 5);
  assertEquals(swappedSamples(data), Uint8Array.of(2, 1, 4, 3));
  assertEquals(data, Uint8Array.of(1, 2, 3, 4, 5));
});

Deno.test("packets of samples are cut into equal pieces of at most 20 ms", () => {
  const cut = (samples: number, rate: number) =>
    cutSamples(new Uint8Array(samples * 4), 4, rate)
      .map(({ data, offset }) => [offset, data.byteLength / 4]);
  assertEquals(cut(2048, 48_000), [[0, 683], [683, 683], [1366, 682]]);
  assertEquals(cut(160, 8000), [[0, 160]]);
  assertEquals(cut(161, 8000), [[0, 81], [81, 80]]);
  assertEquals(cut(0, 8000), []);
  assertEquals(cutSamples(new Uint8Array(7), 4, 8000).map(({ data }) => data.byteLength), [4]);
});
