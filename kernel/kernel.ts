/**
 * The inner loops of the erasure code in AssemblyScript: matrix products over GF(2⁸), sixteen bytes at a time.
 * docs/protocol.md says what is computed; src/core/fec/port.ts says where in the memory it stands. `npm run kernel`
 * builds this file into src/core/fec/kernel-code.ts.
 *
 * A product with a constant is linear in the bits, so it is the sum of the products of both half-bytes, and those
 * are look-ups in a table of sixteen. The relaxed swizzle is defined for indices below 16, and no other ever
 * occurs here; it is one instruction where the plain one takes two more to treat large indices (1.5 times as fast).
 */

/** For each constant c: the sixteen products c·n, then the sixteen c·16n. 256 × 32 bytes from address 0 on. */
const TABLES: usize = 0;
/** x⁸ + x⁴ + x³ + x² + 1. */
const POLYNOMIAL: i32 = 0x11d;
const LOW: v128 = i8x16.splat(15);

/** Fills the tables. To be called once, before anything else. */
export function prepare(): void {
  for (let c = 0; c < 256; c++) {
    for (let n = 0; n < 16; n++) {
      store<u8>(TABLES + c * 32 + n, product(c, n));
      store<u8>(TABLES + c * 32 + 16 + n, product(c, n << 4));
    }
  }
}

function product(a: i32, b: i32): i32 {
  let sum = 0;
  for (; b !== 0; b >>= 1) {
    if (b & 1) sum ^= a;
    a <<= 1;
    if (a & 0x100) a ^= POLYNOMIAL;
  }
  return sum;
}

/**
 * destination[d] ^= Σ coefficients[d][s] · source[s]. Rows follow each other at `stride` bytes, a multiple of 64;
 * coefficients at `sourceCount` bytes a row. Four destinations at a time share the loads and splits of the sources
 * and stay in registers for a whole column, where one destination alone costs half as much again.
 */
export function multiplyAdd(
  destination: usize,
  destinationCount: usize,
  source: usize,
  sourceCount: usize,
  coefficients: usize,
  stride: usize,
): void {
  let left = destinationCount;
  for (; left >= 4; left -= 4) {
    four(destination, source, coefficients, sourceCount, stride);
    destination += 4 * stride;
    coefficients += 4 * sourceCount;
  }
  for (; left > 0; left--) {
    one(destination, source, coefficients, sourceCount, stride);
    destination += stride;
    coefficients += sourceCount;
  }
}

function low(c: usize, s: usize): v128 {
  return v128.load(TABLES + (usize(load<u8>(c + s)) << 5));
}
function high(c: usize, s: usize): v128 {
  return v128.load(TABLES + (usize(load<u8>(c + s)) << 5), 16);
}
/** acc ^ c·x, where l and h are the tables of c, and n and m the low and high half-bytes of x. */
function add(acc: v128, l: v128, n: v128, h: v128, m: v128): v128 {
  return v128.xor(acc, v128.xor(i8x16.relaxed_swizzle(l, n), i8x16.relaxed_swizzle(h, m)));
}

/** Four destinations, 32 bytes of each at a time. */
function four(destination: usize, source: usize, c0: usize, sourceCount: usize, stride: usize): void {
  const c1 = c0 + sourceCount;
  const c2 = c1 + sourceCount;
  const c3 = c2 + sourceCount;
  for (let at: usize = 0; at < stride; at += 32) {
    const d0 = destination + at;
    const d1 = d0 + stride;
    const d2 = d1 + stride;
    const d3 = d2 + stride;
    let a0 = v128.load(d0);
    let b0 = v128.load(d0, 16);
    let a1 = v128.load(d1);
    let b1 = v128.load(d1, 16);
    let a2 = v128.load(d2);
    let b2 = v128.load(d2, 16);
    let a3 = v128.load(d3);
    let b3 = v128.load(d3, 16);
    let from = source + at;
    for (let s: usize = 0; s < sourceCount; s++) {
      const x = v128.load(from);
      const y = v128.load(from, 16);
      const xn = v128.and(x, LOW);
      const xm = v128.and(i64x2.shr_u(x, 4), LOW);
      const yn = v128.and(y, LOW);
      const ym = v128.and(i64x2.shr_u(y, 4), LOW);
      let l = low(c0, s);
      let h = high(c0, s);
      a0 = add(a0, l, xn, h, xm);
      b0 = add(b0, l, yn, h, ym);
      l = low(c1, s);
      h = high(c1, s);
      a1 = add(a1, l, xn, h, xm);
      b1 = add(b1, l, yn, h, ym);
      l = low(c2, s);
      h = high(c2, s);
      a2 = add(a2, l, xn, h, xm);
      b2 = add(b2, l, yn, h, ym);
      l = low(c3, s);
      h = high(c3, s);
      a3 = add(a3, l, xn, h, xm);
      b3 = add(b3, l, yn, h, ym);
      from += stride;
    }
    v128.store(d0, a0);
    v128.store(d0, b0, 16);
    v128.store(d1, a1);
    v128.store(d1, b1, 16);
    v128.store(d2, a2);
    v128.store(d2, b2, 16);
    v128.store(d3, a3);
    v128.store(d3, b3, 16);
  }
}

/** One destination, 64 bytes at a time. */
function one(
  destination: usize,
  source: usize,
  coefficients: usize,
  sourceCount: usize,
  stride: usize,
): void {
  for (let at: usize = 0; at < stride; at += 64) {
    const d = destination + at;
    let a0 = v128.load(d);
    let a1 = v128.load(d, 16);
    let a2 = v128.load(d, 32);
    let a3 = v128.load(d, 48);
    let from = source + at;
    for (let s: usize = 0; s < sourceCount; s++) {
      const l = low(coefficients, s);
      const h = high(coefficients, s);
      const x0 = v128.load(from);
      const x1 = v128.load(from, 16);
      const x2 = v128.load(from, 32);
      const x3 = v128.load(from, 48);
      a0 = add(a0, l, v128.and(x0, LOW), h, v128.and(i64x2.shr_u(x0, 4), LOW));
      a1 = add(a1, l, v128.and(x1, LOW), h, v128.and(i64x2.shr_u(x1, 4), LOW));
      a2 = add(a2, l, v128.and(x2, LOW), h, v128.and(i64x2.shr_u(x2, 4), LOW));
      a3 = add(a3, l, v128.and(x3, LOW), h, v128.and(i64x2.shr_u(x3, 4), LOW));
      from += stride;
    }
    v128.store(d, a0);
    v128.store(d, a1, 16);
    v128.store(d, a2, 32);
    v128.store(d, a3, 48);
  }
}
