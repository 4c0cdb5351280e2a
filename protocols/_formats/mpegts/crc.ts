const POLYNOMIAL = 0x04c11db7;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? crc << 1 ^ POLYNOMIAL : crc << 1;
  return crc;
});

/**
 * The CRC of sections (ISO/IEC 13818-1 annex A), as an unsigned number. Of a section with its own CRC
 * behind it, it is 0.
 */
export function crc32(data: Uint8Array): number {
  let crc = -1;
  for (const byte of data) crc = crc << 8 ^ (TABLE[crc >>> 24 ^ byte] ?? 0);
  return crc >>> 0;
}
