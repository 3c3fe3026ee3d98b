import { equalBytes } from '../../base/bytes.ts';
import { expect, it } from 'vitest';
import { seededRandom } from '../../base/prng.ts';
import { inverse, multiply } from './field.ts';
import { createKernel } from './kernel.ts';
import { PASS_DESTINATIONS_MAX, PASS_SOURCES_MAX, SLICE_WORK_BYTES, STRIDE_BYTES_MAX } from './limits.ts';
import { COEFFICIENTS_AT, DESTINATIONS_AT, SOURCES_AT, strideFor } from './port.ts';
import { Product } from './product.ts';
import { createReferenceKernel, multiplyAddReference } from './reference.ts';

const kernel = createKernel();
const random = seededRandom(7);
const randomBytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.below(256));

it('the field has inverses, and multiplies like polynomials', () => {
  for (let a = 1; a < 256; a++) expect(multiply(a, inverse(a))).toBe(1);
  expect(multiply(0x80, 2)).toBe(0x1d);
  expect(multiply(0, 77)).toBe(0);
});

it('multiplies every byte by every constant as the reference does', () => {
  const source = Uint8Array.from({ length: 256 }, (_, value) => value);
  for (let constant = 0; constant < 256; constant++) {
    const expected = randomBytes(256);
    const destination = expected.slice();
    multiplyAddReference(expected, constant, source);
    new Product(kernel, {
      rowBytes: 256,
      destinations: [destination],
      sources: [source],
      coefficients: (_d, _s, _count, into, at) => void (into[at] = constant),
    }).step(1);
    expect(destination).toEqual(expected);
  }
});

it('every number of rows gives what the reference kernel gives, and touches nothing else', () => {
  const reference = createReferenceKernel();
  for (const stride of [64, 576, STRIDE_BYTES_MAX]) {
    for (const [destinations, sources] of [
      [1, 1],
      [3, 64],
      [4, 2],
      [5, 17],
      [7, 1],
      [PASS_DESTINATIONS_MAX, 5],
    ] as const) {
      kernel.memory.set(randomBytes(kernel.memory.length - COEFFICIENTS_AT), COEFFICIENTS_AT);
      reference.memory.set(kernel.memory);
      kernel.multiplyAdd(destinations, sources, stride);
      reference.multiplyAdd(destinations, sources, stride);
      expect(equalBytes(kernel.memory, reference.memory)).toBe(true);
    }
  }
});

it('refuses more than a pass holds', () => {
  expect(() => kernel.multiplyAdd(1, 1, 100)).toThrow('one pass');
  expect(() => kernel.multiplyAdd(PASS_DESTINATIONS_MAX + 1, 1, STRIDE_BYTES_MAX)).toThrow('one pass');
  expect(() => kernel.multiplyAdd(1, PASS_SOURCES_MAX + 1, STRIDE_BYTES_MAX)).toThrow('one pass');
  expect(() => kernel.multiplyAdd(128, 64, 64)).toThrow('one pass');
  expect(SOURCES_AT + PASS_SOURCES_MAX * STRIDE_BYTES_MAX).toBe(DESTINATIONS_AT);
  expect(PASS_SOURCES_MAX * PASS_DESTINATIONS_MAX * STRIDE_BYTES_MAX).toBe(SLICE_WORK_BYTES);
});

it('rows of odd lengths at odd offsets, in numbers that no pass divides, and in slices of any size', () => {
  for (const length of [1, 2, 15, 16, 17, 63, 64, 65, 535, 1455, 1460]) {
    const sourceCount = 1 + random.below(150);
    const destinationCount = 1 + random.below(70);
    const field = randomBytes(length * sourceCount + 3);
    const sources = Array.from({ length: sourceCount }, (_, s) =>
      field.subarray(3 + s * length, 3 + (s + 1) * length - (s === 0 ? length >> 1 : 0)),
    );
    const home = randomBytes(length * destinationCount + 5);
    const expected = home.slice();
    const rowsOf = (bytes: Uint8Array): Uint8Array[] =>
      Array.from({ length: destinationCount }, (_, d) =>
        bytes.subarray(5 + d * length, 5 + (d + 1) * length),
      );
    const coefficients = randomBytes(sourceCount * destinationCount);
    rowsOf(expected).forEach((row, d) => {
      sources.forEach((source, s) =>
        multiplyAddReference(row, coefficients[d * sourceCount + s] as number, source),
      );
    });
    const product = new Product(kernel, {
      rowBytes: length,
      destinations: rowsOf(home),
      sources,
      coefficients: (d, first, count, into, at) =>
        into.set(coefficients.subarray(d * sourceCount + first, d * sourceCount + first + count), at),
    });
    while (!product.done) {
      product.step(1 + random.below(60) * strideFor(length));
      kernel.memory.fill(255, COEFFICIENTS_AT);
    }
    expect(equalBytes(home, expected)).toBe(true);
  }
});
