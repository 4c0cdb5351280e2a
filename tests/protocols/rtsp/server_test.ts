import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { parseRtcp } from "../../../protocols/_formats/rtp/rtcp.ts";
import { MemoryTransport } from "../../../protocols/_transport/memory_transport.ts";
import type { Connection } from "../../../protocols/_transport/transport.ts";
import { answerChallenge } from "../../../protocols/rtsp/auth/answer.ts";
import { parseChallenges } from "../../../protocols/rtsp/headers/www_authenticate.ts";
import { must } from "../../must.ts";
import {
  BASE,
  type Fields,
  Harness,
  packetsOf,
  type Peer,
  picture,
  TCP,
  URL1,
  VIDEO_ONLY,
} from "./harness.ts";

const USERS = { users: { ann: "secret" } };

/** The Authorization header of a client that answers the challenges of the last answer. */
function signed(peer: Peer, method: string, uri: string, scheme: string, password: string): Fields {
  const challenges = parseChallenges(
    ...must(peer.responses.at(-1)).headers.getAll("WWW-Authenticate"),
  )
    .filter((challenge) =>
      (challenge.scheme === "basic" ? "Basic" : challenge.algorithm) === scheme
    );
  const request = { user: "ann", password, method, uri, cnonce: "abc" };
  return { Authorization: answerChallenge(challenges, request) ?? "" };
}

for (const scheme of ["MD5", "SHA-256", "Basic"]) {
  Deno.test(`a user that signs with ${scheme} is let in; another password is not`, async () => {
    await using gateway = await Harness.start({ section: { ...USERS, basic: true } });
    await gateway.publish();
    const peer = await gateway.peer();
    assertEquals(await peer.status("OPTIONS", "*"), 200);
    assertEquals(await peer.status("DESCRIBE", URL1), 401);
    const sign = (password: string) => signed(peer, "DESCRIBE", URL1, scheme, password);
    assertEquals(await peer.status("DESCRIBE", URL1, sign("wrong")), 401);
    assertEquals(await peer.status("DESCRIBE", URL1, sign("secret")), 200);
    assertEquals(gateway.logged('"status":401'), []);
  });
}

Deno.test("Basic is neither offered nor taken where it is not turned on", async () => {
  await using gateway = await Harness.start({ section: USERS });
  const peer = await gateway.peer();
  const fields = { Authorization: `Basic ${btoa("ann:secret")}` };
  assertEquals(await peer.status("DESCRIBE", URL1, fields), 401);
  const challenges = must(peer.responses.at(-1)).headers.getAll("WWW-Authenticate");
  assertEquals(challenges.map((challenge) => challenge.split(" ")[0]), ["Digest", "Digest"]);
});

Deno.test("a nonce serves for five minutes, and is then called stale", async () => {
  await using gateway = await Harness.start({ section: USERS });
  await gateway.publish();
  const peer = await gateway.peer();
  await peer.ask("DESCRIBE", URL1);
  const fields = signed(peer, "DESCRIBE", URL1, "SHA-256", "secret");
  for (let minute = 0; minute < 5; minute++) {
    assertEquals(await peer.status("DESCRIBE", URL1, fields), 200);
    await gateway.clock.run(59_000);
  }
  await gateway.clock.run(6000);
  assertEquals(await peer.status("DESCRIBE", URL1, fields), 401);
  assertStringIncludes(peer.header("WWW-Authenticate") ?? "", "stale=true");
  const again = signed(peer, "DESCRIBE", URL1, "SHA-256", "secret");
  assertEquals(await peer.status("DESCRIBE", URL1, again), 200);
});

Deno.test("a connection that asks nothing is closed after 10 s, one that has asked after 65 s", async () => {
  await using gateway = await Harness.start();
  const [silent, asked] = [await gateway.peer(), await gateway.peer()];
  await asked.ask("OPTIONS", "*");
  await gateway.clock.run(9000);
  assertEquals([silent.isClosed, asked.isClosed], [false, false]);
  await gateway.clock.run(3000);
  assertEquals([silent.isClosed, asked.isClosed], [true, false]);
  await gateway.clock.run(52_000);
  assertEquals(asked.isClosed, false);
  await gateway.clock.run(3000);
  assertEquals(asked.isClosed, true);
  assertEquals(gateway.logged("no request for").length, 2);
});

Deno.test("a flood of what is refused is told once a second for each cause, with how often it came", async () => {
  await using gateway = await Harness.start();
  const flood = async () => {
    for (let n = 0; n < 10; n++) {
      const peer = await gateway.peer();
      await peer.status("SETUP", `${BASE}/live/x/trackID=1`, { Transport: TCP });
      await peer.status("BREW", URL1);
      await peer.send("hello\r\n");
    }
  };
  await flood();
  await gateway.pass(1000);
  await flood();
  for (const cause of ['"status":404', '"status":501', "closed"]) {
    const lines = gateway.logged(cause);
    assertEquals(lines.length, 2, cause);
    assertStringIncludes(lines[1] ?? "", '"repeated":9');
  }
});

Deno.test("what happens to a client that has a session is told every time", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const player = await gateway.player();
  for (let n = 0; n < 3; n++) assertEquals(await player.status("BREW", URL1), 501);
  assertEquals(gateway.logged('"status":501').length, 3);
});

Deno.test("a request that takes its time is no silence", async () => {
  await using gateway = await Harness.start({ section: { wait: 200 } });
  const peer = await gateway.peer();
  await peer.ask("DESCRIBE", URL1);
  await gateway.clock.run(150_000);
  await gateway.publish();
  await gateway.clock.run(0);
  assertEquals(peer.responses.map(({ status }) => status), [200]);
  await gateway.clock.run(60_000);
  assertEquals(peer.isClosed, false);
});

Deno.test("a player that shows no life for 65 s is cut; requests and its own frames are signs of it", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const players = [await gateway.player(), await gateway.player(), await gateway.player()];
  const [, asking, reporting] = players;
  for (let count = 0; count < 4; count++) {
    await gateway.clock.run(26_000);
    await asking?.ask("GET_PARAMETER", URL1);
    await reporting?.frame(1, Uint8Array.of(0x80, 201, 0, 1, 0, 0, 0, 7));
  }
  assertEquals(players.map(({ isClosed }) => isClosed), [true, false, false]);
  assertEquals(gateway.registry.get("live/cam1")?.readers.size, 2);
  assertEquals(gateway.logged("no sign of life").length, 1);
});

Deno.test("a recorder that sends nothing for 65 s is cut, and may come back", async () => {
  await using gateway = await Harness.start();
  const peer = await gateway.recorder("live/cam1", VIDEO_ONLY);
  const [packet = new Uint8Array()] = packetsOf([picture(0)], VIDEO_ONLY);
  await gateway.clock.run(60_000);
  await peer.frame(0, packet);
  await gateway.clock.run(60_000);
  assertEquals(gateway.registry.get("live/cam1")?.state, "live");
  await gateway.clock.run(7000);
  assertEquals(peer.isClosed, true);
  assertEquals(gateway.registry.get("live/cam1")?.state, "interrupted");
});

Deno.test("a player that does not read hurts nobody but itself, and is cut", async () => {
  await using gateway = await Harness.start();
  const publisher = await gateway.publish("live/cam1", VIDEO_ONLY);
  const good = await gateway.player("live/cam1", [1]);
  const slow = await gateway.transport.connect({ host: "127.0.0.1", port: 8554 });
  await askBlindly(slow, "SETUP", `${URL1}/trackID=1`, `Transport: ${TCP}\r\n`);
  const session = /Session: (\w+)/.exec(await readOnce(slow))?.[1];
  await askBlindly(slow, "PLAY", URL1, `Session: ${session}\r\n`);
  await gateway.clock.run(300);
  for (let second = 1; second <= 45; second++) {
    publisher.write([picture(second * 1000, second % 5 === 0, 400_000)]);
    await gateway.clock.run(1000);
    if (second % 20 === 0) await good.ask("GET_PARAMETER", URL1);
  }
  assertEquals(gateway.registry.get("live/cam1")?.readers.size, 1);
  assertEquals(gateway.logged("nothing was taken").length, 1);
  assertGreater(good.frames.length, 40 * 280);
  slow.close();
});

async function askBlindly(
  connection: Connection,
  method: string,
  url: string,
  fields: string,
): Promise<void> {
  const text = `${method} ${url} RTSP/1.0\r\nCSeq: 1\r\n${fields}\r\n`;
  await connection.write(new TextEncoder().encode(text));
}

async function readOnce(connection: Connection): Promise<string> {
  const buffer = new Uint8Array(4096);
  return new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer)));
}

Deno.test("a client that asks and asks but never reads is cut", async () => {
  await using gateway = await Harness.start();
  const client = await gateway.transport.connect({ host: "127.0.0.1", port: 8554 });
  const request = new TextEncoder().encode(
    "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n".repeat(2000),
  );
  let isCut = false;
  for (let count = 0; count < 50 && !isCut; count++) {
    await client.write(request).catch(() => isCut = true);
    await gateway.clock.run(0);
  }
  assertEquals(isCut, true);
});

Deno.test("over the limit of one address a client is told 503, with its CSeq", async () => {
  await using gateway = await Harness.start();
  const connections: Connection[] = [];
  for (let count = 0; count < 5000; count++) {
    connections.push(await gateway.transport.connect({ host: "127.0.0.1", port: 8554 }));
  }
  await gateway.clock.run(0);
  const peer = await gateway.peer();
  assertEquals(await peer.status("OPTIONS", "*"), 503);
  await gateway.clock.run(0);
  assertEquals(peer.isClosed, true);
  const silent = await gateway.peer();
  await gateway.clock.run(11_000);
  assertEquals(silent.isClosed, true);
  for (const connection of connections) connection.close();
  await gateway.clock.run(0);
  assertEquals(await (await gateway.peer()).status("OPTIONS", "*"), 200);
});

Deno.test("players and recorders are told goodbye when the gateway stops", async () => {
  const gateway = await Harness.start();
  await gateway.publish();
  const [player, recorder] = [await gateway.player(), await gateway.recorder("live/out")];
  await gateway[Symbol.asyncDispose]();
  assertEquals([player.isClosed, recorder.isClosed], [true, true]);
  const last = player.frames.slice(-2).map(({ payload }) => parseRtcp(payload).at(-1)?.type);
  assertEquals(last, ["goodbye", "goodbye"]);
  assertEquals(gateway.clock.pending, 0);
});

Deno.test("stopping waits for no request that waits", async () => {
  const gateway = await Harness.start();
  const peer = await gateway.peer();
  await peer.ask("DESCRIBE", `${BASE}/live/nobody`);
  await gateway[Symbol.asyncDispose]();
  assertEquals(peer.responses.map(({ status }) => status), [503]);
});

Deno.test("another port is taken where the first is in use, and the hint names it", async () => {
  const transport = new MemoryTransport();
  const holder = await transport.listen({ host: "127.0.0.1", port: 554 });
  await using gateway = await Harness.start({ transport, section: { port: [554, 8554] } });
  assertEquals(gateway.server.endpoints[0]?.address.port, 8554);
  assertEquals(gateway.server.hints, [
    "ffplay -rtsp_transport tcp rtsp://localhost:8554/live/cam1",
  ]);
  holder.close();
});
