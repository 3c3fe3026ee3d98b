/**
 * The erasure code in the plainest form that is still right: what the tests hold the kernel, the encoder and the
 * decoder against. Slow: a few table look-ups a byte.
 */
import type { Bytes } from '../../base/bytes.ts';
import { groupSeed, groupSize, repairBytes, repairKey, symbolOf, writeCoefficients } from './code.ts';
import type { BlockCode } from './code.ts';
import { inverse, multiply } from './field.ts';
import { COEFFICIENTS_AT, DESTINATIONS_AT, SOURCES_AT } from './port.ts';
import type { FecKernel } from './port.ts';
import { KERNEL_PAGES } from './limits.ts';

/** destination ^= constant · source, over the shorter of both. */
export function multiplyAddReference(destination: Bytes, constant: number, source: Bytes): void {
  const length = Math.min(destination.length, source.length);
  for (let i = 0; i < length; i++) {
    destination[i] = (destination[i] as number) ^ multiply(constant, source[i] as number);
  }
}

/** The port without WebAssembly. */
export function createReferenceKernel(): FecKernel {
  const memory = new Uint8Array(KERNEL_PAGES * 65_536);
  return {
    memory,
    multiplyAdd(destinationCount, sourceCount, stride) {
      for (let d = 0; d < destinationCount; d++) {
        const row = memory.subarray(DESTINATIONS_AT + d * stride, DESTINATIONS_AT + (d + 1) * stride);
        for (let s = 0; s < sourceCount; s++) {
          const constant = memory[COEFFICIENTS_AT + d * sourceCount + s] as number;
          multiplyAddReference(row, constant, memory.subarray(SOURCES_AT + s * stride));
        }
      }
    },
  };
}

/** All coefficients of a repair symbol, in the order of the group. */
export function coefficientsReference(code: BlockCode, group: number, id: number): Bytes {
  const places = Array.from({ length: groupSize(code, group) }, (_, place) => place);
  const row = new Uint8Array(places.length);
  writeCoefficients(repairKey(groupSeed(code, group), id), places, 0, places.length, row, 0);
  return row;
}

export function repairReference(code: BlockCode, group: number, id: number, block: Bytes): Bytes {
  const payload = new Uint8Array(repairBytes(code, group));
  coefficientsReference(code, group, id).forEach((coefficient, place) => {
    multiplyAddReference(payload, coefficient, symbolOf(code, block, group + place * code.groupCount));
  });
  return payload;
}

/** One received symbol as an equation over all source symbols of a group. */
export interface Equation {
  readonly coefficients: Bytes;
  readonly value: Bytes;
}

/** Gauss–Jordan over the whole group: its symbols, or how many independent equations are still needed. */
export function solveReference(size: number, equations: readonly Equation[]): Bytes[] | number {
  const rows = equations.map(({ coefficients, value }) => ({ a: coefficients.slice(), y: value.slice() }));
  let rank = 0;
  for (let column = 0; column < size; column++) {
    const found = rows.findIndex((row, index) => index >= rank && row.a[column] !== 0);
    if (found < 0) continue;
    const pivot = rows.splice(found, 1)[0] as (typeof rows)[number];
    const scale = inverse(pivot.a[column] as number);
    const a = pivot.a.map((byte) => multiply(byte, scale));
    const y = pivot.y.map((byte) => multiply(byte, scale));
    for (const row of rows) {
      const factor = row.a[column] as number;
      multiplyAddReference(row.a, factor, a);
      multiplyAddReference(row.y, factor, y);
    }
    rows.splice(rank++, 0, { a, y });
  }
  return rank < size ? size - rank : rows.slice(0, size).map(({ y }) => y);
}
