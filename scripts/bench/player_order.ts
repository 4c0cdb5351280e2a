import type { Connection } from "../../protocols/_transport/transport.ts";
import type { PlayProtocol } from "./servers.ts";

/** What one player is told, and what it is to do. */
export interface PlayerOrder {
  readonly url: URL;
  readonly protocol: PlayProtocol;
  /** Reads every frame to the end; other players only count bytes after their first picture. */
  readonly isProbe: boolean;
  readonly signal: AbortSignal;
  readonly onBytes: (count: number) => void;
  /** Called for each picture that is read, with its age in milliseconds. */
  readonly onPicture: (latencyMs: number) => void;
  /** Called for each RTP packet in a datagram: how many were lost before it, -1 when it was late. */
  readonly onPacket: (count: number) => void;
}

/** All players that only count read into the same memory: nobody looks at what they read. */
const DRAIN = new Uint8Array(256 * 1024);

/** Tells of a picture that was sent at `stamp`; says whether there is one. */
export function reportPicture(stamp: number | undefined, { onPicture }: PlayerOrder): boolean {
  if (stamp !== undefined) onPicture(performance.now() - stamp);
  return stamp !== undefined;
}

/** Counts what comes, to the end. */
export async function drain(
  connection: Connection,
  onBytes: (count: number) => void,
): Promise<void> {
  for (;;) {
    const count = await connection.read(DRAIN);
    if (count === undefined) return;
    onBytes(count);
  }
}
