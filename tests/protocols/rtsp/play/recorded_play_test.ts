import { assert, assertEquals, assertGreater } from "@std/assert";
import { parseRtpInfo } from "../../../../protocols/rtsp/headers/rtp_info.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { must } from "../../../must.ts";
import { AUDIO } from "../harness.ts";
import { CLIP, isPicture, start, UNITS, Viewer } from "../recorded.ts";

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
  assertEquals(viewer.shown, [8000, 8200]);
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
