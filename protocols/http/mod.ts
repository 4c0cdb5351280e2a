import { parseSection, type Protocol } from "../protocol.ts";
import { type HttpOptions, httpOptionsSchema } from "./options.ts";
import { pullHttp } from "./pull/mod.ts";
import { serve } from "./server.ts";

export type { HttpOptions } from "./options.ts";

/** The HTTP module: live FLV, the API, the pages, and what other modules mount. */
export const http: Protocol<HttpOptions> = {
  name: "http",
  schemes: ["http", "https"],
  parseOptions: (raw) => parseSection(httpOptionsSchema, raw),
  serve,
  pull: pullHttp,
};
