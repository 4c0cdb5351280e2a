import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseRtcp } from "../../../protocols/_formats/rtp/rtcp.ts";
import { AccessDeniedError, RecordingError } from "../../../registry/errors.ts";
import { must } from "../../must.ts";
import type { FakeRecording } from "../../registry/fake_recording.ts";
import { BASE, type Fields, type Harness, VIDEO_ONLY } from "./harness.ts";
import { CLIP, isPicture, start, UNITS, Viewer } from "./recorded.ts";

Deno.test("a recording is described with its length", async () => {
  const { gateway, opened } = await start();
  await using _ = gateway;
  const peer = await gateway.peer();
  const answer = must(await peer.ask("DESCRIBE", CLIP));
  assertStringIncludes(new TextDecoder().decode(answer.body), "a=range:npt=0-20\r\n");
  assertEquals(opened.map(({ isClosed }) => isClosed), [true]);
});

Deno.test("a range ends with a goodbye, after which the client may go back", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  await viewer.play({ Range: "npt=2-3" });
  assertEquals(viewer.peer.header("Range"), "npt=2-3");
  await gateway.clock.run(2000);
  assertEquals(viewer.shown, [2000, 2200, 2400, 2600, 2800]);
  assertEquals(viewer.goodbyes, 2);
  await viewer.play({ Range: "npt=1-1.100" });
  await gateway.clock.run(2000);
  assertEquals([viewer.shown.length, viewer.goodbyes], [6, 2]);
  assertEquals(viewer.peer.isClosed, false);
});

Deno.test("backwards, a range ends too", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  await viewer.play({ Range: "npt=11-5", Scale: "-8" });
  assertEquals(viewer.peer.header("Range"), "npt=10-5");
  await gateway.clock.run(2000);
  assertEquals([viewer.shown, viewer.goodbyes], [[10_000, 8000, 6000], 2]);
});

Deno.test("at the end PLAY begins anew", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  await viewer.play({ Range: "npt=19-" });
  await gateway.clock.run(3000);
  assertEquals([viewer.shown.at(-1), viewer.goodbyes], [19_800, 2]);
  await viewer.play();
  assertEquals([viewer.peer.header("Range"), viewer.shown[0]], ["npt=0-20", 0]);
});

Deno.test("a goodbye comes late enough over UDP, and not at all where a seek comes first", async () => {
  const { gateway } = await start({ description: VIDEO_ONLY, units: UNITS.filter(isPicture) });
  await using _ = gateway;
  const rtp = await gateway.socket(40_000);
  const rtcp = await gateway.socket(40_001);
  const goodbyes = () =>
    rtcp.received.filter(({ bytes }) => parseRtcp(bytes).some(({ type }) => type === "goodbye"))
      .length;
  const peer = await gateway.peer();
  await peer.setup(`${CLIP}/trackID=1`, "RTP/AVP;unicast;client_port=40000-40001");
  await peer.ask("PLAY", CLIP, { Range: "npt=19-" });
  await gateway.clock.run(2200);
  assertEquals([rtp.received.length > 5, goodbyes()], [true, 0]);
  await peer.ask("PLAY", CLIP, { Range: "npt=18-18.500" });
  await gateway.clock.run(1300);
  assertEquals(goodbyes(), 0);
  await gateway.clock.run(1000);
  assertEquals(goodbyes(), 1);
});

/** What PLAY cannot do, and what plays goes on. */
const REFUSED: readonly (readonly [fields: Fields, status: number])[] = [
  [{ Range: "npt=20.001-" }, 457],
  [{ Range: "npt=6-5" }, 457],
  [{ Range: "npt=5-6", Scale: "-1" }, 457],
  [{ Range: "clock=20260101T100000Z-" }, 456],
  [{ Range: "smpte=0:10:00-" }, 456],
  [{ Range: "npt=what-" }, 400],
  [{ Scale: "fast" }, 400],
  [{ Speed: "-1" }, 400],
];

for (const [fields, status] of REFUSED) {
  Deno.test(`PLAY of a recording with ${JSON.stringify(fields)} is refused with ${status}`, async () => {
    const { gateway } = await start();
    await using _ = gateway;
    const viewer = await Viewer.open(gateway);
    await viewer.play();
    assertEquals(await viewer.peer.status("PLAY", CLIP, fields), status);
    assertEquals(viewer.peer.header("Accept-Ranges"), status === 456 ? "npt" : undefined);
    await gateway.clock.run(400);
    assertEquals(viewer.shown, [0, 200, 400]);
  });
}

Deno.test("there is no group for a viewer with a position of its own", async () => {
  const { gateway } = await start({ section: { multicast: { enabled: true } } });
  await using _ = gateway;
  const peer = await gateway.peer();
  assertEquals(await peer.setup(`${CLIP}/trackID=1`, "RTP/AVP;multicast"), 461);
});

Deno.test("what cannot be read is refused with the reason", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const peer = await gateway.peer();
  const url = `${BASE}/media/bad.mp4`;
  assertEquals(await peer.status("DESCRIBE", url), 415);
  assertEquals(await peer.setup(`${url}/trackID=1`, "RTP/AVP/TCP"), 415);
  assertStringIncludes(must(gateway.logged("refused")[0]), "it is damaged");
});

/** Makes a recording fail when the picture at 400 ms is read. */
function damage(recording: FakeRecording): void {
  const read = recording.read.bind(recording);
  recording.read = async function* (fromMs) {
    for await (const units of read(fromMs)) {
      if (units[0]?.pts === 400 * 90) throw new RecordingError("media/clip.mp4", "it is cut off");
      yield units;
    }
  };
}

Deno.test("what is damaged plays up to there, and ends the session with the reason", async () => {
  const { gateway, opened } = await start();
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  damage(must(opened[0]));
  await viewer.play();
  await gateway.clock.run(1000);
  assertEquals([viewer.shown, viewer.goodbyes], [[0, 200], 2]);
  assertEquals([viewer.peer.isClosed, opened[0]?.isClosed], [true, true]);
  assertEquals(gateway.logged("it is cut off").length, 1);
});

Deno.test("a place that cannot be read is refused, and others can be played", async () => {
  const { gateway, opened } = await start();
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  await viewer.play();
  const recording = must(opened[0]);
  const read = recording.read.bind(recording);
  recording.read = async function* (fromMs) {
    if (fromMs === 5000) throw new RecordingError("media/clip.mp4", "a hole is there");
    yield* read(fromMs);
  };
  assertEquals(await viewer.play({ Range: "npt=5-" }), 415);
  assertEquals(await viewer.play({ Range: "npt=2-" }), 200);
  assertEquals(viewer.shown, [2000]);
});

Deno.test("the access policy guards recordings, when they are described and when they are set up", async () => {
  const { gateway, opened } = await start({
    access: {
      authorize({ name, action, query }) {
        if (query !== "token=1") throw new AccessDeniedError(name, action, "no token");
      },
    },
  });
  await using _ = gateway;
  const peer = await gateway.peer();
  assertEquals(await peer.status("DESCRIBE", CLIP), 403);
  assertEquals(await peer.setup(`${CLIP}/trackID=1`, "RTP/AVP/TCP"), 403);
  assertEquals(await peer.status("DESCRIBE", `${CLIP}?token=1`), 200);
  assertEquals(await peer.setup(`${CLIP}?token=1/trackID=1`, "RTP/AVP/TCP"), 200);
  assertEquals(opened.length, 2);
});

Deno.test("a viewer that takes nothing is cut, and one that has paused is not", async () => {
  const units = UNITS.filter(isPicture).map((unit) => ({
    ...unit,
    payload: [new Uint8Array(400_000).fill(0x41)],
  }));
  const { gateway, opened } = await start({ description: VIDEO_ONLY, units });
  await using _ = gateway;
  const pausing = await Viewer.open(gateway, [1]);
  await pausing.play();
  await pausing.peer.ask("PAUSE", CLIP);
  const slow = await gateway.transport.connect({ host: "127.0.0.1", port: 8554 });
  const ask = async (method: string, url: string, fields: string) => {
    const text = `${method} ${url} RTSP/1.0\r\nCSeq: 1\r\n${fields}\r\n\r\n`;
    await slow.write(new TextEncoder().encode(text));
  };
  await ask("SETUP", `${CLIP}/trackID=1`, "Transport: RTP/AVP/TCP");
  const buffer = new Uint8Array(4096);
  const answer = new TextDecoder().decode(buffer.subarray(0, await slow.read(buffer)));
  await ask("PLAY", CLIP, `Session: ${/Session: (\w+)/.exec(answer)?.[1]}`);
  for (let second = 0; second < 62; second++) {
    if (second % 20 === 0) await pausing.peer.ask("GET_PARAMETER", CLIP);
    await gateway.clock.run(1000);
  }
  assertEquals(opened.map(({ isClosed }) => isClosed), [false, true]);
  assertEquals(gateway.logged("nothing was taken for 60 s").length, 1);
  slow.close();
});

/** How a session ends. */
const ENDINGS: Readonly<Record<string, (viewer: Viewer, gateway: Harness) => Promise<unknown>>> = {
  TEARDOWN: ({ peer }) => peer.status("TEARDOWN", CLIP),
  "the end of its connection": async ({ peer }, gateway) => {
    peer.close();
    await gateway.clock.run(0);
  },
  silence: (_viewer, gateway) => gateway.clock.run(70_000),
  "the end of the gateway": async (_viewer, gateway) => {
    gateway.registry.close();
    await gateway.clock.run(0);
  },
};

for (const [ending, end] of Object.entries(ENDINGS)) {
  Deno.test(`${ending} gives the recording back`, async () => {
    const { gateway, opened } = await start();
    await using _ = gateway;
    const viewer = await Viewer.open(gateway);
    await viewer.play();
    await end(viewer, gateway);
    assertEquals(opened.map(({ isClosed }) => isClosed), [true]);
  });
}

Deno.test("a session whose first track cannot be set up gives the recording back", async () => {
  const { gateway, opened } = await start();
  await using _ = gateway;
  const peer = await gateway.peer();
  assertEquals(await peer.setup(`${CLIP}/trackID=9`, "RTP/AVP/TCP"), 404);
  assertEquals(await peer.setup(`${CLIP}/trackID=1`, "RAW/RAW/UDP"), 461);
  assertEquals(opened.map(({ isClosed }) => isClosed), [true, true]);
});

Deno.test("a name without recording is a live stream", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  await gateway.publish("media/live");
  const peer = await gateway.player("media/live");
  assertEquals(peer.header("Range"), "npt=now-");
});
