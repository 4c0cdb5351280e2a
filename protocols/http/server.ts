import { loadTlsIdentity } from "../_config/tls.ts";
import { type AdmissionLimits, DEFAULT_ADMISSION_LIMITS } from "../_transport/admission.ts";
import { listenOnFirst } from "../_transport/listen.ts";
import type { HttpHandler, HttpServer, TlsIdentity } from "../_transport/transport.ts";
import { type Context, type Endpoint, type Server, ThrottledLog } from "../protocol.ts";
import { createApp } from "./app.ts";
import { hlsSettings } from "./hls/options.ts";
import { SegmentDirectory } from "./hls/segment_directory.ts";
import { Sessions } from "./hls/sessions.ts";
import { liveContainers } from "./live_containers.ts";
import type { HttpOptions } from "./options.ts";
import { loadAssets } from "./pages.ts";
import { Viewers } from "./viewers.ts";

/** First segments of our own paths, and of those that modules mount: no stream may begin so. */
const RESERVED_SEGMENTS = [
  ...["api", "assets", "healthz", "media", "metrics", "play", "publish"],
  ...["message", "sign_in", "sign_out", "wait", "ws"],
];

/** How long responses may take to end when the server stops. */
const DRAIN_MS = 2000;

/** Where to listen, in the words of `serveHttp`. */
interface Listening {
  readonly scheme: "http" | "https";
  readonly host: string;
  /** Tried in order. */
  readonly ports: readonly number[];
  readonly limits: AdmissionLimits;
  readonly tls?: TlsIdentity;
}

/**
 * Serves everything that has been mounted on `context.http`, and our own routes beside it.
 *
 * @throws {ListenError} no port of one of the addresses is free.
 * @throws {ConfigError} the certificate or its key cannot be read, or the directory for segments not
 * be written to.
 */
export async function serve(context: Context, options: HttpOptions): Promise<Server> {
  const { registry, log } = context;
  for (const segment of RESERVED_SEGMENTS) registry.reserve(segment, "http pages");
  const { maxViewers: total, maxViewersPerAddress: perAddress } = options;
  const viewers = new Viewers(registry, { total, perAddress });
  const { directory: dir } = options.hls;
  const directory = dir === undefined
    ? undefined
    : await SegmentDirectory.open(dir, throttled(context));
  let stopping = false;
  const app = createApp({
    context,
    live: {
      registry,
      viewers,
      containers: liveContainers(throttled(context)),
      log,
      mergeMs: options.merge,
      waitLimit: options.waitLimit,
    },
    hls: {
      sessions: new Sessions({
        viewers,
        clock: registry.clock,
        settings: hlsSettings(options.hls),
        directory,
      }),
      waitLimit: options.waitLimit,
    },
    assets: await loadAssets(),
    cors: options.cors,
    isStopping: () => stopping || context.signal.aborted,
  });
  const listeners = await listenAll(context, await listeningsOf(context, options), app.fetch);
  const endpoints = listeners.map(({ endpoint }) => endpoint);
  return {
    endpoints,
    hints: hintsOf(endpoints),
    async close() {
      stopping = true;
      viewers.close();
      await Promise.all(listeners.map(({ server }) => server.close(DRAIN_MS)));
      await directory?.close();
    },
  };
}

function throttled({ registry, log }: Context): ThrottledLog {
  return new ThrottledLog(
    () => registry.clock.now(),
    (message, fields) => log.warn(message, fields),
  );
}

async function listeningsOf(
  context: Context,
  options: HttpOptions,
): Promise<readonly Listening[]> {
  const { host = context.host, port, tls } = options;
  const limits = connectionLimits(options);
  const listenings: Listening[] = [];
  if (port !== false) listenings.push({ scheme: "http", host, ports: port, limits });
  if (tls !== undefined && tls.port !== false) {
    const identity = await loadTlsIdentity("http", tls);
    listenings.push({ scheme: "https", host, ports: tls.port, limits, tls: identity });
  }
  return listenings;
}

/** As of every module, or more where there may be more viewers. */
function connectionLimits({ maxViewers, maxViewersPerAddress }: HttpOptions): AdmissionLimits {
  const { total, perAddress } = DEFAULT_ADMISSION_LIMITS;
  return {
    total: Math.max(total, maxViewers),
    perAddress: Math.max(perAddress, maxViewersPerAddress),
  };
}

interface Listener {
  readonly endpoint: Endpoint;
  readonly server: HttpServer;
}

/** Listens everywhere or nowhere. */
async function listenAll(
  { transport, log }: Context,
  listenings: readonly Listening[],
  handler: HttpHandler,
): Promise<readonly Listener[]> {
  const onError = (error: unknown) => log.error("a request failed", { reason: `${error}` });
  const listeners: Listener[] = [];
  try {
    for (const { scheme, ports, ...where } of listenings) {
      const server = await listenOnFirst(
        ports,
        (port) => transport.serveHttp({ ...where, port, handler, onError }),
      );
      listeners.push({ endpoint: { scheme, address: server.address }, server });
    }
    return listeners;
  } catch (error) {
    await Promise.all(listeners.map(({ server }) => server.close(0)));
    throw error;
  }
}

/** What a newcomer opens first. */
function hintsOf(endpoints: readonly Endpoint[]): readonly string[] {
  return endpoints.slice(0, 1).map(({ scheme, address: { port } }) =>
    `open ${scheme}://localhost:${port}/ in a browser`
  );
}
