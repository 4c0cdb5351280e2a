import { Gateway, http, type Logger, rtmp } from "@sluice/gateway";

/** Lines for a terminal; a real program hands on to the logger that it has. */
const log: Logger = {
  debug: () => {},
  info: (message, fields) => console.log(message, fields ?? {}),
  warn: (message, fields) => console.warn(message, fields ?? {}),
  error: (message, fields) => console.error(message, fields ?? {}),
};

/** Starts a gateway with two modules and without the rest. `await gateway.stop()` ends it. */
export async function start(config: unknown): Promise<Gateway> {
  const gateway = new Gateway({ protocols: [rtmp, http], config, log });
  await gateway.start();
  for (const { scheme, address } of gateway.endpoints) {
    console.log(`listening on ${scheme}://${address.host}:${address.port}`);
  }
  return gateway;
}
