import { ConfigError, formatAddress, type Protocol, type Reader, type Unit } from "@sluice/gateway";

const START_CODE = Uint8Array.of(0, 0, 0, 1);
const SUFFIX = ".h264";

/** The `raw:` section of the configuration. */
export interface RawOptions {
  /** Seconds that a viewer waits for a publisher. */
  readonly wait: number;
}

/** Serves the H.264 of any stream as a raw elementary stream (Annex B), at `GET /NAME.h264`. */
export const raw: Protocol<RawOptions> = {
  name: "raw",
  schemes: [],

  parseOptions(section) {
    const { wait = 10 } = (section ?? {}) as { wait?: unknown };
    if (typeof wait === "number" && wait >= 0) return { wait };
    throw new ConfigError(["wait"], `expected seconds, found ${JSON.stringify(wait)}`);
  },

  serve({ http, registry }, { wait }) {
    http.get(`/:name{.+\\${SUFFIX}}`, async (c) => {
      const url = new URL(c.req.url);
      const name = decodeURIComponent(url.pathname.slice(1, -SUFFIX.length));
      const remote = formatAddress(c.env.remote);
      const request = { name, protocol: "raw", remote, query: url.search.slice(1) };
      // What this throws, the HTTP module answers: 404 for a stream that nobody publishes.
      const reader = await registry.read(request, { patienceMs: wait * 1000 });
      c.req.raw.signal.addEventListener("abort", () => reader.close());
      return c.body(ReadableStream.from(annexB(reader)), 200, { "content-type": "video/h264" });
    });
    return Promise.resolve({ endpoints: [], close: () => Promise.resolve() });
  },
};

/** One piece for what has queued since the last, until the stream or its viewer ends. */
async function* annexB(reader: Reader): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using _closing = reader;
  for (;;) {
    const batch = await reader.read();
    if (batch?.type !== "media") return;
    const nals = batch.units.flatMap(nalsOf);
    if (nals.length > 0) yield new Uint8Array(await new Blob(nals).arrayBuffer());
  }
}

/** NAL units with their start codes, and the parameter sets before every key picture. */
function nalsOf({ track, isKey, payload }: Unit): readonly Uint8Array<ArrayBuffer>[] {
  if (track.config?.codec !== "h264") return [];
  const { sps, pps } = track.config;
  const nals = isKey ? [...sps, ...pps, ...payload] : payload;
  return nals.flatMap((nal) => [START_CODE, nal as Uint8Array<ArrayBuffer>]);
}
