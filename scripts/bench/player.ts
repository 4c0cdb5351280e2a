import { systemClock } from "../../registry/clock.ts";
import type { Demuxer } from "../../protocols/_formats/demux/events.ts";
import { FlvReader } from "../../protocols/_formats/flv/reader.ts";
import { Mp4Demuxer } from "../../protocols/_formats/mp4/demuxer.ts";
import { TsDemuxer } from "../../protocols/_formats/mpegts/demuxer.ts";
import { denoTransport } from "../../protocols/_transport/deno_transport.ts";
import type { Connection } from "../../protocols/_transport/transport.ts";
import { RtmpClient } from "../../protocols/rtmp/client.ts";
import { MESSAGE_TYPE } from "../../protocols/rtmp/message.ts";
import { parseRtmpUrl } from "../../protocols/rtmp/url.ts";
import { BodyReader } from "./body_reader.ts";
import { pictureStamp, unitStamp } from "./media.ts";
import { drain, type PlayerOrder, reportPicture } from "./player_order.ts";
import { playRtsp } from "./rtsp_player.ts";
import { playWhep } from "./whep_player.ts";

const READ_BYTES = 64 * 1024;

/** Plays until the connection ends. @throws {Error} when it never begins. */
export function play(order: PlayerOrder): Promise<void> {
  switch (order.protocol) {
    case "rtmp":
      return playRtmp(order);
    case "flv":
      return playHttp(order, flvStamps());
    case "ts":
      return playHttp(order, unitStamps(new TsDemuxer()));
    case "mp4":
      return playHttp(order, unitStamps(new Mp4Demuxer()));
    case "rtsp-tcp":
      return playRtsp(order, "tcp");
    case "rtsp-udp":
      return playRtsp(order, "udp");
    case "whep":
      return playWhep(order);
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

/** Takes bytes of a container, and gives the stamp of each thing that they complete. */
type ReadStamps = (bytes: Uint8Array) => readonly (number | undefined)[];

function flvStamps(): ReadStamps {
  const flv = new FlvReader();
  return (bytes) => flv.feed(bytes).map(({ body }) => pictureStamp(body));
}

function unitStamps(demuxer: Demuxer): ReadStamps {
  return (bytes) =>
    demuxer.push(bytes).map((event) => event.type === "unit" ? unitStamp(event.unit) : undefined);
}

async function playHttp(order: PlayerOrder, readStamps: ReadStamps): Promise<void> {
  const { hostname, port, pathname, search, host } = order.url;
  const connection = await denoTransport.connect({ host: hostname, port: Number(port) });
  order.signal.addEventListener("abort", () => connection.close(), { once: true });
  const request = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const body = new BodyReader();
  for (let hasPicture = false; order.isProbe || !hasPicture;) {
    const buffer = new Uint8Array(READ_BYTES);
    const count = await connection.read(buffer);
    if (count === undefined) return;
    order.onBytes(count);
    for (const stamp of body.feed(buffer.subarray(0, count)).flatMap(readStamps)) {
      hasPicture = reportPicture(stamp, order) || hasPicture;
    }
  }
  await drain(connection, order.onBytes);
}
