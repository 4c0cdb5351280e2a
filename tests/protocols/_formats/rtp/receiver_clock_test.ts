// Two tracks of one camera on one timeline, by arrival, RTP-Info and sender reports.
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { utcToNtp } from "../../../../protocols/_formats/rtp/ntp.ts";
import {
  MAX_CORRECTION_MS,
  ReceiverClock,
  START_MS,
  SYNC_TOLERANCE_MS,
} from "../../../../protocols/_formats/rtp/receiver_clock.ts";
import { Random } from "../../../fuzz/fuzz.ts";

const VIDEO = 0;
const AUDIO = 1;
const RATES = [90_000, 48_000] as const;
const FIRST = [0xfffff000, 0x12345678] as const;
const NOW = Date.UTC(2026, 0, 1);

/** A camera: `mediaMs` counts from its own beginning, for both tracks alike. */
class Camera {
  readonly clock = new ReceiverClock([
    { kind: "video", clockRate: RATES[VIDEO] },
    { kind: "audio", clockRate: RATES[AUDIO] },
  ]);

  /** Milliseconds of the stream that a packet gets. */
  send(index: 0 | 1, mediaMs: number, arrivalMs = mediaMs): number {
    const { pts } = this.clock.place(index, this.timestamp(index, mediaMs), arrivalMs);
    assert(Number.isSafeInteger(pts));
    return pts / RATES[index] * 1000;
  }

  wallClock(index: 0 | 1, mediaMs: number): number | undefined {
    return this.clock.place(index, this.timestamp(index, mediaMs), mediaMs).wallClock;
  }

  report(index: 0 | 1, mediaMs: number, utcOfZero = NOW): void {
    const ntp = utcToNtp(utcOfZero + mediaMs);
    const rtpTimestamp = this.timestamp(index, mediaMs);
    this.clock.report(index, { ntp, rtpTimestamp }, NOW + mediaMs);
  }

  timestamp(index: 0 | 1, mediaMs: number): number {
    return (FIRST[index] + Math.round(mediaMs * RATES[index] / 1000)) >>> 0;
  }

  /** Both tracks for a while; what video and audio are apart at the end, and the largest step. */
  run(fromMs: number, toMs: number, audioLateMs = 0): { apart: number; step: number } {
    let video = this.send(VIDEO, fromMs);
    let audio = this.send(AUDIO, fromMs, fromMs + audioLateMs);
    let step = 0;
    for (let at = fromMs + 20; at <= toMs; at += 20) {
      const next = { video: this.send(VIDEO, at), audio: this.send(AUDIO, at, at + audioLateMs) };
      for (const size of [next.video - video, next.audio - audio]) {
        assert(size > 0, `a step of ${size} ms`);
        step = Math.max(step, size);
      }
      ({ video, audio } = next);
    }
    return { apart: audio - video, step };
  }
}

Deno.test("ReceiverClock: the first packet starts the stream, timestamps wrap", () => {
  const camera = new Camera();
  assertEquals(camera.send(VIDEO, 0), START_MS);
  assertEquals(camera.send(VIDEO, 40), START_MS + 40);
  assertEquals(camera.send(VIDEO, 120), START_MS + 120);
  // A B frame: timestamps may go back.
  assertEquals(camera.send(VIDEO, 80), START_MS + 80);
});

Deno.test("ReceiverClock: without reports a track starts where the other is by then", () => {
  const camera = new Camera();
  camera.send(VIDEO, 0, 1000);
  camera.send(VIDEO, 4000, 1001);
  assertAlmostEquals(camera.send(AUDIO, 0, 1031), START_MS + 4030, 0.1);
});

Deno.test("ReceiverClock: RTP-Info tells how tracks belong together", () => {
  const camera = new Camera();
  camera.clock.announce(VIDEO, camera.timestamp(VIDEO, 100));
  camera.clock.announce(AUDIO, camera.timestamp(AUDIO, 100));
  assertEquals(camera.send(VIDEO, 60, 0), START_MS - 40);
  assertEquals(camera.send(AUDIO, 130, 900), START_MS + 30);
});

Deno.test("ReceiverClock: RTP-Info of one track only, or of an earlier playback, is ignored", () => {
  const camera = new Camera();
  camera.clock.announce(VIDEO, camera.timestamp(VIDEO, -20_000));
  camera.clock.announce(AUDIO, camera.timestamp(AUDIO, 130));
  assertEquals(camera.send(VIDEO, 60, 0), START_MS);
  assertAlmostEquals(camera.send(AUDIO, 130, 5), START_MS + 5, 0.01);
});

Deno.test("ReceiverClock: reports before the first packets put tracks in sync at once", () => {
  const camera = new Camera();
  camera.report(VIDEO, 0);
  camera.report(AUDIO, 0);
  assertEquals(camera.send(VIDEO, 0, 0), START_MS);
  assertAlmostEquals(camera.send(AUDIO, -20, 300), START_MS - 20, 0.02);
});

Deno.test("ReceiverClock: a track that starts late but began early is put there, not the others", () => {
  const camera = new Camera();
  camera.report(AUDIO, 0);
  camera.report(VIDEO, 100);
  assertEquals(camera.send(AUDIO, 0, 0), START_MS);
  assertAlmostEquals(camera.send(AUDIO, 1700, 1700), START_MS + 1700, 0.02);
  assertAlmostEquals(camera.send(VIDEO, 100, 1720), START_MS + 100, 0.02);
  assertAlmostEquals(camera.send(AUDIO, 1720, 1720), START_MS + 1720, 0.02);
});

Deno.test("ReceiverClock: no track is put before the beginning: the others step ahead", () => {
  const camera = new Camera();
  camera.report(AUDIO, 0);
  camera.report(VIDEO, -3000);
  camera.send(AUDIO, 0, 0);
  assertAlmostEquals(camera.send(VIDEO, -3000, 0), START_MS, 0.02);
  assertAlmostEquals(camera.send(AUDIO, 20, 20), START_MS + 3020, 0.02);
});

Deno.test("ReceiverClock: late reports bring tracks together without steps, audio untouched", () => {
  const camera = new Camera();
  assertAlmostEquals(camera.run(0, 1000, 300).apart, 300, 1);
  camera.report(VIDEO, 1000);
  camera.report(AUDIO, 1000);
  const before = camera.send(AUDIO, 1000, 1300);
  const { apart, step } = camera.run(1020, 6000, 300);
  assertAlmostEquals(apart, 0, 0.1);
  assert(step <= 22.1, `a step of ${step} ms`);
  assertAlmostEquals(camera.send(AUDIO, 6000, 6300) - before, 5000, 0.1);
});

// 160 ms: less than what is made up little by little later on.
for (const audioLateMs of [2000, -2000, 160, -160]) {
  Deno.test(`ReceiverClock: ${audioLateMs} ms between tracks are made up by one step ahead`, () => {
    const camera = new Camera();
    camera.send(VIDEO, 0, 10_000);
    camera.send(AUDIO, -audioLateMs, 10_000);
    camera.report(VIDEO, 0);
    camera.report(AUDIO, -audioLateMs);
    const video = camera.send(VIDEO, 20, 10_020);
    const audio = camera.send(AUDIO, 20, 10_020);
    assertAlmostEquals(video, audio, 0.1);
    assert(video >= START_MS + 20 && audio >= START_MS + 20);
  });
}

Deno.test("ReceiverClock: reports of one track change nothing", () => {
  const camera = new Camera();
  camera.run(0, 1000, 300);
  camera.report(AUDIO, 1000);
  assertAlmostEquals(camera.run(1020, 3000, 300).apart, 300, 1);
});

Deno.test("ReceiverClock: jitter of reports below the tolerance changes nothing", () => {
  const camera = new Camera();
  const random = new Random(1);
  camera.report(VIDEO, 0);
  camera.report(AUDIO, 0);
  for (let at = 0; at < 60_000; at += 1000) {
    const { step } = camera.run(at, at + 980);
    assertAlmostEquals(step, 20, 0.03);
    camera.report(VIDEO, at, NOW + random.int(SYNC_TOLERANCE_MS) - 2);
    camera.report(AUDIO, at, NOW);
  }
});

/** Reports that must not pull tracks apart that arrived together. */
const BROKEN: readonly { readonly name: string; readonly report: (camera: Camera) => void }[] = [
  {
    name: "one clock in 1970",
    report(camera) {
      camera.report(VIDEO, 1000);
      camera.report(AUDIO, 1000, 0);
    },
  },
  {
    name: "no clock at all",
    report(camera) {
      const none = { seconds: 0, fraction: 0 };
      camera.report(VIDEO, 1000);
      camera.clock.report(AUDIO, { ntp: none, rtpTimestamp: 0 }, NOW);
    },
  },
  {
    name: "clocks that are further apart than anything that arrives together",
    report(camera) {
      camera.report(VIDEO, 1000);
      camera.report(AUDIO, 1000, NOW + MAX_CORRECTION_MS + 100);
    },
  },
  {
    name: "an RTP timestamp of nowhere",
    report(camera) {
      camera.report(VIDEO, 1000);
      camera.clock.report(AUDIO, { ntp: utcToNtp(NOW), rtpTimestamp: 0xcafe0000 }, NOW);
    },
  },
  {
    name: "a clock that is set between the reports of two tracks, the reference first",
    report(camera) {
      camera.report(VIDEO, 900);
      camera.report(AUDIO, 900);
      camera.report(AUDIO, 1000, NOW + 7000);
      camera.report(VIDEO, 1000, NOW + 7000);
      camera.report(AUDIO, 1010, NOW + 7000);
      camera.report(VIDEO, 1010, NOW + 7000);
    },
  },
  {
    name: "a clock that is set between the reports of two tracks, the reference last",
    report(camera) {
      camera.report(VIDEO, 900);
      camera.report(AUDIO, 900);
      camera.report(VIDEO, 1000, NOW + 7000);
      camera.report(AUDIO, 1000, NOW + 7000);
      camera.report(VIDEO, 1010, NOW + 7000);
    },
  },
];

for (const { name, report } of BROKEN) {
  Deno.test(`ReceiverClock: ${name}`, () => {
    const camera = new Camera();
    camera.run(0, 1000);
    report(camera);
    const { apart, step } = camera.run(1020, 3000);
    assertAlmostEquals(apart, 0, 0.1);
    assertAlmostEquals(step, 20, 0.1);
  });
}

Deno.test("ReceiverClock: both clocks in 1970 keep tracks in sync, but tell no time", () => {
  const camera = new Camera();
  camera.report(VIDEO, 0, 0);
  camera.report(AUDIO, 0, 0);
  camera.send(VIDEO, 0, 0);
  assertAlmostEquals(camera.send(AUDIO, 0, 300), START_MS, 0.02);
  assertEquals(camera.wallClock(VIDEO, 40), undefined);
});

Deno.test("ReceiverClock: the wall clock is the sender's, to a fraction of a millisecond", () => {
  const camera = new Camera();
  assertEquals(camera.wallClock(VIDEO, 0), undefined);
  camera.report(VIDEO, 10, NOW - 123_456.5);
  assertAlmostEquals(camera.wallClock(VIDEO, 40) ?? 0, NOW - 123_416.5, 0.01);
  assertEquals(camera.wallClock(AUDIO, 40), undefined);
});

Deno.test("ReceiverClock: a jump of a track's own clock goes on where the stream is", () => {
  const camera = new Camera();
  camera.run(0, 1000);
  assertAlmostEquals(camera.send(VIDEO, 500_000, 1020), START_MS + 1020, 0.1);
  assertAlmostEquals(camera.send(AUDIO, -300_000, 1040), START_MS + 1040, 0.1);
});

Deno.test("ReceiverClock: a pause is no jump", () => {
  const camera = new Camera();
  camera.send(VIDEO, 0, 0);
  assertEquals(camera.send(VIDEO, 40, 60_000), START_MS + 40);
});

Deno.test("ReceiverClock: another source goes on where the stream is", () => {
  const camera = new Camera();
  camera.report(VIDEO, 0);
  camera.send(VIDEO, 0, 0);
  camera.clock.restart(VIDEO);
  assertAlmostEquals(camera.send(VIDEO, 777_777, 2000), START_MS + 2000, 0.1);
  assertThrows(() => camera.clock.restart(2), RangeError, "there is no track 2");
});

Deno.test("ReceiverClock: whatever is reported, times are integers and follow the packets", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = new Random(seed);
    const camera = new Camera();
    const last = [-Infinity, -Infinity];
    for (let at = 0; at < 4000; at += 20) {
      for (const index of [VIDEO, AUDIO] as const) {
        const time = camera.send(index, at, at + random.int(40));
        assert(time > (last[index] ?? 0), `${time} ms follows ${last[index]} ms`);
        last[index] = time;
        const offset = random.pick([0, 0, 0, 300, -300, 3000, -3000, 10 ** 6]);
        if (random.int(50) === 0) camera.report(index, at + random.int(3000), NOW + offset);
      }
    }
  }
});
