import { assertEquals, assertRejects } from "@std/assert";
import { merged } from "../../../../protocols/file/recordings/merge.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { delta, key, sound, times } from "../../../registry/units.ts";

async function* track(units: readonly Unit[], failure?: Error): AsyncIterableIterator<Unit> {
  yield* units;
  if (failure !== undefined) throw failure;
}

async function piecesOf(tracks: readonly AsyncIterator<Unit>[]): Promise<readonly number[][]> {
  const pieces: number[][] = [];
  for await (const piece of merged(tracks)) pieces.push([...times(piece)]);
  return pieces;
}

Deno.test("tracks come as one sequence in decoding order, 200 ms at a time", async () => {
  const pictures = [key(0), delta(40), delta(200), delta(420)];
  const sounds = [sound(20), sound(120), sound(199), sound(210)];
  assertEquals(await piecesOf([track(pictures), track(sounds)]), [
    [0, 20, 40, 120, 199],
    [200, 210],
    [420],
  ]);
  assertEquals(await piecesOf([]), []);
  assertEquals(await piecesOf([track([]), track([sound(5)])]), [[5]]);
});

Deno.test("a track that cannot be read further ends after what the others have", async () => {
  const broken = new Error("damaged");
  const pieces: number[][] = [];
  await assertRejects(
    async () => {
      const tracks = [track([key(0), delta(40)], broken), track([sound(20), sound(500)])];
      for await (const piece of merged(tracks)) pieces.push([...times(piece)]);
    },
    Error,
    "damaged",
  );
  assertEquals(pieces, [[0, 20, 40], [500]]);
});

Deno.test("whoever stops reading ends the tracks", async () => {
  let isEnded = false;
  async function* endless(): AsyncIterableIterator<Unit> {
    try {
      for (let ms = 0;; ms += 100) yield key(ms);
    } finally {
      isEnded = true;
    }
  }
  for await (const piece of merged([endless()])) if (piece.length > 0) break;
  assertEquals(isEnded, true);
});
