/**
 * Streams that are fetched from other HTTP servers: FLV, MPEG-TS and fragmented MP4 as endless
 * responses, and HLS.
 *
 * @module
 */

import type { Context } from "../../protocol.ts";
import { HttpClient, type HttpReply } from "./client.ts";
import { openSource } from "./source.ts";
import { Pacer } from "./pacer.ts";
import { PullSink } from "./sink.ts";

/** Fetches `url` and publishes it as `target`, until the server ends it. See `Protocol.pull`. */
export async function pullHttp(context: Context, url: URL, target: string): Promise<void> {
  const { transport, registry: { clock }, signal } = context;
  const client = new HttpClient(url, { transport, clock, signal });
  const reply: HttpReply = await client.get(url);
  const source = await openSource(client, reply, clock);
  const pacer = new Pacer({ clock, aheadMs: source.aheadMs });
  const sink = new PullSink({ context, remote: url.host, target, source: source.demuxer, pacer });
  let isOrderly = false;
  try {
    await source.run(sink);
    isOrderly = true;
  } catch (error) {
    if (!sink.signal.aborted) throw error;
  } finally {
    reply.body.cancel();
    sink.close({ resumable: !isOrderly && !signal.aborted });
  }
  sink.throwIfCut();
}
