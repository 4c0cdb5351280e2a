import { PACKET_SIZE, SYNC_BYTE } from "../../_formats/mpegts/packet.ts";

/** Bytes from one packet to the next: bare, with the time stamp of M2TS before it, with a code behind. */
const STRIDES = [188, 192, 204] as const;

/** Bytes before the sync byte of a packet of M2TS. */
const TIMESTAMP_BYTES = 4;

/** Sync bytes in a row that only a transport stream has. */
const SYNC_RUN = 5;

/** Bytes of a file that tell whether and where packets of MPEG-TS begin. */
export const TRANSPORT_HEAD_BYTES = 204 * (SYNC_RUN + 1);

/**
 * Where the first whole packet of a transport stream begins, whose recording may have begun in the middle
 * of one; `undefined` for what is none.
 */
export function transportStart(head: Uint8Array): number | undefined {
  for (const stride of STRIDES) {
    for (let at = 0; at < stride; at++) {
      if (!isRun(head, at, stride)) continue;
      const before = stride === PACKET_SIZE + TIMESTAMP_BYTES ? TIMESTAMP_BYTES : 0;
      return at < before ? at - before + stride : at - before;
    }
  }
  return undefined;
}

/** Whether sync bytes stand `stride` apart from `at` on; in a file of fewer packets, as far as it goes. */
function isRun(head: Uint8Array, at: number, stride: number): boolean {
  for (let packet = 0; packet < SYNC_RUN; packet++) {
    const byte = head[at + packet * stride];
    if (byte === undefined && packet > 1 && at <= TIMESTAMP_BYTES) return true;
    if (byte !== SYNC_BYTE) return false;
  }
  return true;
}
