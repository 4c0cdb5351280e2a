import { systemClock } from "../../registry/clock.ts";
import { FlvReader } from "../../protocols/_formats/flv/reader.ts";
import { denoTransport } from "../../protocols/_transport/deno_transport.ts";
import type { Connection } from "../../protocols/_transport/transport.ts";
import { RtmpClient } from "../../protocols/rtmp/client.ts";
import { MESSAGE_TYPE } from "../../protocols/rtmp/message.ts";
import { parseRtmpUrl } from "../../protocols/rtmp/url.ts";
import { BodyReader } from "./body_reader.ts";
import { pictureStamp } from "./media.ts";
import { drain, type PlayerOrder, reportPicture } from "./player_order.ts";
import { playRtsp } from "./rtsp_player.ts";

const READ_BYTES = 64 * 1024;

/** Plays until the connection ends. @throws {Error} when it never begins. */
export function play(order: PlayerOrder): Promise<void> {
  switch (order.protocol) {
    case "rtmp":
      return playRtmp(order);
    case "flv":
      return playFlv(order);
    case "rtsp-tcp":
      return playRtsp(order, "tcp");
    case "rtsp-udp":
      return playRtsp(order, "udp");
  }
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
      if (type !== MESSAGE_TYPE.VIDEO) continue;
      hasPicture = reportPicture(pictureStamp(payload), order) || hasPicture;
    }
  }
  if (connection !== undefined) await drain(connection, order.onBytes);
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
      hasPicture = reportPicture(pictureStamp(tag.body), order) || hasPicture;
    }
  }
  await drain(connection, order.onBytes);
}
