// What one picture costs the registry, by the number of readers that take it; no I/O.
import { systemClock } from "../../registry/clock.ts";
import type { Reader } from "../../registry/reader.ts";
import { Registry } from "../../registry/registry.ts";
import { AV, delta, key, peer } from "./units.ts";

const PICTURES_PER_GROUP = 60;

async function countBatches(reader: Reader, onBatch: () => void): Promise<void> {
  while (await reader.read() !== undefined) onBatch();
}

for (const readers of [1, 100, 1000]) {
  const registry = new Registry({ clock: systemClock });
  const publisher = await registry.publish(peer());
  publisher.describe(AV);
  let taken = 0;
  for (let at = 0; at < readers; at++) {
    countBatches(await registry.read(peer()), () => taken++);
  }
  let pictures = 0;
  Deno.bench(`one picture to ${readers} readers`, async () => {
    const ms = pictures * 33;
    publisher.write([pictures % PICTURES_PER_GROUP === 0 ? key(ms) : delta(ms)]);
    pictures++;
    while (taken < pictures * readers) await Promise.resolve();
  });
}
