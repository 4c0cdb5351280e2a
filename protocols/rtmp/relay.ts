import type { Publisher, PublisherEnd } from "../../registry/publisher.ts";
import type { Reader } from "../../registry/reader.ts";
import { ALL_CAPABILITIES } from "../_formats/flv/capabilities.ts";
import { type Context, ThrottledLog } from "../protocol.ts";
import { isCommand, RtmpClient, RtmpSilenceError } from "./client.ts";
import { parseCommand } from "./command.ts";
import { isData, isMedia, RtmpIngest } from "./ingest.ts";
import type { Received } from "./link.ts";
import type { RtmpMessage } from "./message.ts";
import { Outlet } from "./outlet.ts";
import { readStatus, STATUS } from "./status.ts";
import { parseRtmpUrl } from "./url.ts";

/** A source that sends nothing for so long has no stream to send, or is gone. */
const SILENCE_MS = 30_000;
const CHECK_MS = 5_000;

/** Time that a server has to take the end of what was pushed to it. */
const FAREWELL_MS = 5_000;

const STREAM_OVER = [STATUS.PLAY_UNPUBLISH_NOTIFY.code, STATUS.PLAY_STOP.code];
const UNPUBLISHED = [STATUS.UNPUBLISH_SUCCESS.code];

/** Script data that waits for the first sound or picture: `onMetaData`, as a rule. */
const MAX_EARLY_DATA = 16;

/** Fetches `url` and publishes it as `target`, until the server ends it. See `Protocol.pull`. */
export async function pullRtmp(context: Context, url: URL, target: string): Promise<void> {
  const client = await connect(context, url);
  const stopWatching = watchSilence(context, client);
  const sink = new PullSink(context, client, url.host, target);
  let isOrderly = false;
  try {
    await client.play();
    for (;;) {
      const received = await client.read();
      if (received === undefined) break;
      for (const message of received.messages.filter(isMedia)) await sink.push(message);
      isOrderly = isStreamOver(received);
      if (isOrderly) break;
    }
  } finally {
    stopWatching();
    sink.close({ resumable: !isOrderly && !context.signal.aborted });
    client.close();
  }
  sink.throwIfCut();
  if (!isOrderly && !context.signal.aborted) {
    throw new RtmpSilenceError(`Cannot go on with ${target}: the connection ended`);
  }
}

/**
 * Where a pull publishes. The publisher comes with the first sound or picture: a source that has none
 * holds no name.
 */
class PullSink {
  readonly #context: Context;
  readonly #client: RtmpClient;
  readonly #remote: string;
  readonly #target: string;
  readonly #early: RtmpMessage[] = [];
  #open: { readonly publisher: Publisher; readonly ingest: RtmpIngest } | undefined;

  constructor(context: Context, client: RtmpClient, remote: string, target: string) {
    this.#context = context;
    this.#client = client;
    this.#remote = remote;
    this.#target = target;
  }

  /** Takes a message for which `isMedia` holds. @throws {RegistryError} it cannot be published. */
  async push(message: RtmpMessage): Promise<void> {
    if (this.#open !== undefined) return this.#open.ingest.push(message);
    if (isData(message)) {
      if (this.#early.length < MAX_EARLY_DATA) this.#early.push(message);
      return;
    }
    const { ingest } = this.#open = await this.#publish();
    for (const one of [...this.#early.splice(0), message]) ingest.push(one);
  }

  async #publish() {
    const { registry, log } = this.#context;
    const name = this.#target;
    const publisher = await registry.publish({ name, protocol: "rtmp", remote: this.#remote });
    publisher.signal.addEventListener("abort", () => this.#client.close(), { once: true });
    const trouble = new ThrottledLog(
      () => registry.clock.now(),
      (message, fields) => log.warn(message, { stream: name, ...fields }),
    );
    return { publisher, ingest: new RtmpIngest(publisher, registry, trouble) };
  }

  close(end: PublisherEnd): void {
    this.#open?.ingest.close();
    this.#open?.publisher.close(end);
  }

  /** @throws {RegistryError} why the registry ended the publisher, if it has. */
  throwIfCut(): void {
    this.#open?.publisher.signal.throwIfAborted();
  }
}

function isStreamOver(received: Received): boolean {
  return received.controls.some(({ kind }) => kind === "streamEof") ||
    hasStatus(received, STREAM_OVER);
}

function hasStatus({ messages }: Received, codes: readonly string[]): boolean {
  return messages.filter(isCommand).some((message) => {
    const { name, args } = parseCommand(message);
    return name === "onStatus" && codes.includes(readStatus(args)?.code ?? "");
  });
}

/** Ends a connection that has gone silent. Returns what ends the watch. */
function watchSilence({ registry: { clock } }: Context, client: RtmpClient): () => void {
  const check = () => {
    if (client.link.silentMs > SILENCE_MS) client.link.close();
    else cancel = clock.schedule(CHECK_MS, check);
  };
  let cancel = clock.schedule(CHECK_MS, check);
  return () => cancel();
}

/** Sends the stream `source` to `url`, until its publisher ends. See `Protocol.push`. */
export async function pushRtmp(context: Context, source: string, url: URL): Promise<void> {
  const reader = await context.registry.read({ name: source, protocol: "rtmp", remote: url.host });
  try {
    const client = await connect(context, url);
    try {
      await client.publish();
      await send(client, reader, context);
    } finally {
      client.close();
    }
  } finally {
    reader.close();
  }
}

/** Sends and, at the same time, listens to what the server has to say of it. */
async function send(
  client: RtmpClient,
  reader: Reader,
  { signal, registry: { clock } }: Context,
): Promise<void> {
  const outlet = new Outlet(client.link, reader, {
    // As encoders do: what a server cannot take it refuses, or passes on.
    capabilities: ALL_CAPABILITIES,
    streamId: client.streamId,
    audio: true,
    video: true,
    isServer: true,
  });
  let refusal: unknown;
  const close = () => reader.close();
  signal.addEventListener("abort", close, { once: true });
  const listening = listen(client).catch((error) => refusal = error).finally(close);
  try {
    await outlet.run();
  } finally {
    signal.removeEventListener("abort", close);
  }
  client.unpublish();
  // Whoever closes at once makes what the server has yet to say a reset, which loses what is under way.
  const cancel = clock.schedule(FAREWELL_MS, () => client.close());
  await listening;
  cancel();
  if (refusal !== undefined) throw refusal;
}

/** Reads until the server has taken all that was published, or ends the connection. */
async function listen(client: RtmpClient): Promise<void> {
  for (;;) {
    const received = await client.read();
    if (received === undefined || hasStatus(received, UNPUBLISHED)) return;
  }
}

function connect({ transport, registry, signal }: Context, url: URL): Promise<RtmpClient> {
  return RtmpClient.connect(parseRtmpUrl(url), { transport, clock: registry.clock, signal });
}
