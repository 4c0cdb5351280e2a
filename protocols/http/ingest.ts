import type { Context as HttpContext } from "hono";
import type { Publisher } from "../../registry/publisher.ts";
import type { Registry } from "../../registry/registry.ts";
import type { Demuxer, DemuxEvent } from "../_formats/demux/events.ts";
import { PublisherFeed } from "../_ingest/publisher_feed.ts";
import { formatAddress } from "../_transport/transport.ts";
import { type HttpEnv, type Logger, ThrottledLog } from "../protocol.ts";
import { BodyLostError, BodyReader, BodySilentError } from "./body_reader.ts";
import { errorResponse, HttpError, toHttpError } from "./errors.ts";
import type { IngestContainer } from "./ingest_containers.ts";
import { streamNameOf } from "../_http/routing.ts";

/** A publisher that sends nothing for so long is gone. */
export const SILENCE_MS = 30_000;

/** Where publications go. */
export interface IngestParts {
  readonly registry: Registry;
  readonly log: Logger;
}

/** Publishes the body of a request for as long as it goes on. Answers 204 when it has ended. */
export async function serveIngest(
  c: HttpContext<HttpEnv>,
  parts: IngestParts,
  container: IngestContainer,
): Promise<Response> {
  const name = streamNameOf(c.req.url, "/", container.suffix);
  const stream = c.req.raw.body;
  if (stream === null) {
    throw new HttpError(400, "empty-body", `Cannot publish ${name}: the request has no body`);
  }
  const body = new BodyReader(stream, { clock: parts.registry.clock, silenceMs: SILENCE_MS });
  try {
    const publisher = await parts.registry.publish({
      name,
      protocol: "http",
      remote: formatAddress(c.env.remote),
      query: new URL(c.req.url).search.slice(1),
    });
    await new HttpIngest(publisher, container, parts).run(body);
    return new Response(null, { status: 204 });
  } catch (error) {
    const known = toHttpError(error);
    if (known === undefined) throw error;
    return errorResponse(c, lastOf(known));
  }
}

/** One publication. */
class HttpIngest {
  readonly #publisher: Publisher;
  readonly #container: IngestContainer;
  readonly #demuxer: Demuxer;
  readonly #feed: PublisherFeed;
  readonly #log: Logger;
  #hasMedia = false;

  constructor(publisher: Publisher, container: IngestContainer, { registry, log }: IngestParts) {
    const { clock } = registry;
    const { name: stream, peer } = publisher;
    this.#publisher = publisher;
    this.#container = container;
    this.#demuxer = container.open();
    this.#log = log;
    const trouble = new ThrottledLog(
      () => clock.now(),
      (message, fields) => log.warn(message, { stream, remote: peer.remote, ...fields }),
    );
    this.#feed = new PublisherFeed({ publisher, clock, trouble, source: this.#demuxer });
  }

  /**
   * Publishes until the body ends, which is an orderly end.
   *
   * @throws {HttpError} 400: it cannot be read; 408: nothing comes any more.
   * @throws {RegistryError} the registry ended the publisher.
   */
  async run(body: BodyReader): Promise<void> {
    const { signal } = this.#publisher;
    const cut = () => body.fail(signal.reason);
    signal.addEventListener("abort", cut, { once: true });
    let resumable = false;
    try {
      for (;;) {
        const bytes = await body.read();
        if (bytes === undefined) break;
        this.#take(this.#parse(bytes));
      }
      this.#take(this.#demuxer.flush());
      this.#assertMedia();
    } catch (error) {
      resumable = error instanceof BodyLostError || error instanceof BodySilentError;
      throw this.#told(error);
    } finally {
      signal.removeEventListener("abort", cut);
      this.#feed.close();
      this.#publisher.close({ resumable });
    }
  }

  #parse(bytes: Uint8Array): readonly DemuxEvent[] {
    try {
      return this.#demuxer.push(bytes);
    } catch (error) {
      if (!this.#container.isFatal(error)) throw error;
      throw new HttpError(400, "invalid-media", error.message);
    }
  }

  #take(events: readonly DemuxEvent[]): void {
    this.#hasMedia ||= events.some(({ type }) => type === "unit");
    this.#feed.take(events);
  }

  #assertMedia(): void {
    if (this.#hasMedia) return;
    const reason = `Cannot publish ${this.#publisher.name}: there was no media in what came`;
    throw new HttpError(400, "no-media", reason);
  }

  /** What the client is told, and the log. */
  #told(error: unknown): unknown {
    const told = toAnswer(error);
    const { name: stream, peer } = this.#publisher;
    const reason = told instanceof Error ? told.message : `${told}`;
    this.#log.info("publisher was cut", { stream, remote: peer.remote, reason });
    return told;
  }
}

function toAnswer(error: unknown): unknown {
  if (error instanceof BodySilentError) return new HttpError(408, "silent", error.message);
  if (error instanceof BodyLostError) return new HttpError(400, "cut-short", error.message);
  return error;
}

/** The last answer of its connection: what still comes of the body cannot be told from a request. */
function lastOf({ status, code, message, headers }: HttpError): HttpError {
  return new HttpError(status, code, message, { ...headers, connection: "close" });
}
