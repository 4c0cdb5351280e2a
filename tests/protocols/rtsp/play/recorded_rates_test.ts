import { assertEquals } from "@std/assert";
import { AUDIO } from "../harness.ts";
import { CLIP, isPicture, start, UNITS, Viewer } from "../recorded.ts";

const from = (...positions: readonly number[]) => positions;

/** Scale as it is asked for, as it is answered, and the pictures of the first second. */
const SCALES: readonly (readonly [string, string, readonly number[]])[] = [
  ["0.5", "0.5", from(10_000, 10_200, 10_400)],
  ["2", "2.0", Array.from({ length: 11 }, (_, at) => 10_000 + 200 * at)],
  ["4", "4.0", from(10_000, 12_000, 14_000)],
  ["100", "32.0", from(10_000, 12_000, 14_000, 16_000, 18_000)],
  ["0.01", "0.25", from(10_000, 10_200)],
  ["-1", "-1.0", from(10_000)],
  ["-4", "-4.0", from(10_000, 8000, 6000)],
  ["-99", "-32.0", from(10_000, 8000, 6000, 4000, 2000, 0)],
];

for (const [asked, used, pictures] of SCALES) {
  Deno.test(`Scale ${asked} is ${used}, with times of what is shown`, async () => {
    const { gateway } = await start();
    await using _ = gateway;
    const viewer = await Viewer.open(gateway);
    await viewer.play({ Range: "npt=10-", Scale: asked });
    assertEquals(viewer.peer.header("Scale"), used);
    assertEquals(viewer.peer.header("Range"), used.startsWith("-") ? "npt=10-0" : "npt=10-20");
    await gateway.clock.run(1000);
    assertEquals(viewer.shown, pictures);
    assertEquals(viewer.told, viewer.shown);
  });
}

Deno.test("a scale may change where it is, and lasts until it changes again", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  await viewer.play();
  await gateway.clock.run(5000);
  await viewer.play({ Scale: "-8" });
  await gateway.clock.run(300);
  assertEquals(viewer.shown, from(4000, 2000));
  await viewer.peer.ask("PAUSE", CLIP);
  await viewer.play();
  assertEquals(viewer.peer.header("Scale"), "-8.0");
  await gateway.clock.run(400);
  assertEquals(viewer.shown, from(0));
});

Deno.test("Speed sends faster and changes no times", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  await viewer.play({ Range: "npt=2-", Speed: "9" });
  assertEquals(viewer.peer.header("Speed"), "4.0");
  await gateway.clock.run(1000);
  assertEquals(viewer.shown.at(-1), 6000);
  assertEquals(viewer.told, viewer.shown);
});

Deno.test("sound alone goes backwards for nobody", async () => {
  const description = { tracks: [AUDIO], metadata: {} };
  const { gateway } = await start({ description, units: UNITS.filter((unit) => !isPicture(unit)) });
  await using _ = gateway;
  const viewer = await Viewer.open(gateway, [2]);
  assertEquals(await viewer.play({ Scale: "-1" }), 456);
  assertEquals(await viewer.play({ Range: "npt=3-", Scale: "2" }), 200);
  await gateway.clock.run(500);
  assertEquals(viewer.packets.length, 6);
});
