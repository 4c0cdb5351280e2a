import type { Publisher } from "../../registry/publisher.ts";
import { ALL_CAPABILITIES } from "../_formats/flv/capabilities.ts";
import { type Context, ThrottledLog } from "../protocol.ts";
import { isCommand, RtmpClient, RtmpSilenceError } from "./client.ts";
import { parseCommand } from "./command.ts";
import { isMedia, RtmpIngest } from "./ingest.ts";
import type { Received } from "./link.ts";
import { Outlet } from "./outlet.ts";
import { readStatus, STATUS } from "./status.ts";
import { parseRtmpUrl } from "./url.ts";

/** A source that sends nothing for so long has no stream to send, or is gone. */
const SILENCE_MS = 30_000;
const CHECK_MS = 5_000;

/** Fetches `url` and publishes it as `target`, until the server ends it. See `Protocol.pull`. */
export async function pullRtmp(context: Context, url: URL, target: string): Promise<void> {
  const client = await connect(context, url);
  const stopWatching = watchSilence(context, client);
  let sink: { readonly publisher: Publisher; readonly ingest: RtmpIngest } | undefined;
  let isOrderly = false;
  try {
    await client.play();
    for (;;) {
      const received = await client.read();
      if (received === undefined) break;
      for (const message of received.messages.filter(isMedia)) {
        sink ??= await openSink(context, client, url, target);
        sink.ingest.push(message);
      }
      isOrderly = isStreamOver(received);
      if (isOrderly) break;
    }
  } finally {
    stopWatching();
    sink?.ingest.close();
    sink?.publisher.close({ resumable: !isOrderly && !context.signal.aborted });
    client.close();
  }
  sink?.publisher.signal.throwIfAborted();
  if (!isOrderly && !context.signal.aborted) {
    throw new RtmpSilenceError(`Cannot go on with ${target}: the connection ended`);
  }
}

/** The publisher comes with the first media: a source that is not there holds no name. */
async function openSink(context: Context, client: RtmpClient, url: URL, target: string) {
  const { registry, log } = context;
  const publisher = await registry.publish({ name: target, protocol: "rtmp", remote: url.host });
  publisher.signal.addEventListener("abort", () => client.close(), { once: true });
  const trouble = new ThrottledLog(
    () => registry.clock.now(),
    (message, fields) => log.warn(message, { stream: target, ...fields }),
  );
  return { publisher, ingest: new RtmpIngest(publisher, registry, trouble) };
}

function isStreamOver({ messages, controls }: Received): boolean {
  if (controls.some(({ kind }) => kind === "streamEof")) return true;
  const codes: readonly string[] = [STATUS.PLAY_UNPUBLISH_NOTIFY.code, STATUS.PLAY_STOP.code];
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
  const { registry, signal } = context;
  const reader = await registry.read({ name: source, protocol: "rtmp", remote: url.host });
  try {
    const client = await connect(context, url);
    try {
      await client.publish();
      await send(client, reader, signal);
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
  reader: ConstructorParameters<typeof Outlet>[1],
  signal: AbortSignal,
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
  client.close();
  await listening;
  if (refusal !== undefined) throw refusal;
}

async function listen(client: RtmpClient): Promise<void> {
  while (await client.read() !== undefined);
}

function connect({ transport, registry, signal }: Context, url: URL): Promise<RtmpClient> {
  return RtmpClient.connect(parseRtmpUrl(url), { transport, clock: registry.clock, signal });
}
