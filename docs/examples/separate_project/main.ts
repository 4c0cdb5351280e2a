import { Gateway, http, rtmp, type Unit } from "@sluice/gateway";

const NAME = "app/levels";

// Port 0 takes a free one; without it, RTMP listens on 1935 and HTTP on 8080.
const config = { host: "127.0.0.1", rtmp: { port: 0 }, http: { port: 0 } };
const gateway = new Gateway({ protocols: [rtmp, http], config });
await gateway.start();
for (const { scheme, address } of gateway.endpoints) {
  console.log(`${scheme} listens on port ${address.port}`);
}

// Who reads a name that nobody publishes yet, waits for its publisher.
const reader = await gateway.registry.read({ name: NAME, protocol: "app", remote: "app" });

const track = { id: 1, kind: "data", codec: "rtp:level", timescale: 1000 } as const;
const publisher = await gateway.registry.publish({ name: NAME, protocol: "app", remote: "app" });
publisher.describe({ tracks: [track], metadata: {} });
const units = [0, 1, 2].map((index): Unit => ({
  track,
  pts: index * 100,
  dts: index * 100,
  isKey: true,
  payload: [Uint8Array.of(index)],
}));
publisher.write(units);

const batch = await reader.read();
if (batch?.type === "media") console.log(`read ${batch.units.length} units of ${NAME}`);

const address = gateway.endpoints.find(({ scheme }) => scheme === "http")?.address;
const response = await fetch(`http://127.0.0.1:${address?.port}/api/v1/streams`);
const streams: readonly { readonly name: string; readonly state: string }[] = await response.json();
for (const { name, state } of streams) console.log(`the API says that ${name} is ${state}`);

await gateway.stop();
console.log("stopped");
