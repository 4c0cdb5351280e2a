import { assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { writeSdp } from "../../../protocols/_formats/rtp/sdp_tracks.ts";
import { outgoingTracks } from "../../../protocols/rtsp/describe.ts";
import { AccessDeniedError } from "../../../registry/errors.ts";
import { must } from "../../must.ts";
import { settle } from "../../virtual_clock.ts";
import {
  AUDIO,
  AV,
  BASE,
  type Fields,
  Harness,
  packetsOf,
  picture,
  RECORD_TCP,
  sdpOf,
  sound,
  TCP,
  URL1,
  VIDEO,
  VIDEO_ONLY,
} from "./harness.ts";

const METHODS = "OPTIONS, DESCRIBE, ANNOUNCE, SETUP, PLAY, PAUSE, RECORD, TEARDOWN, " +
  "GET_PARAMETER, SET_PARAMETER";

/** A request that is wrong in one way, its code, and what a header of the answer says. */
const WRONG: readonly (readonly [
  what: string,
  method: string,
  url: string,
  fields: Fields,
  status: number,
  header?: readonly [name: string, value: string],
])[] = [
  ["a CSeq that is no number", "OPTIONS", "*", { CSeq: "one" }, 400],
  ["a method that nobody knows", "FETCH", URL1, {}, 501, ["Public", METHODS]],
  ["a method in lower case", "options", "*", {}, 501, ["Public", METHODS]],
  ["a method of servers", "REDIRECT", URL1, {}, 405, ["Allow", METHODS]],
  ["REGISTER, which is off", "REGISTER", URL1, {}, 405, ["Allow", METHODS]],
  ["a required option", "OPTIONS", "*", { Require: "onvif-replay" }, 551, [
    "Unsupported",
    "onvif-replay",
  ]],
  ["a URL of HTTP", "DESCRIBE", "http://127.0.0.1/live/cam1", {}, 400],
  ["no stream", "DESCRIBE", BASE, {}, 400],
  ["a name that cannot be", "DESCRIBE", `${BASE}/live/../x`, {}, 400],
  ["an Accept without SDP", "DESCRIBE", URL1, { Accept: "text/html" }, 406],
  ["no Content-Type", "ANNOUNCE", URL1, {}, 415, ["Accept", "application/sdp"]],
  ["another Content-Type", "ANNOUNCE", URL1, { "Content-Type": "text/plain" }, 415],
  ["no Transport", "SETUP", `${URL1}/trackID=1`, {}, 400],
  ["a Transport that is none", "SETUP", `${URL1}/trackID=1`, { Transport: "<>" }, 400],
  ["SRTP", "SETUP", `${URL1}/trackID=1`, { Transport: "RTP/SAVP/TCP;interleaved=0-1" }, 461],
  ["UDP without ports", "SETUP", `${URL1}/trackID=1`, { Transport: "RTP/AVP;unicast" }, 461],
  ["multicast, which is off", "SETUP", `${URL1}/trackID=1`, {
    Transport: "RTP/AVP;multicast",
  }, 461],
  ["recording what is played", "SETUP", `${URL1}/trackID=1`, { Transport: RECORD_TCP }, 461],
  ["all tracks at once", "SETUP", URL1, { Transport: TCP }, 459],
  ["a track that is not there", "SETUP", `${URL1}/trackID=9`, { Transport: TCP }, 404],
  ["a stream that is not there", "SETUP", `${BASE}/live/x/trackID=1`, { Transport: TCP }, 404],
  ["a session without id", "PLAY", URL1, { Session: '"a b"' }, 400],
];

for (const [what, method, url, fields, status, header] of WRONG) {
  Deno.test(`${what}: ${method} is answered with ${status}, and the connection stays`, async () => {
    await using gateway = await Harness.start();
    await gateway.publish();
    const peer = await gateway.peer();
    await peer.send(peer.request(method, url, fields));
    assertEquals(peer.responses.map((response) => response.status), [status]);
    if (header !== undefined) assertEquals(peer.header(header[0]), header[1]);
    assertEquals(await peer.status("OPTIONS", "*"), 200);
    assertEquals(gateway.logged(`"status":${status}`).length, 1);
  });
}

/** Bytes after which nothing more can be read, and the code that says so. */
const FAULTS: readonly (readonly [what: string, bytes: string, status: number])[] = [
  ["what is no request", "hello\r\n", 400],
  ["RTSP/3.0", "OPTIONS * RTSP/3.0\r\nCSeq: 7\r\n\r\n", 505],
  ["a line without end", `OPTIONS ${"x".repeat(9000)}`, 414],
  ["a field without end", `OPTIONS * RTSP/1.0\r\nX: ${"x".repeat(9000)}`, 431],
  ["65 fields", `OPTIONS * RTSP/1.0\r\n${"A: b\r\n".repeat(65)}\r\n`, 431],
  ["a body of a megabyte", "ANNOUNCE * RTSP/1.0\r\nContent-Length: 1000000\r\n\r\n", 413],
];

for (const [what, bytes, status] of FAULTS) {
  Deno.test(`${what} is answered with ${status}, and the connection ends`, async () => {
    await using gateway = await Harness.start();
    const peer = await gateway.peer();
    await peer.send(bytes);
    await gateway.clock.run(0);
    assertEquals(peer.responses.map((response) => response.status), [status]);
    assertEquals(peer.isClosed, true);
  });
}

Deno.test("RTSP/2.0 is answered with 505, and the client may go on in 1.0", async () => {
  await using gateway = await Harness.start();
  const peer = await gateway.peer();
  await peer.send("OPTIONS * RTSP/2.0\r\nCSeq: 0\r\n\r\n");
  assertEquals(await peer.status("OPTIONS", "*"), 200);
  assertEquals(peer.responses.map(({ status }) => status), [505, 200]);
});

Deno.test("OPTIONS says what there is; options that RTSP 1.0 has anyway may be required", async () => {
  await using gateway = await Harness.start();
  const peer = await gateway.peer();
  assertEquals(await peer.status("OPTIONS", URL1, { Require: "play.basic" }), 200);
  assertEquals(peer.header("Public"), METHODS);
});

Deno.test("requests are answered in order, however their bytes come", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const setup = { Transport: TCP };
  for (const size of [1, 7, 100_000]) {
    const peer = await gateway.peer();
    const bytes = new Uint8Array([
      ...peer.request("OPTIONS", "*"),
      ...peer.request("DESCRIBE", URL1),
      ...new TextEncoder().encode("\r\n\r\n"),
      ...peer.request("SETUP", `${URL1}/trackID=1`, setup),
      ...[0x24, 1, 0, 3, 1, 2, 3],
      ...peer.request("PLAY", URL1),
    ]);
    for (let at = 0; at < bytes.length; at += size) {
      peer.send(bytes.subarray(at, at + size));
    }
    await settle();
    await gateway.clock.run(0);
    assertEquals(peer.responses.map(({ status }) => status), [200, 200, 200, 454]);
    assertEquals(peer.responses.map(({ headers }) => headers.get("CSeq")), ["1", "2", "3", "4"]);
    peer.close();
    await gateway.clock.run(0);
  }
});

Deno.test("DESCRIBE tells every track, and where relative URLs begin", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const peer = await gateway.peer();
  const answer = must(await peer.ask("DESCRIBE", `${URL1}?token=x`, { Accept: "*/*" }));
  assertEquals(answer.headers.get("Content-Base"), `${URL1}?token=x/`);
  assertEquals(answer.headers.get("Content-Type"), "application/sdp");
  const sdp = new TextDecoder().decode(answer.body);
  assertStringIncludes(sdp, "a=rtpmap:97 H264/90000\r\n");
  assertStringIncludes(sdp, "m=audio 0 RTP/AVP 0\r\n");
  assertStringIncludes(sdp, "a=control:trackID=2\r\n");
});

Deno.test("DESCRIBE of what RTP cannot carry is answered with 415", async () => {
  await using gateway = await Harness.start();
  const track = {
    ...VIDEO,
    codec: "flv:video4" as const,
    config: { codec: "flv:video4" as const },
  };
  await gateway.publish("live/cam1", { tracks: [track], metadata: {} });
  assertEquals(await (await gateway.peer()).status("DESCRIBE", URL1), 415);
});

Deno.test("DESCRIBE waits for a publisher", async () => {
  await using gateway = await Harness.start();
  const peer = await gateway.peer();
  await peer.ask("DESCRIBE", URL1);
  await gateway.clock.run(5000);
  assertEquals(peer.responses, []);
  await gateway.publish();
  await gateway.clock.run(0);
  assertEquals(peer.responses.map(({ status }) => status), [200]);
  assertEquals(gateway.registry.get("live/cam1")?.readers.size, 0);
});

Deno.test("DESCRIBE gives up after `wait`, and at once where that is 0", async () => {
  for (const wait of [0, 3, 100]) {
    await using gateway = await Harness.start({ section: { wait } });
    const peer = await gateway.peer();
    await peer.ask("DESCRIBE", URL1);
    if (wait > 0) await gateway.clock.run(wait * 1000 - 1);
    assertEquals(peer.responses.length, wait === 0 ? 1 : 0);
    await gateway.clock.run(1);
    assertEquals(peer.responses.map(({ status }) => status), [404]);
    assertEquals(peer.isClosed, false);
    assertEquals(gateway.registry.snapshot(), []);
  }
});

Deno.test("DESCRIBE starts the source of a stream, and waits for it", async () => {
  await using gateway = await Harness.start();
  let isStopped = false;
  gateway.registry.addSources(() => ({
    label: "a camera",
    run: async (signal) => {
      const publisher = await gateway.publish();
      const { promise, resolve } = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => resolve());
      await promise;
      publisher.close();
      isStopped = true;
    },
  }));
  const peer = await gateway.peer();
  assertEquals(await peer.status("DESCRIBE", URL1), 200);
  assertEquals(await peer.setup(`${URL1}/trackID=1`, TCP), 200);
  assertEquals(await peer.status("PLAY", URL1), 200);
  peer.close();
  await gateway.clock.run(60_000);
  assertEquals(isStopped, true);
});

Deno.test("DESCRIBE stops waiting when its client has gone", async () => {
  await using gateway = await Harness.start({ section: { wait: 300 } });
  const peer = await gateway.peer();
  await peer.ask("DESCRIBE", URL1);
  assertEquals(gateway.registry.get("live/cam1")?.readers.size, 1);
  peer.close();
  await gateway.clock.run(0);
  assertEquals(gateway.registry.snapshot(), []);
});

Deno.test("who may not read learns nothing, and is told 403 where there are no users", async () => {
  await using gateway = await Harness.start({
    access: {
      authorize: ({ action, name, query }) => {
        if (query !== "token=x") throw new AccessDeniedError(name, action, "no token");
      },
    },
  });
  await gateway.registry.publish({
    name: "live/cam1",
    protocol: "test",
    remote: "test",
    query: "token=x",
  }).then((publisher) => {
    publisher.describe(AV);
    publisher.write([picture(0)]);
  });
  const peer = await gateway.peer();
  assertEquals(await peer.status("DESCRIBE", URL1), 403);
  assertEquals(await peer.status("DESCRIBE", `${BASE}/live/other`), 403);
  assertEquals(await peer.status("DESCRIBE", `${URL1}?token=x`), 200);
  assertEquals(await peer.setup(`${URL1}?token=y/trackID=1`, TCP), 200);
  assertEquals(await peer.status("PLAY", `${URL1}?token=x`), 403);
  peer.session = "";
  assertEquals(await peer.setup(`${URL1}?token=x/trackID=1`, TCP), 200);
  assertEquals(await peer.status("PLAY", `${URL1}?token=x/`), 200);
});

Deno.test("PLAY tells session, range and the first packet of each track, before it comes", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const peer = await gateway.player();
  const headers = must(peer.responses.at(-1)).headers;
  assertMatch(headers.get("Session") ?? "", /^[0-9a-f]{32};timeout=60$/);
  assertEquals(headers.get("Range"), "npt=now-");
  assertMatch(
    headers.get("RTP-Info") ?? "",
    new RegExp(`^url=${URL1}/trackID=1;seq=\\d+;rtptime=\\d+,url=${URL1}/trackID=2;seq=`),
  );
  const [, sequence, time] = /seq=(\d+);rtptime=(\d+)/.exec(headers.get("RTP-Info") ?? "") ?? [];
  const first = must(peer.frames.find(({ channel }) => channel === 0)).payload;
  const view = new DataView(first.buffer, first.byteOffset);
  assertEquals([view.getUint16(2), view.getUint32(4)], [Number(sequence), Number(time)]);
});

Deno.test("RTP-Info names one instant for all tracks, also for one without a packet yet", async () => {
  await using gateway = await Harness.start();
  const publisher = await gateway.publish();
  // The sound that comes after the key picture was made 220 ms behind it.
  publisher.write([picture(1000), sound(1220)]);
  const peer = await gateway.player();
  const info = peer.header("RTP-Info") ?? "";
  const [video = 0, audio = 0] = [...info.matchAll(/rtptime=(\d+)/g)].map(([, time]) =>
    Number(time)
  );
  const [firstVideo, firstAudio] = [0, 2].map((wanted) => {
    const { payload } = must(peer.frames.find(({ channel }) => channel === wanted));
    return new DataView(payload.buffer, payload.byteOffset).getUint32(4);
  });
  assertEquals([must(firstVideo) - video | 0, must(firstAudio) - audio | 0], [0, 220 * 8]);
  publisher.write([picture(2000)]);
  const late = await gateway.player();
  assertMatch(late.header("RTP-Info") ?? "", /trackID=2;rtptime=\d+$/);
});

Deno.test("a sender report goes before the first packet of a track", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const peer = await gateway.player();
  assertEquals(peer.frames.slice(0, 2).map(({ channel }) => channel), [1, 0]);
});

Deno.test("PLAY of a stream that nobody publishes yet is answered, and plays what comes", async () => {
  await using gateway = await Harness.start();
  const publisher = await gateway.publish("live/cam1", VIDEO_ONLY);
  const peer = await gateway.peer();
  await peer.setup(URL1, TCP);
  publisher.close();
  await peer.ask("PLAY", URL1);
  await gateway.clock.run(250);
  assertEquals(peer.responses.at(-1)?.status, 200);
  assertEquals(peer.header("RTP-Info"), undefined);
  await gateway.publish("live/cam1", VIDEO_ONLY);
  await gateway.clock.run(0);
  assertGreater(peer.frames.length, 0);
});

Deno.test("a second PLAY sends nothing twice", async () => {
  await using gateway = await Harness.start();
  const publisher = await gateway.publish("live/cam1", VIDEO_ONLY);
  const peer = await gateway.player("live/cam1", [1]);
  await peer.ask("PLAY", URL1);
  publisher.write([picture(40, false), picture(80, false)]);
  await gateway.clock.run(0);
  const packets = peer.frames.filter(({ channel }) => channel === 0);
  const sequences = packets.map(({ payload }) => must(payload[2]) << 8 | must(payload[3]));
  assertEquals(new Set(sequences).size, sequences.length);
  assertEquals(sequences.length, 3);
});

Deno.test("PAUSE stops what flows, and PLAY goes on where the stream is then", async () => {
  await using gateway = await Harness.start();
  const publisher = await gateway.publish("live/cam1", VIDEO_ONLY);
  const peer = await gateway.player("live/cam1", [1]);
  await peer.ask("PAUSE", URL1);
  const { length } = peer.frames;
  publisher.write([picture(40, true)]);
  await gateway.clock.run(100);
  assertEquals(peer.frames.length, length);
  await peer.ask("PLAY", URL1, { Range: "npt=0.040-" });
  assertEquals(peer.responses.at(-1)?.status, 200);
  assertGreater(peer.frames.length, length);
});

/** Range, Scale and Speed, and what PLAY is answered with. */
const PLAY_FIELDS: readonly (readonly [fields: Fields, status: number])[] = [
  [{ Range: "npt=0.000-" }, 200],
  [{ Range: "npt=now-" }, 200],
  [{ Range: "smpte=0:10:00-" }, 456],
  [{ Range: "clock=20250101T000000Z-" }, 456],
  [{ Range: "what" }, 400],
  [{ Scale: "2.0", Speed: "1.0" }, 200],
  [{ Scale: "-1.0" }, 456],
  [{ Speed: "0" }, 400],
];

for (const [fields, status] of PLAY_FIELDS) {
  Deno.test(`PLAY with ${JSON.stringify(fields)} is answered with ${status}`, async () => {
    await using gateway = await Harness.start();
    await gateway.publish();
    const peer = await gateway.peer();
    await peer.setup(`${URL1}/trackID=1`, TCP);
    assertEquals(await peer.status("PLAY", URL1, fields), status);
    if (status === 200) {
      assertEquals(peer.header("Scale"), fields.Scale && "1.0");
      assertEquals(peer.header("Speed"), fields.Speed && "1.0");
    }
  });
}

Deno.test("parameters mean nothing here; without any it is a sign of life", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const peer = await gateway.player();
  for (const method of ["GET_PARAMETER", "SET_PARAMETER"]) {
    assertEquals(await peer.status(method, URL1), 200);
    assertEquals(
      await peer.status(method, URL1, { "Content-Type": "text/parameters" }, "\r\n"),
      200,
    );
    assertEquals(await peer.status(method, URL1, {}, "packets_received\r\njitter: 1\r\n"), 451);
    assertEquals(await peer.status(method, "*", { Session: "" }), 200);
  }
});

Deno.test("one track of several is not played, paused or given up alone", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const peer = await gateway.player();
  for (const method of ["PLAY", "PAUSE", "TEARDOWN"]) {
    assertEquals(await peer.status(method, `${URL1}/trackID=2`), 460);
  }
  const single = await gateway.player("live/cam1", [2]);
  for (const method of ["PLAY", "PAUSE", "TEARDOWN"]) {
    assertEquals(await single.status(method, `${URL1}/trackID=2`), 200);
  }
});

Deno.test("what is recorded is published, and its end is the publication's", async () => {
  await using gateway = await Harness.start();
  const peer = await gateway.recorder();
  assertEquals(gateway.registry.isPublished("live/cam1"), true);
  const player = await gateway.player();
  for (const packet of packetsOf([picture(0), picture(40, false)], AV)) await peer.frame(0, packet);
  for (const packet of packetsOf([sound(0)], AV)) await peer.frame(2, packet);
  await gateway.clock.run(0);
  assertEquals(new Set(player.frames.map(({ channel }) => channel)), new Set([0, 1, 2, 3]));
  assertEquals(await peer.status("TEARDOWN", URL1), 200);
  assertEquals(gateway.registry.isPublished("live/cam1"), false);
});

Deno.test("a recorder whose connection breaks may come back, within the grace time", async () => {
  await using gateway = await Harness.start();
  const peer = await gateway.recorder();
  peer.close();
  await gateway.clock.run(0);
  assertEquals(gateway.registry.get("live/cam1")?.state, "interrupted");
  await gateway.recorder();
  assertEquals(gateway.registry.get("live/cam1")?.state, "live");
});

Deno.test("RECORD of a name that is taken or denied is answered with 403", async () => {
  await using gateway = await Harness.start({
    access: {
      authorize: ({ action, name }) => {
        if (name === "live/secret") throw new AccessDeniedError(name, action, "it is secret");
      },
    },
  });
  await gateway.publish("live/taken");
  for (const name of ["live/taken", "live/secret"]) {
    const peer = await gateway.announcer(name);
    assertEquals(await peer.status("RECORD", `${BASE}/${name}`), 403);
    assertEquals(await peer.status("OPTIONS", "*"), 200);
  }
});

/** Bodies of ANNOUNCE, and what it is answered with. */
const BODIES: readonly (readonly [what: string, body: string, status: number])[] = [
  ["a description", sdpOf(AV), 200],
  ["nothing", "", 415],
  ["no media", "v=0\r\ns=-\r\n", 415],
  ["something else", "{}", 415],
];

for (const [what, body, status] of BODIES) {
  Deno.test(`ANNOUNCE of ${what} is answered with ${status}`, async () => {
    await using gateway = await Harness.start();
    const peer = await gateway.peer();
    assertEquals(await peer.announce(URL1, body, "application/sdp; charset=utf-8"), status);
  });
}

Deno.test("the policy may take its time: a client that has left meanwhile leaves nothing", async () => {
  const decision = Promise.withResolvers<void>();
  await using gateway = await Harness.start({
    access: { authorize: ({ protocol }) => protocol === "test" ? undefined : decision.promise },
  });
  await gateway.publish();
  const player = await gateway.player();
  const recorder = await gateway.recorder("live/out");
  player.close();
  recorder.close();
  await gateway.clock.run(0);
  decision.resolve();
  await gateway.clock.run(0);
  assertEquals(gateway.registry.get("live/cam1")?.readers.size, 0);
  await gateway.clock.run(20_000);
  assertEquals(gateway.registry.isPublished("live/out"), false);
});

Deno.test("the policy is told who has signed", async () => {
  const users: (string | undefined)[] = [];
  await using gateway = await Harness.start({
    access: { authorize: ({ user }) => void users.push(user) },
    section: { users: { ann: "secret" }, basic: true },
  });
  await gateway.publish();
  const peer = await gateway.peer();
  const fields = { Authorization: `Basic ${btoa("ann:secret")}` };
  assertEquals(await peer.status("DESCRIBE", URL1, fields), 200);
  await peer.setup(`${URL1}/trackID=1`, TCP, fields);
  assertEquals(await peer.status("PLAY", URL1, fields), 200);
  assertEquals(users, [undefined, "ann", "ann"]);
});

Deno.test("an announced session goes on with the user that has announced it", async () => {
  await using gateway = await Harness.start({
    section: { users: { ann: "secret", bob: "other" }, basic: true },
  });
  const sign = (user: string) => ({ Authorization: `Basic ${btoa(user)}` });
  const [ann, bob] = [sign("ann:secret"), sign("bob:other")];
  const peer = await gateway.peer();
  const fields = { ...ann, "Content-Type": "application/sdp" };
  assertEquals(await peer.status("ANNOUNCE", URL1, fields, sdpOf(VIDEO_ONLY)), 200);
  assertEquals(await peer.setup(`${URL1}/trackID=1`, RECORD_TCP, bob), 454);
  assertEquals(await peer.setup(`${URL1}/trackID=1`, RECORD_TCP, ann), 200);
  assertEquals(await peer.status("RECORD", URL1, bob), 454);
  assertEquals(await peer.status("RECORD", URL1, ann), 200);
});

/** How client families write the URL of a track, for a stream of two with this description. */
const RECORD_CONTROLS: readonly (readonly [client: string, control: string, url: string])[] = [
  ["FFmpeg", "streamid=0", `${URL1}/streamid=0`],
  ["GStreamer", "stream=0", `${URL1}/stream=0`],
  ["FFmpeg, with a query", "streamid=0", `${URL1}?key=x/streamid=0`],
  ["with an absolute URL", "rtsp://10.0.0.1/cam/track1", "rtsp://10.0.0.1/cam/track1"],
  ["with a slash at the end", "trackID=0", `${URL1}/trackID=0/`],
];

for (const [client, control, url] of RECORD_CONTROLS) {
  Deno.test(`a track to record is found as ${client} writes its URL`, async () => {
    await using gateway = await Harness.start();
    const controls = [control, "other"];
    const tracks = outgoingTracks(AV).map((track, at) => ({
      ...track,
      control: controls[at] ?? "",
    }));
    const sdp = writeSdp(tracks, { sessionId: "1", sessionVersion: 1, address: "10.0.0.1" });
    const peer = await gateway.peer();
    await peer.announce(URL1, sdp);
    assertEquals(await peer.setup(url, RECORD_TCP), 200);
    assertEquals(peer.header("Transport"), `${TCP};mode=record`);
    assertEquals(await peer.status("RECORD", URL1), 200);
  });
}

Deno.test("tracks without controls are set up in their order", async () => {
  await using gateway = await Harness.start();
  const peer = await gateway.peer();
  await peer.announce(URL1, sdpOf(AV).replace(/a=control:trackID.*\r\n/g, ""));
  assertEquals(await peer.setup(`${URL1}/track1`, RECORD_TCP), 200);
  assertEquals(await peer.setup(`${URL1}/track2`, "RTP/AVP/TCP;interleaved=2-3"), 200);
  assertEquals(await peer.setup(`${URL1}/track3`, "RTP/AVP/TCP;interleaved=4-5"), 459);
  await peer.ask("RECORD", URL1);
  for (const packet of packetsOf([sound(0)])) await peer.frame(2, packet);
  for (const packet of packetsOf([picture(0)])) await peer.frame(0, packet);
  assertEquals(
    gateway.registry.get("live/cam1")?.description.tracks.map(({ codec }) => codec),
    [VIDEO.codec, AUDIO.codec],
  );
});

/** How client families write the URL of a track that they play. */
const PLAY_URLS: readonly (readonly [client: string, url: string])[] = [
  ["FFmpeg", `${URL1}/trackID=1`],
  ["GStreamer", `${URL1}/trackID=1`],
  ["VLC and live555, with a query", `${URL1}?token=x/trackID=1`],
  ["FFmpeg, with a query before the track", `${URL1}/trackID=1?token=x`],
  ["a proxy that leaves the host out", "/live/cam1/trackID=1"],
  ["one that writes the host in another way", "rtsp://localhost/live/cam1/trackID=1"],
  ["one that doubles slashes", `${BASE}//live/cam1//trackID=1`],
  ["one that encodes", `${BASE}/live%2Fcam1/trackID=1`],
];

for (const [client, url] of PLAY_URLS) {
  Deno.test(`a track to play is found as ${client} writes its URL`, async () => {
    await using gateway = await Harness.start();
    await gateway.publish();
    const peer = await gateway.peer();
    assertEquals(await peer.setup(url, TCP), 200);
    assertEquals(await peer.status("PLAY", URL1), 200);
    assertEquals(peer.frames.map(({ channel }) => channel), [1, 0]);
  });
}

Deno.test("a session has the tracks of one stream", async () => {
  await using gateway = await Harness.start();
  await gateway.publish("live/a");
  await gateway.publish("live/b");
  const peer = await gateway.peer();
  await peer.setup(`${BASE}/live/a/trackID=1`, TCP);
  assertEquals(await peer.setup(`${BASE}/live/b/trackID=2`, TCP), 459);
});

Deno.test("a stream may be called as tracks are", async () => {
  await using gateway = await Harness.start();
  await gateway.publish("live/track1", VIDEO_ONLY);
  const peer = await gateway.peer();
  assertEquals(await peer.status("DESCRIBE", `${BASE}/live/track1`), 200);
  assertEquals(await peer.setup(`${BASE}/live/track1/trackID=1`, TCP), 200);
  assertEquals(await peer.status("PLAY", `${BASE}/live/track1`), 200);
});

Deno.test("channels that are taken, or the same twice, are replaced", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const peer = await gateway.peer();
  await peer.setup(`${URL1}/trackID=1`, "RTP/AVP/TCP;interleaved=3-3");
  assertEquals(peer.header("Transport"), "RTP/AVP/TCP;unicast;interleaved=0-1");
  await peer.setup(`${URL1}/trackID=2`, "RTP/AVP/TCP;interleaved=1-2");
  assertEquals(peer.header("Transport"), "RTP/AVP/TCP;unicast;interleaved=2-3");
  await peer.setup(`${URL1}/trackID=1`, "RTP/AVP/TCP;interleaved=8-9");
  assertEquals(peer.header("Transport"), "RTP/AVP/TCP;unicast;interleaved=8-9");
});

Deno.test("of several transports the first that can be had is taken", async () => {
  await using gateway = await Harness.start({ section: { rtpPort: false } });
  await gateway.publish();
  const peer = await gateway.peer();
  const offers = "RTP/SAVP;unicast;client_port=5000-5001,RTP/AVP;unicast;client_port=5000-5001," +
    "RTP/AVP/TCP;unicast;interleaved=4-5";
  assertEquals(await peer.setup(`${URL1}/trackID=1`, offers), 200);
  assertEquals(peer.header("Transport"), "RTP/AVP/TCP;unicast;interleaved=4-5");
});
