/**
 * The tables that JPEG in RTP does not carry (RFC 2435 appendices A and B, from ITU-T T.81 annex K).
 *
 * @module
 */

/** Quantizers of a quality of 50, in zigzag order. */
const LUMA_QUANTIZERS = Uint8Array.fromHex(
  "100b0c0e0c0a100e0d0e1211101318281a181616183123251d283a333d3c3933" +
    "383740485c4e404457453738506d51575f626768673e4d71797064785c656763",
);
const CHROMA_QUANTIZERS = Uint8Array.fromHex(
  "1112121815182f1a1a2f63423842" + "63".repeat(50),
);

/** One entry of a Huffman table segment: class and id, the counts by code length, the values. */
export const HUFFMAN_TABLES: readonly Uint8Array[] = [
  "00" + "00010501010101010100000000000000" + "000102030405060708090a0b",
  "01" + "00030101010101010101010000000000" + "000102030405060708090a0b",
  "10" + "0002010303020403050504040000017d" +
  "01020300041105122131410613516107227114328191a1082342b1c11552d1f0" +
  "2433627282090a161718191a25262728292a3435363738393a43444546474849" +
  "4a535455565758595a636465666768696a737475767778797a83848586878889" +
  "8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5" +
  "c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8" +
  "f9fa",
  "11" + "00020102040403040705040400010277" +
  "000102031104052131061241510761711322328108144291a1b1c109233352f0" +
  "156272d10a162434e125f11718191a262728292a35363738393a434445464748" +
  "494a535455565758595a636465666768696a737475767778797a828384858687" +
  "88898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3" +
  "c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8" +
  "f9fa",
].map((digits) => Uint8Array.fromHex(digits));

/** Qualities that stand for a scale of the tables above (section 4.2). */
export const MAX_SCALED_QUALITY = 99;

/** The tables of luma and chroma for a quality of 1 to {@linkcode MAX_SCALED_QUALITY}. */
export function scaledQuantizers(quality: number): readonly Uint8Array[] {
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  return [LUMA_QUANTIZERS, CHROMA_QUANTIZERS].map((table) =>
    table.map((value) => Math.min(255, Math.max(1, Math.floor((value * scale + 50) / 100))))
  );
}
