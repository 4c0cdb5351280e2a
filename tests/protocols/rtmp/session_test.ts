import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { AmfObject } from "../../../protocols/_formats/amf/value.ts";
import { encodeAmf0 } from "../../../protocols/_formats/amf/amf0_encode.ts";
import { MESSAGE_TYPE } from "../../../protocols/rtmp/message.ts";
import { AccessDeniedError } from "../../../registry/errors.ts";
import type { AccessRequest } from "../../../registry/access.ts";
import { must } from "../../must.ts";
import { settle } from "../../virtual_clock.ts";
import { AV, Harness, headers, media, OPUS, picture, sound, VIDEO } from "./harness.ts";

Deno.test("what is published is played: headers, then the same bytes at the same times", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder();
  assertEquals(encoder.statuses, ["Publish.Start"]);
  await encoder.send(...media(1, picture(1000), sound(1003), picture(1040, false)));
  const player = await harness.player();
  assertEquals(player.statuses, ["Play.Reset", "Play.Start"]);
  assertEquals(player.frames, ["v1000", "a1003", "v1040"]);
  assertEquals(player.controls.map(({ kind }) => kind), ["streamBegin"]);
  const sent = media(1, picture(1000), sound(1003), picture(1040, false))
    .map(({ parts }) => new Uint8Array(parts.flatMap((part) => [...part])));
  assertEquals(player.media.slice(-3).map(({ payload }) => payload), sent);
  assertEquals(player.media.slice(0, -3).map(({ type }) => type), [18, 18, 9, 8]);
});

Deno.test("a player may come first, and waits", async () => {
  await using harness = await Harness.start();
  const player = await harness.player();
  assertEquals(player.statuses, ["Play.Reset", "Play.Start"]);
  const encoder = await harness.encoder();
  await encoder.send(...media(1, picture(0), sound(3)));
  assertEquals(player.frames, ["v0", "a3"]);
});

Deno.test("a player is refused at once with `wait: 0` when nobody publishes", async () => {
  await using harness = await Harness.start({ section: { wait: 0 } });
  const player = await harness.player();
  assertEquals(player.statuses, ["Play.StreamNotFound"]);
  await player.play(1, "cam1");
  assertEquals(player.statuses.length, 2);
});

Deno.test("a player that nobody publishes for is closed after `wait`, with the reason", async () => {
  await using harness = await Harness.start({ section: { wait: 5 } });
  const player = await harness.player();
  await harness.clock.run(5000);
  assertEquals(player.statuses.at(-1), "Play.StreamNotFound");
  assertStringIncludes(player.lastDescription, "no publisher came within 5 s");
  assert(player.isClosed);
  assertEquals(harness.logged("no publisher came").length, 1);
});

Deno.test("a taken name is BadName, and the stream can be used for another", async () => {
  await using harness = await Harness.start();
  await harness.encoder();
  const second = await harness.connected();
  await second.publish(await second.createStream(), "cam1");
  assertEquals(second.statuses, ["Publish.BadName"]);
  assertMatch(second.lastDescription, /somebody is publishing it/);
  await second.publish(1, "cam2");
  assertEquals(second.statuses, ["Publish.BadName", "Publish.Start"]);
});

Deno.test("of two publishers that ask at the same time one gets the name", async () => {
  await using harness = await Harness.start({
    access: { authorize: () => settle() },
  });
  const peers = [await harness.connected(), await harness.connected()];
  for (const peer of peers) await peer.createStream();
  await Promise.all(peers.map((peer) => peer.publish(1, "cam1")));
  await settle();
  assertEquals(peers.flatMap(({ statuses }) => statuses).sort(), [
    "Publish.BadName",
    "Publish.Start",
  ]);
});

const REFUSED: readonly (readonly [app: string, key: string, publish: string, play: string])[] = [
  ["live", "a b", "Publish.BadName", "Play.StreamNotFound"],
  ["live", "../x", "Publish.BadName", "Play.StreamNotFound"],
  ["", "", "Publish.BadName", "Play.StreamNotFound"],
];

for (const [app, key, publish, play] of REFUSED) {
  Deno.test(`the name ${JSON.stringify(`${app}/${key}`)} can be neither published nor played`, async () => {
    await using harness = await Harness.start();
    const peer = await harness.connected(app);
    const id = await peer.createStream();
    await peer.publish(id, key);
    await peer.play(id, key);
    assertEquals(peer.statuses, [publish, play]);
  });
}

Deno.test("a reserved name is BadName", async () => {
  await using harness = await Harness.start();
  harness.registry.reserve("api", "http");
  const peer = await harness.connected("api");
  await peer.publish(await peer.createStream(), "cam1");
  assertEquals(peer.statuses, ["Publish.BadName"]);
  assertStringIncludes(peer.lastDescription, "names under api/ belong to http");
});

Deno.test("queries of application and key reach the access policy, and are no part of the name", async () => {
  const asked: AccessRequest[] = [];
  await using harness = await Harness.start({
    access: { authorize: (request) => void asked.push(request) },
  });
  const peer = await harness.connected("live?user=ann");
  await peer.publish(await peer.createStream(), "cam1?token=abc");
  await peer.play(await peer.createStream(), "cam1?token=def");
  assertEquals(asked.map(({ action, name, protocol, query }) => [action, name, protocol, query]), [
    ["publish", "live/cam1", "rtmp", "user=ann&token=abc"],
    ["read", "live/cam1", "rtmp", "user=ann&token=def"],
  ]);
  assertMatch(must(asked[0]).remote, /^127\.0\.0\.1:\d+$/);
});

Deno.test("what the access policy denies is told with its reason", async () => {
  await using harness = await Harness.start({
    access: {
      authorize: ({ name, action }) =>
        Promise.reject(new AccessDeniedError(name, action, "no token")),
    },
  });
  const peer = await harness.connected();
  await peer.publish(await peer.createStream(), "cam1");
  await peer.play(1, "cam1");
  assertEquals(peer.statuses, ["Publish.Denied", "Play.Failed"]);
  assertStringIncludes(peer.lastDescription, "no token");
});

Deno.test("players are told of an orderly end, and of the next publisher", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder();
  await encoder.send(...media(1, picture(0), sound(0)));
  const player = await harness.player();
  await encoder.call("FCUnpublish", ["cam1"]);
  await encoder.call("deleteStream", [1]);
  assertEquals(encoder.statuses.at(-1), "Unpublish.Success");
  assertEquals(player.statuses.at(-1), "Play.UnpublishNotify");
  assertEquals(player.controls.map(({ kind }) => kind), ["streamBegin", "streamEof"]);
  assert(!player.isClosed);
  const next = await harness.encoder();
  await next.send(...media(1, picture(0), sound(0)));
  assertEquals(player.statuses.at(-1), "Play.PublishNotify");
  assertEquals(player.controls.at(-1), { kind: "streamBegin", streamId: 1 });
  assertEquals(player.frames.length, 4);
});

Deno.test("players go on when a publisher that was lost returns within the grace time", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder();
  await encoder.send(...media(1, picture(5000), sound(5000)));
  const player = await harness.player();
  const before = player.statuses.length;
  encoder.link.close();
  await harness.clock.run(9000);
  const next = await harness.encoder();
  await next.send(...media(1, picture(0), picture(40, false), sound(40)));
  assertEquals(player.statuses.length, before);
  const times = player.frames.map((frame) => Number(frame.slice(1)));
  assertEquals(times, [5000, 5000, 5020, 5060, 5060]);
});

Deno.test("pause stops the media, and unpause begins with a key picture", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder();
  await encoder.send(...media(1, picture(0), sound(0)));
  const player = await harness.player();
  await player.call("pause", [true, 0], 1);
  await player.call("pause", [true, 0], 1);
  await encoder.send(...media(1, picture(40, false)));
  assertEquals(player.statuses.slice(2), ["Pause.Notify"]);
  assertEquals(player.frames, ["v0", "a0"]);
  await encoder.send(...media(1, picture(80)));
  await player.call("pause", [false, 0], 1);
  await encoder.send(...media(1, picture(120, false)));
  assertEquals(player.statuses.slice(3), ["Unpause.Notify"]);
  assertEquals(player.frames.slice(2), ["v80", "v120"]);
});

Deno.test("unpause at the start changes nothing", async () => {
  await using harness = await Harness.start();
  const player = await harness.player();
  await player.call("pause", [false, 0], 1);
  assertEquals(player.statuses, ["Play.Reset", "Play.Start"]);
});

Deno.test("play and play2 on a stream that plays change to the other name", async () => {
  await using harness = await Harness.start();
  const [one, two] = [await harness.encoder("cam1"), await harness.encoder("cam2")];
  const player = await harness.player("cam1");
  await player.call("play2", [{ streamName: "cam2", transition: "switch" }], 1);
  await one.send(...media(1, picture(0), sound(0)));
  await two.send(...media(1, picture(7), sound(7)));
  assertEquals(player.frames, ["v7", "a7"]);
  await player.play(1, "cam1");
  assertEquals(player.frames.at(-1), "a0");
  assertEquals(harness.registry.get("live/cam2")?.readers.size, 0);
});

Deno.test("a live stream cannot be sought", async () => {
  await using harness = await Harness.start();
  const player = await harness.player();
  await player.call("seek", [1000], 1);
  assertEquals(player.statuses.at(-1), "Seek.Failed");
  assert(!player.isClosed);
});

Deno.test("receiveAudio and receiveVideo turn the media of a player off and on", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder();
  const player = await harness.player();
  await player.call("receiveAudio", [false], 1);
  await encoder.send(...media(1, picture(0), sound(0)));
  await player.call("receiveVideo", [false], 1);
  await encoder.send(...media(1, picture(40), sound(40)));
  await player.call("receiveAudio", [true], 1);
  await player.call("receiveVideo", [true], 1);
  await encoder.send(...media(1, picture(80), sound(80)));
  assertEquals(player.frames, ["v0", "v80", "a80"]);
});

Deno.test("receiveVideo before play holds from the first unit on", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder();
  await encoder.send(...media(1, picture(0), sound(0)));
  const player = await harness.connected();
  const id = await player.createStream();
  await player.call("receiveVideo", [false], id);
  await player.play(id, "cam1");
  assertEquals(player.frames, ["a0"]);
});

/** Calls of encoders and players that want an answer: the result's values. */
const ANSWERED:
  readonly (readonly [name: string, args: readonly string[], values: readonly unknown[]])[] = [
    ["releaseStream", ["cam1"], []],
    ["FCPublish", ["cam1"], []],
    ["FCUnpublish", ["cam1"], []],
    ["FCSubscribe", ["cam1"], []],
    ["FCUnsubscribe", ["cam1"], []],
    ["getStreamLength", ["cam1"], [0]],
    ["_checkbw", [], []],
  ];

for (const [name, args, values] of ANSWERED) {
  Deno.test(`${name} is answered`, async () => {
    await using harness = await Harness.start();
    const peer = await harness.connected();
    const result = await peer.ask(name, args);
    assertEquals([result?.name, result?.args], ["_result", [...values]]);
  });
}

const CALLED_BACK = [
  ["FCPublish", "onFCPublish", "NetStream.Publish.Start"],
  ["FCUnpublish", "onFCUnpublish", "NetStream.Unpublish.Success"],
  ["FCSubscribe", "onFCSubscribe", "NetStream.Play.Start"],
] as const;

for (const [name, back, code] of CALLED_BACK) {
  Deno.test(`${name} is answered by ${back} too`, async () => {
    await using harness = await Harness.start();
    const peer = await harness.connected();
    await peer.call(name, ["cam1"]);
    const info = peer.commands.find((command) => command.name === back)?.args[0] as AmfObject;
    assertEquals([info.code, info.description], [code, "cam1"]);
    assertEquals(peer.commands.filter((command) => command.name === "_result").length, 1);
  });
}

Deno.test("FCUnpublish ends the publishing of that name only", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder();
  await encoder.call("FCUnpublish", ["other"]);
  assert(harness.registry.isPublished("live/cam1"));
  await encoder.call("FCUnpublish", ["cam1"]);
  assert(!harness.registry.isPublished("live/cam1"));
});

Deno.test("closeStream and deleteStream end a publication in good order", async () => {
  for (const [name, args] of [["closeStream", []], ["deleteStream", [1]]] as const) {
    await using harness = await Harness.start();
    const encoder = await harness.encoder();
    await encoder.call(name, args, 1);
    assertEquals(harness.registry.snapshot(), []);
    assert(!encoder.isClosed);
  }
});

Deno.test("deleteStream with a name, as GStreamer sends it, means the stream of that name", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder("cam1?token=1");
  await encoder.call("deleteStream", ["other"]);
  assert(harness.registry.isPublished("live/cam1"));
  await encoder.call("deleteStream", ["cam1?token=1"]);
  assertEquals(harness.registry.snapshot(), []);
});

Deno.test("commands wrapped for AMF3 are the same commands", async () => {
  await using harness = await Harness.start();
  const peer = await harness.connected();
  await peer.createStream();
  const wrapped = encodeAmf0("publish", 0, null, "cam1", "live");
  await peer.send({
    csid: 3,
    type: MESSAGE_TYPE.COMMAND_AMF3,
    timestamp: 0,
    streamId: 1,
    parts: [Uint8Array.of(0), wrapped],
  });
  assertEquals(peer.statuses, ["Publish.Start"]);
});

Deno.test("media in an aggregate message is media, at the times of the aggregate", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder();
  const player = await harness.player();
  const parts = media(1, picture(10), sound(12), picture(50, false)).flatMap((message) => {
    const size = message.parts.reduce((sum, part) => sum + part.byteLength, 0);
    const header = new DataView(new ArrayBuffer(11));
    header.setUint32(0, message.type * 2 ** 24 + size);
    header.setUint32(4, message.timestamp << 8);
    return [new Uint8Array(header.buffer), ...message.parts, new Uint8Array(4)];
  });
  await encoder.send({
    csid: 6,
    type: MESSAGE_TYPE.AGGREGATE,
    timestamp: 1000,
    streamId: 1,
    parts,
  });
  assertEquals(player.frames, ["v1000", "a1002", "v1040"]);
});

Deno.test("a broken media message costs the publisher that message only", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder();
  const player = await harness.player();
  const broken = { csid: 6, timestamp: 5, streamId: 1, parts: [Uint8Array.of(9, 0, 0)] };
  await encoder.send({ ...broken, type: MESSAGE_TYPE.AGGREGATE });
  await encoder.send({ ...broken, type: MESSAGE_TYPE.VIDEO, parts: [Uint8Array.of(0x27)] });
  await encoder.send({ ...broken, type: MESSAGE_TYPE.DATA_AMF0, parts: [Uint8Array.of(0xff)] });
  await encoder.send(...media(1, picture(10), sound(12)));
  assertEquals(player.frames, ["v10", "a12"]);
});

Deno.test("several message streams share one connection: publishing, and playing at the same time", async () => {
  await using harness = await Harness.start();
  const peer = await harness.connected();
  const ids = [await peer.createStream(), await peer.createStream(), await peer.createStream()];
  assertEquals(ids, [1, 2, 3]);
  await peer.publish(1, "cam1");
  await peer.publish(2, "cam2");
  await peer.play(3, "cam2");
  await peer.send(...headers(1), ...headers(2));
  await peer.send(...media(1, picture(1), sound(1)), ...media(2, picture(2), sound(2)));
  assertEquals(peer.frames, ["v2", "a2"]);
  assertEquals(new Set(peer.media.map(({ streamId }) => streamId)), new Set([3]));
  await peer.call("deleteStream", [1]);
  assert(harness.registry.isPublished("live/cam2"));
});

Deno.test("message streams are bounded, and deleting one makes room", async () => {
  await using harness = await Harness.start();
  const peer = await harness.connected();
  for (let n = 0; n < 16; n++) await peer.createStream();
  assertEquals((await peer.ask("createStream"))?.name, "_error");
  await peer.call("deleteStream", [1]);
  assertEquals((await peer.ask("createStream"))?.args, [17]);
});

Deno.test("a codec that a player's connect does not list is refused with a clear status", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder("cam1", { tracks: [VIDEO, OPUS], metadata: {} });
  await encoder.send(...media(1, picture(0), sound(0, OPUS)));
  const old = await harness.player();
  assertEquals(old.statuses.at(-1), "Play.NoSupportedTrackFound");
  assertStringIncludes(old.lastDescription, "its audio is opus");
  assertStringIncludes(old.lastDescription, "fourCcList");
  assert(old.isClosed);
  for (const properties of [{ fourCcList: ["Opus"] }, { audioFourCcInfoMap: { "*": 4 } }]) {
    const enhanced = await harness.player("cam1", properties);
    assertEquals(enhanced.media.filter(({ type }) => type === MESSAGE_TYPE.AUDIO).length, 2);
    assertEquals(enhanced.statuses, ["Play.Reset", "Play.Start"]);
  }
  assertEquals(harness.logged("error"), []);
});

Deno.test("a second connect is refused, and the connection goes on", async () => {
  await using harness = await Harness.start();
  const peer = await harness.connected();
  assertEquals((await peer.connect("other"))?.name, "_error");
  await peer.publish(await peer.createStream(), "cam1");
  assert(harness.registry.isPublished("live/cam1"));
});

Deno.test("commands before connect are refused", async () => {
  await using harness = await Harness.start();
  const peer = await harness.peer();
  const answer = await peer.ask("createStream");
  assertEquals(answer?.name, "_error");
  assertEquals(peer.statuses, ["NetConnection.Call.Failed"]);
  assertEquals((await peer.connect("live"))?.name, "_result");
});

for (const name of ["makeCoffee", "constructor", "__proto__", "hasOwnProperty", ""]) {
  Deno.test(`the command ${JSON.stringify(name)} is refused, and the connection goes on`, async () => {
    await using harness = await Harness.start();
    const peer = await harness.connected();
    assertEquals((await peer.ask(name))?.name, "_error");
    assertStringIncludes(peer.lastDescription, "there is no such command");
    assertEquals(await peer.createStream(), 1);
    assertEquals(harness.logged("error"), []);
  });
}

Deno.test("publish on a stream that was not created, or twice, is refused", async () => {
  await using harness = await Harness.start();
  const peer = await harness.connected();
  assertEquals((await peer.ask("publish", ["cam1"], null, 7))?.name, "_error");
  await peer.createStream();
  await peer.publish(1, "cam1");
  assertEquals((await peer.ask("publish", ["cam2"], null, 1))?.name, "_error");
  assertEquals(harness.registry.snapshot().map((stream) => stream.name), ["live/cam1"]);
});

Deno.test("a command that is no AMF ends the connection, and the log says why", async () => {
  await using harness = await Harness.start();
  const peer = await harness.connected();
  const parts = [Uint8Array.of(0x0d, 1, 2)];
  await peer.send({ csid: 3, type: MESSAGE_TYPE.COMMAND_AMF0, timestamp: 0, streamId: 0, parts });
  assert(peer.isClosed);
  assertEquals([harness.logged("info closed").length, harness.logged("error")], [1, []]);
});

Deno.test("a client that calls without pause is cut, and the log says why", async () => {
  await using harness = await Harness.start();
  const peer = await harness.connected();
  for (let n = 0; n < 3; n++) {
    for (let calls = 0; calls < 150; calls++) await peer.call("getStreamLength", ["cam1"]);
    await harness.clock.run(1000);
  }
  assert(!peer.isClosed);
  for (let calls = 0; calls <= 200; calls++) await peer.call("getStreamLength", ["cam1"]);
  await harness.clock.run(1000);
  assert(peer.isClosed);
  assertEquals(harness.logged("info closed").length, 1);
});

Deno.test("media for a stream that does not publish is ignored", async () => {
  await using harness = await Harness.start();
  const peer = await harness.connected();
  await peer.send(...media(1, picture(0)), ...media(0, picture(0)));
  assertEquals(await peer.createStream(), 1);
});

Deno.test("connect is answered with window, bandwidth, chunk size and what the gateway can", async () => {
  await using harness = await Harness.start();
  const peer = await harness.peer();
  const result = must(await peer.connect("live", { objectEncoding: 3 }));
  const info = result.args[0] as AmfObject;
  assertEquals([result.name, info.code, info.objectEncoding], [
    "_result",
    "NetConnection.Connect.Success",
    0,
  ]);
  assert((info.fourCcList as string[]).includes("hvc1"));
  assertEquals(peer.commands.at(-1)?.name, "onBWDone");
});

Deno.test("players see 32-bit times that wrap as times that go on", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.connected();
  await encoder.publish(await encoder.createStream(), "cam1");
  const start = 2 ** 32 - 40;
  await encoder.send(...headers(1, AV, start));
  const player = await harness.player();
  for (let n = 0; n < 4; n++) {
    await encoder.send(...media(1, picture(start + n * 40, n === 0), sound(start + n * 40)));
  }
  assertEquals(
    player.frames,
    [start, start, 0, 0, 40, 40, 80, 80].map((ms, n) => `${n % 2 ? "a" : "v"}${ms}`),
  );
  const { publisher, gop } = must(harness.registry.snapshot()[0]);
  assertEquals([publisher?.protocol, gop.ms], ["rtmp", 120]);
});

Deno.test("a publisher whose announced audio never comes does not hold the video back for ever", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder("cam1", { tracks: [VIDEO], metadata: {} });
  const player = await harness.player();
  await encoder.send(...media(1, picture(0)));
  await harness.clock.run(1000);
  assertEquals(player.frames, ["v0"]);
  assertEquals(harness.clock.pending > 0, true);
});

Deno.test("the end of a connection that still holds media back leaves no timer", async () => {
  const harness = await Harness.start();
  const encoder = await harness.connected();
  await encoder.publish(await encoder.createStream(), "cam1");
  await encoder.send(...headers(1, AV), ...media(1, picture(0)));
  await encoder.call("deleteStream", [1]);
  await harness[Symbol.asyncDispose]();
  assertEquals(harness.clock.pending, 0);
});
