import { assertEquals } from "@std/assert";
import type { DemuxEvent } from "../../../protocols/_formats/demux/events.ts";
import { HOLD_MS } from "../../../protocols/_formats/demux/hold.ts";
import { PublisherFeed } from "../../../protocols/_ingest/publisher_feed.ts";
import { ThrottledLog } from "../../../protocols/protocol.ts";
import type { Track } from "../../../registry/media/track.ts";
import { RegistryBench } from "../../registry/bench.ts";

const track: Track = { id: 1, kind: "video", codec: "h264", timescale: 1000 };
const described: DemuxEvent = {
  type: "description",
  description: { tracks: [track], metadata: {} },
};

function picture(ms: number): DemuxEvent {
  const unit = { track, pts: ms, dts: ms, isKey: true, payload: [Uint8Array.of(0x65)] };
  return { type: "unit", unit };
}

/** A source that holds `held` back until it is flushed. */
class HoldingSource {
  #held: readonly DemuxEvent[];

  constructor(held: readonly DemuxEvent[]) {
    this.#held = held;
  }

  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  flush(): readonly DemuxEvent[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }
}

async function start(held: readonly DemuxEvent[] = []) {
  const bench = new RegistryBench();
  const viewer = await bench.read();
  const request = { name: "live/cam1", protocol: "test", remote: "x" };
  const publisher = await bench.registry.publish(request);
  const dropped: unknown[] = [];
  const trouble = new ThrottledLog(
    () => bench.clock.now(),
    (_, { reason }) => dropped.push(reason),
  );
  const { clock } = bench;
  const feed = new PublisherFeed({ publisher, clock, trouble, source: new HoldingSource(held) });
  return { clock, viewer, publisher, feed, dropped };
}

Deno.test("a description and units are published in their order", async () => {
  const { viewer, feed } = await start();
  feed.take([described, picture(0), picture(40)]);
  assertEquals(await viewer.log(), [0, 40]);
});

Deno.test("what a source holds back is asked for after a while", async () => {
  const { clock, viewer, feed } = await start([described, picture(0)]);
  feed.take([]);
  await clock.run(HOLD_MS - 1);
  assertEquals(await viewer.log(), []);
  await clock.run(1);
  assertEquals(await viewer.log(), [0]);
});

Deno.test("the end publishes what is held back and leaves no timer", async () => {
  const { clock, viewer, publisher, feed } = await start([described, picture(0)]);
  feed.take([]);
  feed.close();
  publisher.close();
  assertEquals(await viewer.log(), [0, "end"]);
  viewer.reader.close();
  assertEquals(clock.pending, 0);
});

Deno.test("what was dropped is logged once a second", async () => {
  const { clock, feed, dropped } = await start();
  feed.take([{ type: "dropped", reason: "one" }, { type: "dropped", reason: "two" }]);
  await clock.run(1000);
  feed.take([{ type: "dropped", reason: "three" }]);
  assertEquals(dropped, ["one", "three"]);
});
