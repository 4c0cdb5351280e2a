import { NameTakenError, StreamNotFoundError } from "../../registry/errors.ts";
import type { PeerRequest } from "../../registry/registry.ts";
import type { Source } from "../../registry/source.ts";
import { ConfigError, type Context } from "../protocol.ts";
import { RtspUrlError, ServiceUnavailableError, UnsupportedTransportError } from "./errors.ts";
import type { RegistrationWish } from "./headers/registration.ts";
import { parseRtspUrl } from "./url.ts";

/** Each costs a name and a URL, and lasts until it is taken back. */
const MAX_REGISTRATIONS = 1_000;

interface Registration {
  readonly url: string;
  readonly source: Source;
  /** Stops the source. */
  readonly removed: AbortController;
}

/** Streams that back-ends have told the gateway to fetch, each while somebody reads it. */
export class Registrations {
  readonly #context: Context;
  readonly #byName = new Map<string, Registration>();
  readonly #removeSources: () => void;

  constructor(context: Context) {
    this.#context = context;
    this.#removeSources = context.registry.addSources((name) => this.#byName.get(name)?.source);
  }

  /**
   * Makes the stream behind a URL a source on demand. May be said again.
   *
   * @param request who asks, and the name that the stream is to have.
   * @throws {RtspUrlError} @throws {UnsupportedTransportError} @throws {ServiceUnavailableError}
   * @throws {RegistryError} the policy says no, or another URL has the name.
   */
  async add(url: string, wish: RegistrationWish, request: PeerRequest): Promise<void> {
    if (wish.reusesConnection) {
      throw new UnsupportedTransportError("streams are fetched over connections of our own");
    }
    const remote = remoteUrl(url, wish);
    const name = await this.#context.registry.authorize("publish", request);
    const known = this.#byName.get(name);
    if (known?.url === url) return;
    if (known !== undefined) throw new NameTakenError(name, withoutSecrets(known.url));
    if (this.#byName.size >= MAX_REGISTRATIONS) {
      throw new ServiceUnavailableError(`there are ${MAX_REGISTRATIONS} registrations`);
    }
    this.#byName.set(name, this.#registration(url, remote, name));
    this.#context.log.info("registered", { stream: name, url: withoutSecrets(url) });
  }

  #registration(url: string, remote: URL, name: string): Registration {
    const removed = new AbortController();
    const { label, run } = this.#sourceOf(remote, name);
    const source = {
      label,
      run: (signal: AbortSignal) => run(AbortSignal.any([signal, removed.signal])),
    };
    return { url, source, removed };
  }

  #sourceOf(remote: URL, name: string): Source {
    try {
      return this.#context.onDemand(remote, name);
    } catch (error) {
      throw error instanceof ConfigError ? new RtspUrlError(error.reason, "scheme") : error;
    }
  }

  /**
   * Takes a registration back; the stream ends where it is being fetched.
   *
   * @throws {StreamNotFoundError} the name is not registered, or for another URL.
   * @throws {RegistryError} the policy says no.
   */
  async remove(url: string, request: PeerRequest): Promise<void> {
    const name = await this.#context.registry.authorize("publish", request);
    const known = this.#byName.get(name);
    if (known?.url !== url) throw new StreamNotFoundError(name);
    this.#byName.delete(name);
    known.removed.abort();
    this.#context.log.info("deregistered", { stream: name });
  }

  close(): void {
    this.#removeSources();
    for (const { removed } of this.#byName.values()) removed.abort();
    this.#byName.clear();
  }
}

/** @throws {RtspUrlError} */
function remoteUrl(text: string, { delivery }: RegistrationWish): URL {
  const url = URL.parse(text);
  if (url === null) throw new RtspUrlError("it is not absolute", "host");
  parseRtspUrl(url);
  // As pulls are told in their URLs; UDP is tried first anyway.
  url.hash = delivery === "interleaved" ? "tcp" : "";
  return url;
}

function withoutSecrets(text: string): string {
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}
