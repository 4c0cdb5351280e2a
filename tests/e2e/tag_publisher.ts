import { FLV_TYPE_IDS } from "../../protocols/_formats/flv/message.ts";
import { FlvReader } from "../../protocols/_formats/flv/reader.ts";
import { denoTransport } from "../../protocols/_transport/deno_transport.ts";
import { RtmpClient } from "../../protocols/rtmp/client.ts";
import { CHUNK_STREAM, type OutgoingMessage } from "../../protocols/rtmp/message.ts";
import { parseRtmpUrl } from "../../protocols/rtmp/url.ts";
import { systemClock } from "../../registry/clock.ts";

const CHUNK_STREAMS = {
  audio: CHUNK_STREAM.AUDIO,
  video: CHUNK_STREAM.VIDEO,
  data: CHUNK_STREAM.DATA,
} as const;

/**
 * Publishes an FLV file, tag by tag, with `offset` milliseconds added to its times modulo 2^32: no
 * other client sends all 32 bits of them.
 *
 * @throws {RtmpRefusedError}
 */
export async function publishTags(path: string, url: string, offset: number): Promise<void> {
  const client = await RtmpClient.connect(parseRtmpUrl(new URL(url)), {
    transport: denoTransport,
    clock: systemClock,
    signal: new AbortController().signal,
  });
  try {
    await client.publish();
    client.link.post(...await messagesOf(path, offset, client.streamId));
    client.unpublish();
  } finally {
    client.close();
    while (await client.read() !== undefined);
  }
}

async function messagesOf(
  path: string,
  offset: number,
  streamId: number,
): Promise<OutgoingMessage[]> {
  return new FlvReader().feed(await Deno.readFile(path)).map((tag) => ({
    csid: CHUNK_STREAMS[tag.type],
    type: FLV_TYPE_IDS[tag.type],
    timestamp: (tag.timestamp + offset) % 2 ** 32,
    streamId,
    parts: [tag.body],
  }));
}
