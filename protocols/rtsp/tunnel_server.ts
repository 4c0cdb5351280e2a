import type { ByteStream } from "../_transport/byte_stream.ts";
import { RtspHeaderError } from "./errors.ts";
import { type HttpRequestHead, writeHttpHead } from "./http_message.ts";
import { type TunnelHalf, tunnelHalf, writeTunnelResponse } from "./tunnel.ts";
import type { Tunnels } from "./tunnels.ts";

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
  const half = halfOf(head);
  if (half === undefined) return await refuse(stream, "404 Not Found");
  if (half === "invalid") return await refuse(stream, "400 Bad Request");
  const isDone = half.direction === "down"
    ? await serveTunnel(half.cookie, stream, tunnels, serve)
    : await attach(half.cookie, head.rest, stream, tunnels);
  if (!isDone) await refuse(stream, "503 Service Unavailable");
}

function halfOf(head: HttpRequestHead): TunnelHalf | "invalid" | undefined {
  try {
    return tunnelHalf(head);
  } catch (error) {
    if (error instanceof RtspHeaderError) return "invalid";
    throw error;
  }
}

async function refuse(stream: ByteStream, status: string): Promise<void> {
  stream.post(writeHttpHead(`HTTP/1.1 ${status}`, [["Connection", "close"]]));
  await stream.closeWhenSent();
}

/** Serves what comes through a tunnel; `false` when it cannot be opened. */
async function serveTunnel(
  cookie: string,
  stream: ByteStream,
  tunnels: Tunnels,
  serve: ServeRtsp,
): Promise<boolean> {
  const tunnel = tunnels.open(cookie, stream);
  if (tunnel === undefined) return false;
  stream.post(writeTunnelResponse());
  // Nothing comes in this direction but the end.
  const ended = untilEnd(stream).then(() => tunnel.close());
  await serve(tunnel);
  tunnels.close(cookie);
  await ended;
  return true;
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
  const ended = Promise.withResolvers<void>();
  let first: Uint8Array | undefined = rest;
  const isTaken = tunnels.attach(cookie, {
    async read() {
      const text = first ?? await stream.read();
      first = undefined;
      if (text === undefined) ended.resolve();
      return text;
    },
    close: () => {
      stream.close();
      ended.resolve();
    },
  });
  if (isTaken) await ended.promise;
  return isTaken;
}
