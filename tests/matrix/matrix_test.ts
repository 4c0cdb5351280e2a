/**
 * Every way in to every way out, with every codec that the pair can carry: what comes out is what went
 * in, byte for byte, nothing missing, and sound and picture together.
 *
 * @module
 */
import { hasClient } from "../../scripts/real_clients.ts";
import { type Allowance, assertCarried, bareFramesOf } from "../e2e/bare_frames.ts";
import type { Frames } from "../e2e/frames.ts";
import { Program } from "../e2e/program.ts";
import { Scratch } from "../e2e/scratch.ts";
import { KEY_INTERVAL, materialFile, MATERIALS } from "./material.ts";
import { type Carries, type Clip, type Egress, EGRESSES, type Ingest, INGESTS } from "./table.ts";

/** Clips at the same time in the one gateway, each with all its players: more would starve them. */
const CONCURRENT = 6;

/**
 * DESCRIBE waits for the publisher for as long as players of a loaded machine take to come. The clips
 * have two segments.
 */
const CONFIG = { rtsp: { wait: 60 }, http: { hls: { segment: 1 } } };

interface Outcome {
  readonly egress: Egress;
  /** Rejects when the player failed. */
  readonly frames: Promise<Frames>;
}

/** What all players get of one clip that comes in one way. */
async function carry(
  ingest: Ingest,
  clip: Clip,
  scratch: Scratch,
): Promise<readonly Outcome[]> {
  const { program, material } = clip;
  const egresses = EGRESSES.filter(({ family }) => material.received.includes(family));
  const { name, publish } = await ingest.offer(clip);
  await using stack = new AsyncDisposableStack();
  const players = egresses.map((egress) => {
    const file = scratch.file();
    return { egress, file, session: stack.use(egress.play(program, name, file)) };
  });
  if (publish !== undefined) {
    await program.seen("reader came", { stream: name }, { count: players.length });
    await stack.use(publish()).succeed();
  }
  const outcomes = players.map(({ egress, file, session }) => ({
    egress,
    frames: session.succeed().then(() => egress.frames(file)),
  }));
  await Promise.allSettled(outcomes.map(({ frames }) => frames));
  return outcomes;
}

function allowanceOf(ingest: Ingest, egress: Egress): Allowance {
  const whole: Carries = (frames) => frames;
  const [first, second] = [ingest.carries ?? whole, egress.carries ?? whole];
  return {
    keyInterval: KEY_INTERVAL,
    mayLose: { audio: ingest.mayLose },
    settles: Math.max(ingest.settles, egress.settles ?? 0),
    carries: (frames, played) => second(first(frames, played, 0), played, ingest.settles),
  };
}

for (const ingest of INGESTS) {
  Deno.test({
    name: `${ingest.name} to every way out`,
    ignore: !hasClient("ffmpeg"),
    async fn(t) {
      await using scratch = await Scratch.make();
      const media = scratch.path;
      await using program = await Program.start({ config: CONFIG, args: ["--media", media] });
      const materials = Object.entries(MATERIALS).filter(([, material]) => ingest.takes(material));
      for (let at = 0; at < materials.length; at += CONCURRENT) {
        const clips = await Promise.all(
          materials.slice(at, at + CONCURRENT).map(async ([codecs, material]) => {
            const path = await materialFile(codecs);
            const expected = await bareFramesOf(path);
            const label = `${ingest.name}-${codecs}`.replaceAll(/\W+/g, "-");
            const clip = { program, media, path, material, label };
            return { codecs, expected, outcomes: await carry(ingest, clip, scratch) };
          }),
        );
        for (const { codecs, expected, outcomes } of clips) {
          for (const { egress, frames } of outcomes) {
            await t.step(`${codecs} to ${egress.name}`, async () => {
              assertCarried(await frames, expected, allowanceOf(ingest, egress));
            });
          }
        }
      }
    },
  });
}
