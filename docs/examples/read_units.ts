import type { Gateway, Unit } from "@sluice/gateway";

/** Every unit of `name` from now on, first of all those that a new reader is given at once. */
export async function* unitsOf({ registry }: Gateway, name: string): AsyncGenerator<Unit> {
  using reader = await registry.read({ name, protocol: "app", remote: "app" });
  for (;;) {
    const batch = await reader.read();
    if (batch?.type !== "media") return;
    yield* batch.units;
  }
}

/** How many milliseconds of media `name` sends, and in which codecs, until `ms` of it have come. */
export async function watch(gateway: Gateway, name: string, ms: number): Promise<string> {
  const codecs = new Set<string>();
  let first: number | undefined;
  for await (const { track, dts } of unitsOf(gateway, name)) {
    const time = dts * 1000 / track.timescale;
    first ??= time;
    codecs.add(track.codec);
    if (time - first >= ms) return `${name}: ${time - first} ms of ${[...codecs].join(" and ")}`;
  }
  return `${name}: its publisher has ended`;
}
