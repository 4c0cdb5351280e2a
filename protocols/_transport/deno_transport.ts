import { fetchHttp } from "./http_client.ts";
import { serveHttp } from "./http_server.ts";
import { localHosts } from "./net.ts";
import { connectTcp, listenTcp } from "./tcp.ts";
import type { Transport } from "./transport.ts";
import { listenUdp } from "./udp.ts";

/** The network of the machine. */
export const denoTransport: Transport = {
  localHosts,
  listen: (options) => Promise.resolve().then(() => listenTcp(options)),
  listenDatagram: (options) => Promise.resolve().then(() => listenUdp(options)),
  connect: connectTcp,
  serveHttp,
  fetch: fetchHttp,
};
