import { assertAlmostEquals, assertGreater } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { untilStream } from "./api.ts";
import { avTimes, type RtspTransport } from "./av.ts";
import { GST_CAMERA, GstRtspServer } from "./gst_rtsp_server.ts";
import { Program } from "./program.ts";

/** A clock that nobody takes for ours: what is made up on the way shows. */
const BEHIND_SECONDS = 3 * 3600;

/** Pictures until the first sender report is here: GStreamer's takes 1 to 3 s of 25 each. */
const SETTLED_PICTURES = 150;

/** Pictures that are listed of the camera itself, from its first report on. */
const CAMERA_PICTURES = 60;

/** Pictures that each player lists: long enough for a report of the camera that is late. */
const PLAYED_PICTURES = 200;

/** Enough to compare: what the slower starter of two players misses is not in both lists. */
const COMMON_PICTURES = 25;

/** Reports that say otherwise by less change nothing: see `sender_clock.ts`. */
const TOLERANCE_MS = 10;

/** The start of a connection, and pictures out of the gateway's cache, which are a second old. */
const NOW_TOLERANCE_MS = 10_000;

/** How packets travel to the gateway's players. */
const TRANSPORTS: readonly RtspTransport[] = ["tcp", "udp", "http"];

/** When pictures were made, in milliseconds of UTC, by the hash of each. */
type Times = ReadonlyMap<string, number>;

/** Without the first line: to the picture before a report FFmpeg gives the time of the one behind. */
function parseTimes(stdout: string): Times {
  return new Map(
    stdout.trim().split("\n").slice(1).map((line) => {
      const [hash = "", microseconds = ""] = line.split(" ");
      return [hash, Number(microseconds) / 1000];
    }),
  );
}

function assertSameTimes(actual: Times, expected: Times): void {
  const common = [...actual].filter(([hash]) => expected.has(hash));
  assertGreater(common.length, COMMON_PICTURES, "pictures in both lists");
  for (const [hash, time] of common) {
    assertAlmostEquals(time, expected.get(hash) ?? NaN, TOLERANCE_MS);
  }
}

Deno.test({
  name: "players learn from sender reports when the camera made a picture, by the camera's clock",
  ignore: !hasClient("gstRtspServer") || !hasClient("gstreamer"),
  async fn(t) {
    await using camera = await GstRtspServer.start(GST_CAMERA, {
      transports: "tcp",
      behindSeconds: BEHIND_SECONDS,
    });
    const name = "edge/cam1";
    await using program = await Program.start({
      config: { streams: { [name]: { source: camera.url } } },
    });
    await untilStream(program, name, ({ tracks }) => (tracks[0]?.units ?? 0) >= SETTLED_PICTURES);
    await using stack = new AsyncDisposableStack();
    const list = (url: string, rtsp: RtspTransport, count: number) =>
      stack.use(avTimes(url, count, { rtsp }));
    const direct = list(camera.url, "tcp", CAMERA_PICTURES);
    const url = program.url("rtsp", name);
    const players = TRANSPORTS.map((rtsp) => list(url, rtsp, PLAYED_PICTURES));
    const made = parseTimes((await direct.succeed()).stdout);
    const [last = 0] = [...made.values()].slice(-1);
    assertAlmostEquals(last, Date.now() - BEHIND_SECONDS * 1000, NOW_TOLERANCE_MS);
    for (const [index, player] of players.entries()) {
      await t.step(`over ${TRANSPORTS[index]}`, async () => {
        assertSameTimes(parseTimes((await player.succeed()).stdout), made);
      });
    }
  },
});
