/** Bytes of an RTCP packet that stay readable: its first header, with the SSRC of the sender. */
export const RTCP_CLEAR_SIZE = 8;

/** Bytes of flag and index behind the packet (RFC 3711 section 3.4). */
export const SRTCP_INDEX_SIZE = 4;

/** Says that the packet is encrypted, before the index. */
const ENCRYPTED = 0x80000000;

const SSRC_AT = 4;

export interface SrtcpWord {
  readonly isEncrypted: boolean;
  /** 31 bits. */
  readonly index: number;
}

/** Reads the word of flag and index. */
export function readSrtcpWord(packet: Uint8Array, offset: number): SrtcpWord {
  const word = uint32At(packet, offset);
  return { isEncrypted: word >= ENCRYPTED, index: word % ENCRYPTED };
}

/** Writes the word of flag and index, as that of an encrypted packet. */
export function writeSrtcpWord(target: Uint8Array, offset: number, index: number): void {
  new DataView(target.buffer, target.byteOffset).setUint32(offset, ENCRYPTED + index);
}

/** The SSRC that an RTCP packet is sent by. */
export function rtcpSsrc(packet: Uint8Array): number {
  return uint32At(packet, SSRC_AT);
}

function uint32At(packet: Uint8Array, offset: number): number {
  return new DataView(packet.buffer, packet.byteOffset, packet.byteLength).getUint32(offset);
}
