import { assertEquals } from "@std/assert";
import {
  Arrivals,
  FIRST_PACKET_MS,
  SILENCE_MS,
} from "../../../../protocols/webrtc/client/arrivals.ts";
import type { RtcError } from "../../../../protocols/webrtc/errors.ts";
import type { RtcReceiver } from "../../../../protocols/webrtc/rtc_transport.ts";
import { VirtualClock } from "../../../virtual_clock.ts";

class Recorder implements RtcReceiver {
  readonly seen: string[] = [];

  rtp([first]: Uint8Array): void {
    this.seen.push(`rtp ${first}`);
  }

  rtcp([first]: Uint8Array): void {
    this.seen.push(`rtcp ${first}`);
  }
}

const packet = (value: number) => Uint8Array.of(value);

Deno.test("media is held until somebody takes it, and keeps its order", async () => {
  const arrivals = new Arrivals(new VirtualClock());
  const recorder = new Recorder();
  arrivals.rtp(packet(1));
  arrivals.rtcp(packet(2));
  arrivals.rtp(packet(3));
  await arrivals.first;
  arrivals.attach(recorder);
  arrivals.rtp(packet(4));
  arrivals.rtcp(packet(5));
  assertEquals(recorder.seen, ["rtp 1", "rtp 3", "rtp 4", "rtcp 5"]);
});

Deno.test("no more is held than a server begins with", () => {
  const arrivals = new Arrivals(new VirtualClock());
  const recorder = new Recorder();
  for (let count = 0; count < 2000; count++) arrivals.rtp(packet(1));
  arrivals.attach(recorder);
  assertEquals(recorder.seen.length, 1024);
});

Deno.test("silence is told: soon when nothing has come, later when it has", () => {
  for (const [sends, limitMs] of [[false, FIRST_PACKET_MS], [true, SILENCE_MS]] as const) {
    const clock = new VirtualClock();
    const arrivals = new Arrivals(clock);
    const errors: RtcError[] = [];
    clock.advance(60_000);
    arrivals.watch((error) => errors.push(error));
    clock.advance(5_000);
    if (sends) arrivals.rtp(packet(1));
    clock.advance(limitMs - (sends ? 1 : 5_001));
    assertEquals(errors, []);
    clock.advance(1);
    assertEquals(errors.map(({ message }) => message), [
      `Cannot receive: no media came for ${limitMs / 1000} s`,
    ]);
    assertEquals(clock.pending, 0);
  }
});

Deno.test("nobody watches for silence after that was cancelled", () => {
  const clock = new VirtualClock();
  const arrivals = new Arrivals(clock);
  const errors: RtcError[] = [];
  const cancel = arrivals.watch((error) => errors.push(error));
  arrivals.rtp(packet(1));
  clock.advance(FIRST_PACKET_MS);
  cancel();
  clock.advance(SILENCE_MS);
  assertEquals([errors, clock.pending], [[], 0]);
});
