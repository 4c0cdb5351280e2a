import { systemClock } from "../../registry/clock.ts";
import { FlvReader } from "../../protocols/_formats/flv/reader.ts";
import { denoTransport } from "../../protocols/_transport/deno_transport.ts";
import type { Connection } from "../../protocols/_transport/transport.ts";
import { RtmpClient } from "../../protocols/rtmp/client.ts";
import { MESSAGE_TYPE } from "../../protocols/rtmp/message.ts";
import { parseRtmpUrl } from "../../protocols/rtmp/url.ts";
import { BodyReader } from "./body_reader.ts";
import { pictureStamp } from "./media.ts";

/** What one player is told, and what it is to do. */
export interface PlayerOrder {
  readonly url: URL;
  /** Reads every frame to the end; other players only count bytes after their first picture. */
  readonly isProbe: boolean;
  readonly signal: AbortSignal;
  readonly onBytes: (count: number) => void;
  /** Called for each picture that is read, with its age in milliseconds. */
  readonly onPicture: (latencyMs: number) => void;
}

/** All players that only count read into the same memory: nobody looks at what they read. */
const DRAIN = new Uint8Array(256 * 1024);
const READ_BYTES = 64 * 1024;

/** Plays until the connection ends. @throws {Error} when it never begins. */
export function play(order: PlayerOrder): Promise<void> {
  return order.url.protocol === "rtmp:" ? playRtmp(order) : playFlv(order);
}

async function playRtmp(order: PlayerOrder): Promise<void> {
  let connection: Connection | undefined;
  const client = await RtmpClient.connect(parseRtmpUrl(order.url), {
    transport: {
      ...denoTransport,
      connect: async (options) => connection = await denoTransport.connect(options),
    },
    clock: systemClock,
    signal: order.signal,
  });
  await client.play();
  for (let hasPicture = false; order.isProbe || !hasPicture;) {
    const received = await client.read();
    if (received === undefined) return;
    for (const { type, payload } of received.messages) {
      order.onBytes(payload.byteLength);
      if (type === MESSAGE_TYPE.VIDEO) hasPicture = reportPicture(payload, order) || hasPicture;
    }
  }
  if (connection !== undefined) await drain(connection, order);
}

async function playFlv(order: PlayerOrder): Promise<void> {
  const { hostname, port, pathname, search, host } = order.url;
  const connection = await denoTransport.connect({ host: hostname, port: Number(port) });
  order.signal.addEventListener("abort", () => connection.close(), { once: true });
  const request = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const body = new BodyReader();
  const flv = new FlvReader();
  for (let hasPicture = false; order.isProbe || !hasPicture;) {
    const buffer = new Uint8Array(READ_BYTES);
    const count = await connection.read(buffer);
    if (count === undefined) return;
    order.onBytes(count);
    for (const tag of body.feed(buffer.subarray(0, count)).flatMap((piece) => flv.feed(piece))) {
      hasPicture = reportPicture(tag.body, order) || hasPicture;
    }
  }
  await drain(connection, order);
}

function reportPicture(body: Uint8Array, order: PlayerOrder): boolean {
  const sent = pictureStamp(body);
  if (sent !== undefined) order.onPicture(performance.now() - sent);
  return sent !== undefined;
}

async function drain(connection: Connection, { onBytes }: PlayerOrder): Promise<void> {
  for (;;) {
    const count = await connection.read(DRAIN);
    if (count === undefined) return;
    onBytes(count);
  }
}
