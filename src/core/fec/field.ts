/** Single products in GF(2⁸) with the polynomial 0x11D; long rows are the kernel's. */

export const POLYNOMIAL = 0x11d;
const ORDER = 255;
/** 2 generates the field: EXP[i] = 2^i, twice over so that a sum of two logarithms needs no reduction. */
const EXP = new Uint8Array(2 * ORDER);
const LOG = new Uint8Array(256);

let power = 1;
for (let i = 0; i < ORDER; i++) {
  EXP[i] = power;
  EXP[i + ORDER] = power;
  LOG[power] = i;
  power <<= 1;
  if (power > 255) power ^= POLYNOMIAL;
}

export function multiply(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return EXP[(LOG[a] as number) + (LOG[b] as number)] as number;
}

/** The inverse of a byte that is not 0. */
export function inverse(a: number): number {
  return EXP[ORDER - (LOG[a] as number)] as number;
}
