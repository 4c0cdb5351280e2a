import type { Clock } from "../../registry/clock.ts";
import { RegistryClosedError, RegistryError } from "../../registry/errors.ts";
import type { Logger } from "../protocol.ts";
import type { LiveViewer } from "./live_container.ts";
import type { Seat } from "./viewers.ts";

/** Bytes that a socket may hold before its viewer is left to fall behind in the registry. */
const MAX_BUFFERED_BYTES = 1 << 20;

/** A WebSocket has no event for "drained": a full one is looked at this often. */
const RECHECK_MS = 20;

/** What a close frame can carry of a reason, RFC 6455 section 5.5. */
const MAX_REASON_BYTES = 123;

/** Close codes of RFC 6455 section 7.4.1 and of the IANA registry that it set up. */
const CLOSE = { normal: 1000, goingAway: 1001, failed: 1011, tryLater: 1013 } as const;

interface CloseFrame {
  readonly code: typeof CLOSE[keyof typeof CLOSE];
  readonly reason: string;
}

/**
 * Sends a live stream over a WebSocket that is about to open: the headers in the first message, then
 * one binary message per batch, and a `LiveInit` as JSON in a text message. Leaves the seat when
 * either side ends it.
 */
export function sendLive(
  socket: WebSocket,
  viewer: LiveViewer,
  seat: Seat,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): void {
  const fields = { stream: seat.reader.name, remote: seat.reader.peer.remote };
  socket.onopen = async () => {
    const { code, reason } = await pump(socket, viewer, seat, clock);
    if (code !== CLOSE.normal) log.info("viewer was cut", { ...fields, reason });
    if (socket.readyState === WebSocket.OPEN) socket.close(code, fitReason(reason));
  };
  socket.onclose = () => seat.leave();
  socket.onerror = () => seat.leave();
}

/** Sends until one side ends it, and says how to close. */
async function pump(
  socket: WebSocket,
  viewer: LiveViewer,
  seat: Seat,
  clock: Clock,
): Promise<CloseFrame> {
  try {
    for (;;) {
      const pieces = await viewer.next();
      if (pieces === undefined || socket.readyState !== WebSocket.OPEN) break;
      for (const piece of pieces) {
        socket.send(piece instanceof Uint8Array ? piece : JSON.stringify(piece));
      }
      await drained(socket, seat.reader.signal, clock);
    }
    return { code: CLOSE.normal, reason: "the stream has ended" };
  } catch (error) {
    return closeFrameOf(error);
  } finally {
    seat.leave();
  }
}

/** Waits until the peer has taken enough. The registry's bound for stalled readers bounds it. */
function drained(socket: WebSocket, signal: AbortSignal, clock: Clock): Promise<void> {
  if (socket.bufferedAmount <= MAX_BUFFERED_BYTES || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const check = () => {
      if (socket.bufferedAmount <= MAX_BUFFERED_BYTES) finish();
      else cancel = clock.schedule(RECHECK_MS, check);
    };
    let cancel = clock.schedule(RECHECK_MS, check);
    const finish = () => {
      cancel();
      socket.removeEventListener("close", finish);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    socket.addEventListener("close", finish);
    signal.addEventListener("abort", finish);
  });
}

function closeFrameOf(error: unknown): CloseFrame {
  if (error instanceof RegistryClosedError) return { code: CLOSE.goingAway, reason: error.message };
  if (!(error instanceof RegistryError)) {
    return { code: CLOSE.failed, reason: "the stream cannot be sent" };
  }
  return { code: CLOSE.tryLater, reason: error.message };
}

function fitReason(reason: string): string {
  const bytes = new Uint8Array(MAX_REASON_BYTES);
  return reason.slice(0, new TextEncoder().encodeInto(reason, bytes).read);
}
