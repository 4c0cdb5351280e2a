import type { Gateway, Track, Unit } from "@sluice/gateway";

const SAMPLE_RATE = 8000;
const UNIT_MS = 20;
const SAMPLES_PER_UNIT = SAMPLE_RATE * UNIT_MS / 1000;

const TRACK: Track = {
  id: 1,
  kind: "audio",
  codec: "g711u",
  timescale: SAMPLE_RATE,
  config: { codec: "g711u", sampleRate: SAMPLE_RATE, channels: 1 },
};

/** Publishes a 400 Hz tone as `name`, in real time, until `signal` is aborted. */
export async function publishTone(
  { registry }: Gateway,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  using publisher = await registry.publish({ name, protocol: "tone", remote: "tone" });
  const ended = AbortSignal.any([signal, publisher.signal]);
  publisher.describe({ tracks: [TRACK], metadata: { title: "400 Hz" } });
  // 20 ms are eight whole periods: every unit holds the same samples.
  const payload = [Uint8Array.from({ length: SAMPLES_PER_UNIT }, (_, index) => toneAt(index))];
  const start = registry.clock.now();
  for (let index = 0; !ended.aborted; index++) {
    const pts = index * SAMPLES_PER_UNIT;
    const unit: Unit = { track: TRACK, pts, dts: pts, isKey: true, payload };
    publisher.write([unit]);
    await until(start + (index + 1) * UNIT_MS);
  }

  /** Waits for a time, not for a while: what one round is late, the next one is not. */
  function until(time: number): Promise<void> {
    return new Promise((resolve) =>
      registry.clock.schedule(Math.max(0, time - registry.clock.now()), resolve)
    );
  }
}

function toneAt(index: number): number {
  return encodeMuLaw(Math.round(8000 * Math.sin(2 * Math.PI * 400 * index / SAMPLE_RATE)));
}

/** One sample of ITU-T G.711 mu-law from a linear one of 16 bits. */
function encodeMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const biased = Math.min(Math.abs(sample), 32_635) + 132;
  const exponent = 24 - Math.clz32(biased);
  const mantissa = (biased >> (exponent + 3)) & 0x0f;
  return ~(sign | exponent << 4 | mantissa) & 0xff;
}
