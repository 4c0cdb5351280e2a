import { assertEquals } from "@std/assert";
import { FirstDescription } from "../../../../protocols/_ingest/rtp/first_description.ts";
import type { Track } from "../../../../registry/media/track.ts";
import { AUDIO, AV, picture, sound, VIDEO, VIDEO_ONLY } from "../../rtsp/harness.ts";

const { config: _, ...BARE } = VIDEO;

/** What comes out, as `d` with the count of tracks that are configured, or `u` with that of units. */
function open() {
  const seen: string[] = [];
  const first = new FirstDescription({
    describe: ({ tracks }) => {
      seen.push(`d${tracks.filter(({ config }) => config !== undefined).length}`);
    },
    write: (units) => {
      if (units.length > 0) seen.push(`u${units.length}`);
    },
  });
  const describe = (...tracks: readonly Track[]) => first.describe({ tracks, metadata: {} });
  return { first, seen, describe };
}

Deno.test("what SDP says all of is described and passed on at once", () => {
  const { first, seen } = open();
  first.describe(AV);
  first.write([picture(0)]);
  assertEquals(seen, ["d2", "u1"]);
});

Deno.test("units wait until the packets have told every configuration", () => {
  const { first, seen, describe } = open();
  describe(BARE, AUDIO);
  first.write([sound(0), sound(20)]);
  assertEquals(seen, []);
  describe(VIDEO, AUDIO);
  first.write([picture(40)]);
  assertEquals(seen, ["d2", "u2", "u1"]);
});

Deno.test("a configuration that does not come is waited for during a second of media", () => {
  const { first, seen, describe } = open();
  describe(BARE, AUDIO);
  first.write([sound(0)]);
  first.write([sound(999)]);
  assertEquals(seen, []);
  first.write([sound(1000)]);
  describe(VIDEO, AUDIO);
  assertEquals(seen, ["d1", "u3", "d2"]);
});

Deno.test("no more than 16 MiB and 1024 units wait", () => {
  for (const units of [[picture(0, true, 17 << 20)], Array(1024).fill(picture(0))]) {
    const { first, seen, describe } = open();
    describe(BARE);
    first.write(units);
    assertEquals(seen, ["d0", `u${units.length}`]);
  }
});

Deno.test("what waits at the end is passed on, described as far as it is known", () => {
  const { first, seen, describe } = open();
  describe(BARE, AUDIO);
  first.write([sound(0)]);
  first.flush();
  first.flush();
  first.describe(VIDEO_ONLY);
  assertEquals(seen, ["d1", "u1", "d1"]);
});
