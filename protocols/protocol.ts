import type { Hono } from "hono";
import type { Source } from "../registry/source.ts";
import type { Registry } from "../registry/registry.ts";
import type { Address, HttpPeer, Transport } from "./_transport/transport.ts";
import type { Logger } from "./logger.ts";

export { ConfigError, parseSection } from "./_config/section.ts";
export type { LogFields, Logger } from "./logger.ts";
export { ThrottledLog, withFields } from "./logger.ts";

/** What routes find in `c.env`: who asks, and the way to a WebSocket. */
export interface HttpEnv {
  readonly Bindings: HttpPeer;
}

/** What a module is given. Nothing else of the gateway can be reached from one. */
export interface Context {
  readonly registry: Registry;
  readonly transport: Transport;
  /** The application that the HTTP module serves: mount routes in `serve`, before it returns. */
  readonly http: Hono<HttpEnv>;
  readonly log: Logger;
  /** Address that servers listen on, unless their own section says otherwise. */
  readonly host: string;
  /** What the gateway listens on by now, all modules together. */
  readonly endpoints: () => readonly Endpoint[];
  /**
   * A source that fetches `url` as the stream `name` for as long as somebody reads it, by whichever
   * module pulls such URLs.
   *
   * @throws {ConfigError} when none does.
   */
  readonly onDemand: (url: URL, name: string) => Source;
  /** Aborted when the module has to stop: the gateway's end, or that of one pull or push. */
  readonly signal: AbortSignal;
}

/** One address that a module listens on, as start-up prints it. */
export interface Endpoint {
  /** `rtmp`, `rtmps`, `http`. */
  readonly scheme: string;
  readonly address: Address;
}

/** A module that serves. */
export interface Server {
  readonly endpoints: readonly Endpoint[];
  /** Commands that a newcomer would type first, for start-up to print. */
  readonly hints?: readonly string[];
  /** Stops accepting, says goodbye to every peer, and resolves when all of them have gone. */
  close(): Promise<void>;
}

/** How a pull ends that did not fail. */
export type PullEnd = "over" | void;

/** A pluggable protocol. Keeps no global state: two gateways may run in one process. */
export interface Protocol<Options = unknown> {
  /** Name of the module and of its section in the config file: `rtmp`. */
  readonly name: string;
  /** URL schemes that `pull` and `push` take: `["rtmp", "rtmps"]`. */
  readonly schemes: readonly string[];
  /** Checks the module's section. @throws {ConfigError} naming the field. */
  parseOptions(raw: unknown): Options;
  /** Listens. @throws {ListenError} */
  serve?(context: Context, options: Options): Promise<Server>;
  /**
   * Fetches a stream from elsewhere and publishes it as `target`, once: resolves when it ends there,
   * rejects when it cannot go on. Trying again is the gateway's business, which it does not do when the
   * result is `"over"`: all that there will ever be was published.
   */
  pull?(context: Context, url: URL, target: string, options: Options): Promise<PullEnd>;
  /** Sends the stream `source` to a remote server, once, as `pull`. */
  push?(context: Context, source: string, url: URL): Promise<void>;
}
