import type { ByteStream } from "../../_transport/byte_stream.ts";
import { type HttpRequestHead, writeHttpHead } from "../message/http_message.ts";
import { tunnelHalf, writeTunnelResponse } from "./tunnel.ts";
import type { Tunnels, TunnelStream } from "./tunnels.ts";

/** Serves RTSP over a stream until it ends. */
export type ServeRtsp = (stream: ByteStream) => Promise<unknown>;

/**
 * Serves a connection to the RTSP port that began with HTTP: one half of a tunnel, or nothing that is
 * served here.
 */
export async function serveHttpConnection(
  head: HttpRequestHead,
  stream: ByteStream,
  tunnels: Tunnels,
  serve: ServeRtsp,
): Promise<void> {
  const half = tunnelHalf(head);
  if (half === undefined) return await refuse(stream, "404 Not Found");
  if (half.direction === "up") {
    if (!await attach(half.cookie, head.rest, stream, tunnels)) {
      await refuse(stream, "503 Service Unavailable");
    }
    return;
  }
  const tunnel = tunnels.open(half.cookie, stream);
  if (tunnel === undefined) return await refuse(stream, "503 Service Unavailable");
  stream.post(writeTunnelResponse());
  await serveTunnel(tunnel, serve);
}

async function refuse(stream: ByteStream, status: string): Promise<void> {
  stream.post(writeHttpHead(`HTTP/1.1 ${status}`, [["Connection", "close"]]));
  await stream.closeWhenSent();
}

/** Serves what comes through a tunnel, until either side ends it. */
export async function serveTunnel(tunnel: TunnelStream, serve: ServeRtsp): Promise<void> {
  // Nothing that is read comes up the GET but its end: live555 sends its receiver reports there.
  const ended = untilEnd(tunnel.down).then(() => tunnel.close());
  await serve(tunnel);
  tunnel.close();
  await ended;
}

async function untilEnd(stream: ByteStream): Promise<void> {
  while (await stream.read() !== undefined);
}

/** Keeps a POST for as long as its tunnel reads from it; `false` when there is no such tunnel. */
async function attach(
  cookie: string,
  rest: Uint8Array,
  stream: ByteStream,
  tunnels: Tunnels,
): Promise<boolean> {
  let first: Uint8Array | undefined = rest;
  return await tunnels.serve(cookie, {
    async read() {
      const text = first ?? await stream.read();
      first = undefined;
      return text;
    },
    close: () => stream.close(),
  });
}
