import { assertGreater } from "@std/assert";
import { untilStream } from "./api.ts";
import { assertMonotonic } from "./frames.ts";
import { avHttp, avRtmp, play } from "./players.ts";
import { Program } from "./program.ts";
import { Scratch } from "./scratch.ts";

/** Frames of each track that have to come. */
const SOME_FRAMES = 40;

Deno.test("--demo publishes a picture and sound that players take", async (t) => {
  await using scratch = await Scratch.make();
  await using program = await Program.start({ args: ["--demo"] });
  await program.seen("published", { stream: "demo/clock" });
  await using stack = new AsyncDisposableStack();
  const playings = [avRtmp, avHttp].map((player) =>
    stack.use(play(player, program, "demo/clock", scratch))
  );
  await program.seen("reader came", { stream: "demo/clock" }, { count: playings.length });
  await untilStream(
    program,
    "demo/clock",
    ({ readers }) =>
      readers.length === playings.length && readers.every(({ units }) => units > 4 * SOME_FRAMES),
  );
  await program.stop();
  for (const playing of playings) {
    await t.step(playing.player.name, async () => {
      const frames = await playing.frames();
      assertMonotonic(frames);
      assertGreater(frames.get("video h264")?.length ?? 0, SOME_FRAMES);
      assertGreater(frames.get("audio aac")?.length ?? 0, SOME_FRAMES);
    });
  }
});
