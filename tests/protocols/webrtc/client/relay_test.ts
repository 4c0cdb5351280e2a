import { assertEquals, assertRejects } from "@std/assert";
import type { Registry } from "../../../../registry/registry.ts";
import type { Publisher } from "../../../../registry/publisher.ts";
import { RtcError } from "../../../../protocols/webrtc/errors.ts";
import { SILENCE_MS } from "../../../../protocols/webrtc/client/arrivals.ts";
import { WhipClientError } from "../../../../protocols/webrtc/client/errors.ts";
import { ANSWER_MS } from "../../../../protocols/webrtc/client/http_resource.ts";
import { KEY_INTERVAL_MS } from "../../../../protocols/webrtc/ingest/key_timer.ts";
import { pullWhep } from "../../../../protocols/webrtc/client/pull.ts";
import { pushWhip } from "../../../../protocols/webrtc/client/push.ts";
import { KickedError } from "../../../../registry/errors.ts";
import { DESCRIPTION, picture, sound } from "../../http/harness.ts";
import { RelayBench } from "./relay_bench.ts";

const CAMERA = { name: "live/cam1", protocol: "test", remote: "test" };

/** Long enough for ICE and DTLS on a network that takes no time. */
const SETUP_MS = 2_000;

/** Video, and sound that WebRTC does not carry. */
async function publish(registry: Registry): Promise<Publisher> {
  const publisher = await registry.publish(CAMERA);
  publisher.describe(DESCRIPTION);
  return publisher;
}

/** Reads a stream as it comes: sizes of the pictures so far. */
async function watch(registry: Registry, name: string): Promise<readonly number[]> {
  const sizes: number[] = [];
  const reader = await registry.read({ ...CAMERA, name });
  void (async () => {
    for (let batch; (batch = await reader.read().catch(() => undefined)) !== undefined;) {
      if (batch.type !== "media") continue;
      for (const { payload } of batch.units) sizes.push(payload[0]?.byteLength ?? 0);
    }
    reader.close();
  })();
  return sizes;
}

/** Publishes pictures of so many bytes, 40 ms apart, while time passes. */
async function film(bench: RelayBench, publisher: Publisher, sizes: readonly number[]) {
  for (const [index, size] of sizes.entries()) {
    publisher.write([picture(bench.clock.now(), index === 0, size)]);
    await bench.clock.run(40);
  }
}

Deno.test("a stream is pulled over WHEP, its cached pictures too, until it is stopped", async () => {
  await using bench = await RelayBench.start();
  const camera = await publish(bench.remote);
  await film(bench, camera, [3000, 500]);
  const pulling = pullWhep(bench.context, bench.url("whep", "/live/cam1/whep"), "copy");
  const sizes = await watch(bench.registry, "copy");
  await bench.clock.run(SETUP_MS);
  await film(bench, camera, [4000, 600, 700]);
  await bench.clock.run(500);
  assertEquals(sizes, [3000, 500, 4000, 600, 700]);
  assertEquals(bench.registry.get("copy")?.description.tracks.map(({ codec }) => codec), ["h264"]);
  bench.abort.abort();
  await pulling;
  assertEquals(bench.viewers, 0);
  camera.close();
});

Deno.test("the name is not taken for a server that does not answer", async () => {
  await using bench = await RelayBench.start();
  const camera = await publish(bench.remote);
  const pulling = assertRejects(
    () => pullWhep(bench.context, bench.url("whep", "/live/cam1/whep"), "copy"),
    WhipClientError,
    "no answer within 10 s",
  );
  await bench.clock.run(ANSWER_MS - 1);
  assertEquals([bench.viewers, bench.registry.isPublished("copy")], [1, false]);
  await bench.clock.run(1);
  await pulling;
  camera.close();
});

Deno.test("a pull that falls silent fails, and its stream may be resumed", async () => {
  await using bench = await RelayBench.start();
  const camera = await publish(bench.remote);
  await film(bench, camera, [3000]);
  const pulling = assertRejects(
    () => pullWhep(bench.context, bench.url("whep", "/live/cam1/whep"), "copy"),
    RtcError,
    "no media came for 30 s",
  );
  await bench.clock.run(SETUP_MS);
  assertEquals(bench.registry.get("copy")?.state, "live");
  await bench.clock.run(SILENCE_MS);
  await pulling;
  assertEquals(bench.registry.get("copy")?.state, "interrupted");
  camera.close();
});

Deno.test("a pull ends in order when the server hangs up", async () => {
  await using bench = await RelayBench.start();
  const camera = await publish(bench.remote);
  await film(bench, camera, [3000]);
  const pulling = pullWhep(bench.context, bench.url("whep", "/live/cam1/whep"), "copy");
  await bench.clock.run(SETUP_MS);
  const gone = bench.hangUp();
  await bench.clock.run(100);
  await gone;
  await pulling;
  assertEquals(bench.registry.get("copy"), undefined);
  camera.close();
});

Deno.test("a pull fails with the registry's reason when its publisher is ended", async () => {
  await using bench = await RelayBench.start();
  const camera = await publish(bench.remote);
  await film(bench, camera, [3000]);
  const pulling = assertRejects(
    () => pullWhep(bench.context, bench.url("whep", "/live/cam1/whep"), "copy"),
    KickedError,
  );
  await bench.clock.run(SETUP_MS);
  bench.registry.get("copy")?.kick("for a reason");
  await pulling;
  camera.close();
});

Deno.test("what the server refuses fails with its reason, and leaves nothing", async () => {
  await using bench = await RelayBench.start();
  const error = await assertRejects(
    () => pullWhep(bench.context, bench.url("whep", "/live/nobody/whep"), "copy"),
    WhipClientError,
  );
  assertEquals(
    error.reason,
    "the server answers 404 (Cannot read live/nobody: nobody publishes it)",
  );
  assertEquals(bench.clock.pending, 0);
});

Deno.test("a stream is pushed over WHIP, until its publisher ends", async () => {
  await using bench = await RelayBench.start();
  const camera = await publish(bench.registry);
  await film(bench, camera, [3000, 500]);
  const pushing = pushWhip(bench.context, "live/cam1", bench.url("whip", "/copy/whip"));
  const sizes = await watch(bench.remote, "copy");
  await bench.clock.run(SETUP_MS);
  await film(bench, camera, [4000, 600, 700]);
  camera.close();
  await bench.clock.run(500);
  await pushing;
  assertEquals(sizes, [3000, 500, 4000, 600, 700]);
  assertEquals(bench.remote.isPublished("copy"), false);
});

Deno.test("a push sends nothing twice, though the server asks for key pictures", async () => {
  await using bench = await RelayBench.start();
  const camera = await publish(bench.registry);
  await film(bench, camera, [3000, 500]);
  const pushing = pushWhip(bench.context, "live/cam1", bench.url("whip", "/copy/whip"));
  const sizes = await watch(bench.remote, "copy");
  await bench.clock.run(SETUP_MS);
  await bench.clock.run(3 * KEY_INTERVAL_MS);
  camera.write([picture(bench.clock.now(), false, 600)]);
  await bench.clock.run(500);
  camera.close();
  await bench.clock.run(500);
  await pushing;
  assertEquals(sizes, [3000, 500, 600]);
});

Deno.test("a push ends in order when the server hangs up", async () => {
  await using bench = await RelayBench.start();
  const camera = await publish(bench.registry);
  await film(bench, camera, [3000]);
  const pushing = pushWhip(bench.context, "live/cam1", bench.url("whip", "/copy/whip"));
  await bench.clock.run(SETUP_MS);
  assertEquals(bench.remote.isPublished("copy"), true);
  const gone = bench.hangUp();
  await bench.clock.run(100);
  await gone;
  await pushing;
  camera.close();
});

Deno.test("a push of which WebRTC carries nothing is refused before anybody is asked", async () => {
  await using bench = await RelayBench.start();
  const camera = await bench.registry.publish(CAMERA);
  camera.describe({ ...DESCRIPTION, tracks: DESCRIPTION.tracks.slice(1) });
  const pushing = assertRejects(
    () => pushWhip(bench.context, "live/cam1", bench.url("whip", "/copy/whip")),
    RtcError,
    "AAC",
  );
  camera.write([sound(0)]);
  await bench.clock.run(100);
  camera.close();
  await pushing;
});
