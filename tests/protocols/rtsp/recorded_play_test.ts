import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { parseRtpPacket } from "../../../protocols/_formats/rtp/packet.ts";
import { parseRtcp } from "../../../protocols/_formats/rtp/rtcp.ts";
import { parseRange } from "../../../protocols/rtsp/headers/range.ts";
import { parseRtpInfo } from "../../../protocols/rtsp/headers/rtp_info.ts";
import type { Description } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { AccessDeniedError, RecordingError } from "../../../registry/errors.ts";
import { must } from "../../must.ts";
import { FakeRecording } from "../../registry/fake_recording.ts";
import {
  AUDIO,
  AV,
  BASE,
  type Fields,
  Harness,
  type HarnessOptions,
  type Peer,
  picture,
  sound,
  VIDEO_ONLY,
} from "./harness.ts";

const LENGTH_MS = 20_000;
const STEP_MS = 200;
const KEY_MS = 2000;
const CLIP = `${BASE}/media/clip.mp4`;

/** A picture and sound every 200 ms, every tenth picture a key; the slice data says which it is. */
const UNITS = Array.from({ length: LENGTH_MS / STEP_MS }, (_, at) => [
  picture(at * STEP_MS, at * STEP_MS % KEY_MS === 0, 16, at),
  sound(at * STEP_MS),
]).flat();

/** A gateway with the recording `media/clip.mp4`, and what was opened of it. */
async function start(
  { description = AV, units = UNITS, ...options }: HarnessOptions & {
    readonly description?: Description;
    readonly units?: readonly Unit[];
  } = {},
) {
  const gateway = await Harness.start(options);
  const opened: FakeRecording[] = [];
  gateway.registry.addRecordings("media", (name) => {
    if (name === "media/bad.mp4") return Promise.reject(new RecordingError(name, "it is damaged"));
    if (name !== "media/clip.mp4") return Promise.resolve(undefined);
    const recording = new FakeRecording(description, units, LENGTH_MS);
    opened.push(recording);
    return Promise.resolve(recording);
  });
  return { gateway, opened };
}

/** A client that plays both tracks of the clip in its connection. */
class Viewer {
  readonly peer: Peer;
  readonly #gateway: Harness;
  /** The start of the range, in milliseconds, and the timestamp of the first track at it. */
  #origin = { npt: 0, rtptime: 0, scale: 1 };
  #seen = 0;

  private constructor(gateway: Harness, peer: Peer) {
    this.#gateway = gateway;
    this.peer = peer;
  }

  static async open(gateway: Harness, tracks: readonly number[] = [1, 2]): Promise<Viewer> {
    const peer = await gateway.peer();
    for (const [at, track] of tracks.entries()) {
      const channels = `${2 * at}-${2 * at + 1}`;
      await peer.setup(`${CLIP}/trackID=${track}`, `RTP/AVP/TCP;interleaved=${channels}`);
    }
    return new Viewer(gateway, peer);
  }

  /** Plays and takes note of what the answer says; gives its status. */
  async play(fields: Fields = {}): Promise<number> {
    this.#seen = this.peer.frames.length;
    const status = await this.peer.status("PLAY", CLIP, fields);
    // What was read takes more turns than there are in one request.
    await this.#gateway.clock.run(0);
    const range = parseRange(this.peer.header("Range") ?? "npt=0-");
    const [info] = parseRtpInfo(this.peer.header("RTP-Info") ?? "");
    if (status !== 200 || range.type !== "npt" || info === undefined) return status;
    this.#origin = {
      npt: Number(range.start),
      rtptime: must(info.rtptime),
      scale: Number(this.peer.header("Scale") ?? 1),
    };
    return status;
  }

  get packets() {
    return this.peer.frames.slice(this.#seen).filter(({ channel }) => channel % 2 === 0)
      .map(({ channel, payload }) => ({ channel, ...parseRtpPacket(payload) }));
  }

  get #pictures() {
    return this.packets.filter(({ channel, marker }) => channel === 0 && marker);
  }

  /** Which pictures came since the last PLAY, by their slice data, in milliseconds. */
  get shown(): readonly number[] {
    return this.#pictures.map(({ payload }) => must(payload.at(-1)) * STEP_MS);
  }

  /** The same by their timestamps, and what PLAY was answered with. */
  get told(): readonly number[] {
    const { npt, rtptime, scale } = this.#origin;
    return this.#pictures.map(({ timestamp }) =>
      Math.round(npt + ((timestamp - rtptime) | 0) / 90 * scale)
    );
  }

  get goodbyes(): number {
    return this.peer.frames.slice(this.#seen).filter(({ channel, payload }) =>
      channel % 2 === 1 && parseRtcp(payload).some(({ type }) => type === "goodbye")
    ).length;
  }
}

const from = (...positions: readonly number[]) => positions;

Deno.test("a recording is described with its length", async () => {
  const { gateway, opened } = await start();
  await using _ = gateway;
  const peer = await gateway.peer();
  const answer = must(await peer.ask("DESCRIBE", CLIP));
  assertStringIncludes(new TextDecoder().decode(answer.body), "a=range:npt=0-20\r\n");
  assertEquals(opened.map(({ isClosed }) => isClosed), [true]);
});

Deno.test("it plays from its beginning at its own pace", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  assertEquals(await viewer.play(), 200);
  assertEquals(viewer.peer.header("Range"), "npt=0-20");
  assertEquals(viewer.shown, [0]);
  await gateway.clock.run(1000);
  assertEquals(viewer.shown, [0, 200, 400, 600, 800, 1000]);
  assertEquals(viewer.told, viewer.shown);
  const [snapshot] = gateway.registry.snapshot();
  assertEquals([snapshot?.name, snapshot?.state], ["media/clip.mp4", "recorded"]);
});

Deno.test("each viewer has a position of its own", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const first = await Viewer.open(gateway);
  await first.play();
  await gateway.clock.run(1000);
  const second = await Viewer.open(gateway);
  await second.play({ Range: "npt=10-" });
  assertEquals([first.shown.at(-1), second.shown[0]], [1000, 10_000]);
});

for (const [range, key] of [["0", 0], ["1.999", 0], ["2", 2000], ["11", 10_000], ["20", 18_000]]) {
  Deno.test(`npt=${range}- begins with the key picture at ${key} ms, which the answer names`, async () => {
    const { gateway } = await start();
    await using _ = gateway;
    const viewer = await Viewer.open(gateway);
    await viewer.play({ Range: "npt=6-" });
    await gateway.clock.run(500);
    assertEquals(await viewer.play({ Range: `npt=${range}-` }), 200);
    await gateway.clock.run(400);
    assertEquals(viewer.peer.header("Range"), `npt=${Number(key) / 1000}-20`);
    assertEquals(viewer.shown, [0, 200, 400].map((ms) => ms + Number(key)));
    assertEquals(viewer.told, viewer.shown);
  });
}

Deno.test("numbers, times and sources go on over seeks, and RTP-Info tells of each track's first", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  await viewer.play();
  await gateway.clock.run(1000);
  const before = viewer.packets;
  await viewer.play({ Range: "npt=4-" });
  await gateway.clock.run(1000);
  const infos = parseRtpInfo(must(viewer.peer.header("RTP-Info")));
  assertEquals(infos.map(({ url }) => url), [`${CLIP}/trackID=1`, `${CLIP}/trackID=2`]);
  for (const [at, info] of infos.entries()) {
    const ofTrack = ({ channel }: { readonly channel: number }) => channel === 2 * at;
    const last = must(before.findLast(ofTrack));
    const first = must(viewer.packets.find(ofTrack));
    assertEquals([first.sequence, first.timestamp], [info.seq, info.rtptime]);
    assertEquals((first.sequence - last.sequence) & 0xffff, 1);
    assertEquals(first.ssrc, last.ssrc);
    assertGreater((first.timestamp - last.timestamp) | 0, 0);
  }
});

Deno.test("RTP-Info has the next number of a track whose packets are yet to come", async () => {
  const late = UNITS.filter(({ track, pts }) => track !== AUDIO || pts > 8 * 4500);
  const { gateway } = await start({ units: late });
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  await viewer.play({ Range: "npt=4-" });
  const [, info] = parseRtpInfo(must(viewer.peer.header("RTP-Info")));
  await gateway.clock.run(1000);
  const first = must(viewer.packets.find(({ channel }) => channel === 2));
  assertEquals(first.sequence, info?.seq);
  assertEquals(((first.timestamp - must(info?.rtptime)) | 0) / 8, 600);
});

Deno.test("sound that begins before the key picture is left out after a seek", async () => {
  // Each sound begins 20 ms before a picture, and so that before a key belongs to the one before.
  const units = UNITS.map((unit) =>
    unit.track === AUDIO ? { ...unit, pts: unit.pts + 180 * 8, dts: unit.dts + 180 * 8 } : unit
  );
  const { gateway, opened } = await start({ units });
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  // As containers are read: from the sound at or before the picture.
  const recording = must(opened[0]);
  recording.read = async function* () {
    const at = units.findIndex(({ track, pts }) => track === AUDIO && pts === 3980 * 8);
    for (const unit of units.slice(at)) yield await Promise.resolve([unit]);
  };
  await viewer.play({ Range: "npt=4-" });
  await gateway.clock.run(400);
  const [first, ...others] = viewer.packets;
  assertEquals(first?.channel, 0);
  assertEquals([viewer.peer.header("Range"), viewer.shown[0]], ["npt=4-20", 4000]);
  const [, info] = parseRtpInfo(must(viewer.peer.header("RTP-Info")));
  const sounds = others.filter(({ channel }) => channel === 2);
  assert(sounds.every(({ timestamp }) => ((timestamp - must(info?.rtptime)) | 0) >= 0));
});

Deno.test("PAUSE stops it, and PLAY goes on with the very next picture", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  await viewer.play({ Range: "npt=2-" });
  await gateway.clock.run(1000);
  assertEquals(await viewer.peer.status("PAUSE", CLIP), 200);
  await gateway.clock.run(30_000);
  assertEquals(viewer.shown.at(-1), 3000);
  assertEquals(await viewer.play(), 200);
  assertEquals(viewer.peer.header("Range"), "npt=3.200-20");
  await gateway.clock.run(400);
  assertEquals(viewer.shown, [3200, 3400, 3600]);
  assertEquals(viewer.told, viewer.shown);
});

Deno.test("PLAY without a range while it plays changes nothing", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  await viewer.play();
  await gateway.clock.run(1000);
  assertEquals(await viewer.peer.status("PLAY", CLIP), 200);
  assertEquals(viewer.peer.header("Range"), "npt=1-20");
  assertEquals(viewer.peer.header("RTP-Info"), undefined);
  await gateway.clock.run(400);
  assertEquals(viewer.shown, [0, 200, 400, 600, 800, 1000, 1200, 1400]);
});

Deno.test("a seek in a pause plays on from there", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  await viewer.play();
  await viewer.peer.ask("PAUSE", CLIP);
  await viewer.play({ Range: "npt=8-" });
  await gateway.clock.run(200);
  assertEquals(viewer.shown, from(8000, 8200));
});

Deno.test("a track that is set up anew in a pause goes its new way", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  await viewer.play();
  await viewer.peer.ask("PAUSE", CLIP);
  await viewer.peer.setup(`${CLIP}/trackID=2`, "RTP/AVP/TCP;interleaved=8-9");
  await viewer.play();
  await gateway.clock.run(400);
  assertEquals(new Set(viewer.packets.map(({ channel }) => channel)), new Set([0, 8]));
});

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
  assertEquals([viewer.shown, viewer.goodbyes], [from(10_000, 8000, 6000), 2]);
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

function isPicture({ track }: Unit): boolean {
  return track !== AUDIO;
}

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

Deno.test("of a recording, a track is packaged only where it is set up", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const viewer = await Viewer.open(gateway, [2]);
  await viewer.play({ Range: "npt=5-" });
  await gateway.clock.run(400);
  const [info, none] = parseRtpInfo(must(viewer.peer.header("RTP-Info")));
  assertEquals([info?.url, none], [`${CLIP}/trackID=2`, undefined]);
  assertEquals(viewer.packets.length, 3);
});

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
  assertEquals(viewer.shown, from(2000));
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

Deno.test("at the start, RTP-Info names a time that no sound is before", async () => {
  // As B-frames have it, the first picture is decoded first and shown after the first sound begins.
  const units = UNITS.map((unit) =>
    isPicture(unit) ? { ...unit, pts: unit.pts + 150 * 90 } : { ...unit, ...laterBy(unit, 130 * 8) }
  );
  const { gateway, opened } = await start({ units });
  await using _ = gateway;
  const viewer = await Viewer.open(gateway);
  must(opened[0]).read = async function* () {
    yield await Promise.resolve(units.slice(0, 4));
  };
  await viewer.play();
  const infos = parseRtpInfo(must(viewer.peer.header("RTP-Info")));
  const firsts = [0, 2].map((channel) =>
    must(viewer.packets.find((packet) => packet.channel === channel)).timestamp
  );
  const aheadMs = firsts.map((timestamp, at) =>
    ((timestamp - must(infos[at]?.rtptime)) | 0) / (at === 0 ? 90 : 8)
  );
  assertEquals(aheadMs, [20, 0]);
});

function laterBy({ pts, dts }: Unit, ticks: number) {
  return { pts: pts + ticks, dts: dts + ticks };
}

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
