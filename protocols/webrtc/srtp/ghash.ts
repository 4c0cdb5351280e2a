/**
 * GHASH, the universal hash of GCM (NIST SP 800-38D sections 6.3 and 6.4).
 *
 * Written here because a call of `node:crypto` for one packet costs more than its hash does: see
 * `scripts/bench/srtp.ts`. A table that is read at places which depend on the data can be told by its
 * timing, which no JavaScript could prevent. Here that is acceptable: the hash is only made of what is
 * sent, never to judge what a peer sends, its key lives as long as one session, and nobody chooses what
 * is hashed and sees the time of it alone.
 *
 * @module
 */

const BLOCK_SIZE = 16;

/** The reduction polynomial 1 + x + x^2 + x^7 (+ x^128); the leftmost bit is that of x^0 (section 6.3). */
const REDUCTION = 0xe1000000;

/** Bytes of one table: a product for each value of a byte. */
const TABLE_SIZE = 256 * BLOCK_SIZE;

/** One table for each byte of a 32-bit word; 16 KiB of them are still at home in the first cache. */
const TABLES = 4;

/**
 * Hashes with one subkey.
 *
 * Multiplies by words, the one of the highest powers first: what is there times x^32, which takes one
 * fold of 32 bits, plus the word times the subkey, which is read from the tables.
 */
export class Ghash {
  /** Its words are little-endian, which costs no swap on the machines that there are. */
  readonly #products: DataView;
  readonly #partial = new Uint8Array(BLOCK_SIZE);
  readonly #partialView = new DataView(this.#partial.buffer);
  #y0 = 0;
  #y1 = 0;
  #y2 = 0;
  #y3 = 0;

  /** @param subkey 16 bytes: a block of zeros, encrypted */
  constructor(subkey: Uint8Array) {
    this.#products = multiply(subkey);
  }

  /** Begins a new hash. */
  start(): void {
    this.#y0 = 0;
    this.#y1 = 0;
    this.#y2 = 0;
    this.#y3 = 0;
  }

  /** Takes in bytes, filled up with zeros to whole blocks. */
  update(data: DataView, start: number, end: number): void {
    const whole = start + (end - start & -BLOCK_SIZE);
    this.#blocks(data, start, whole);
    if (whole === end) return;
    this.#partial.fill(0);
    for (let at = whole; at < end; at++) this.#partial[at - whole] = data.getUint8(at);
    this.#blocks(this.#partialView, 0, BLOCK_SIZE);
  }

  /** Takes in the lengths in bytes (section 7.1, step 5) and writes the hash, XORed with `mask`. */
  finish(dataSize: number, textSize: number, batch: DataView, mask: number, target: number): void {
    this.#partial.fill(0);
    this.#partialView.setUint32(4, 8 * dataSize);
    this.#partialView.setUint32(12, 8 * textSize);
    this.#blocks(this.#partialView, 0, BLOCK_SIZE);
    batch.setInt32(target, this.#y0 ^ batch.getInt32(mask));
    batch.setInt32(target + 4, this.#y1 ^ batch.getInt32(mask + 4));
    batch.setInt32(target + 8, this.#y2 ^ batch.getInt32(mask + 8));
    batch.setInt32(target + 12, this.#y3 ^ batch.getInt32(mask + 12));
  }

  /** Section 6.4; all in one function and in locals, which makes it several times as fast. */
  #blocks(data: DataView, start: number, end: number): void {
    const t = this.#products;
    let y0 = this.#y0;
    let y1 = this.#y1;
    let y2 = this.#y2;
    let y3 = this.#y3;
    for (let at = start; at < end; at += BLOCK_SIZE) {
      y0 ^= data.getInt32(at);
      y1 ^= data.getInt32(at + 4);
      y2 ^= data.getInt32(at + 8);
      y3 ^= data.getInt32(at + 12);
      let z0 = 0;
      let z1 = 0;
      let z2 = 0;
      let z3 = 0;
      for (let word = 3; word >= 0; word--) {
        const y = word === 3 ? y3 : word === 2 ? y2 : word === 1 ? y1 : y0;
        const a = y >>> 20 & 0xff0;
        const b = y >>> 12 & 0xff0 | TABLE_SIZE;
        const c = y >>> 4 & 0xff0 | 2 * TABLE_SIZE;
        const d = y << 4 & 0xff0 | 3 * TABLE_SIZE;
        const over = z3;
        z3 = z2 ^ t.getInt32(a + 12, true) ^ t.getInt32(b + 12, true) ^
          t.getInt32(c + 12, true) ^ t.getInt32(d + 12, true);
        z2 = z1 ^ t.getInt32(a + 8, true) ^ t.getInt32(b + 8, true) ^
          t.getInt32(c + 8, true) ^ t.getInt32(d + 8, true);
        z1 = z0 ^ over << 31 ^ over << 30 ^ over << 25 ^
          t.getInt32(a + 4, true) ^ t.getInt32(b + 4, true) ^
          t.getInt32(c + 4, true) ^ t.getInt32(d + 4, true);
        z0 = over ^ over >>> 1 ^ over >>> 2 ^ over >>> 7 ^
          t.getInt32(a, true) ^ t.getInt32(b, true) ^ t.getInt32(c, true) ^ t.getInt32(d, true);
      }
      y0 = z0;
      y1 = z1;
      y2 = z2;
      y3 = z3;
    }
    this.#y0 = y0;
    this.#y1 = y1;
    this.#y2 = y2;
    this.#y3 = y3;
  }
}

/** All products of the subkey with one byte, for each place that it may have in a word. */
function multiply(subkey: Uint8Array): DataView {
  const products = new DataView(new ArrayBuffer(TABLES * TABLE_SIZE));
  const power = new DataView(subkey.slice().buffer);
  for (let table = 0; table < TABLES * TABLE_SIZE; table += TABLE_SIZE) {
    for (let bit = 0x80; bit > 0; bit >>= 1) {
      fillProducts(products, table, bit, power);
      timesX(power);
    }
  }
  return products;
}

/** Products of all bytes whose lowest set bit is `bit`: each that of the bits above, plus the power. */
function fillProducts(products: DataView, table: number, bit: number, power: DataView): void {
  for (let value = bit; value < 256; value += 2 * bit) {
    const target = table + BLOCK_SIZE * value;
    const rest = table + BLOCK_SIZE * (value - bit);
    for (let at = 0; at < BLOCK_SIZE; at += 4) {
      const sum = products.getInt32(rest + at, true) ^ power.getInt32(at);
      products.setInt32(target + at, sum, true);
    }
  }
}

/** Multiplies by x in place: a shift to the right (section 6.3). */
function timesX(power: DataView): void {
  const over = power.getUint8(BLOCK_SIZE - 1) & 1;
  for (let at = BLOCK_SIZE - 4; at > 0; at -= 4) {
    power.setInt32(at, power.getInt32(at) >>> 1 | power.getInt32(at - 4) << 31);
  }
  power.setInt32(0, power.getInt32(0) >>> 1 ^ (over === 1 ? REDUCTION : 0));
}
