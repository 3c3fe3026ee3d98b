import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Reader, Writer } from './codec.ts';
import { readBody, writeBody } from './record-body.ts';
import type { RecordBody } from './record-body.ts';

const runs = { numRuns: 20_000 };

function read(bytes: Uint8Array): RecordBody | undefined {
  const reader = new Reader(bytes);
  const body = readBody(reader);
  return reader.done() ? body : undefined;
}

function written(body: RecordBody): Uint8Array {
  const writer = new Writer();
  writeBody(writer, body);
  return writer.finish();
}

describe('what a record says', () => {
  test('is read from any bytes to a value that gives the same bytes again, or not at all', () => {
    const any = fc.tuple(fc.nat(9), fc.uint8Array({ maxLength: 120 }));
    fc.assert(
      fc.property(any, ([kind, rest]) => {
        const bytes = Uint8Array.of(kind, ...rest);
        const body = read(bytes);
        if (body !== undefined) expect(written(body)).toEqual(bytes);
      }),
      runs,
    );
  });

  test('about an earlier record keeps to its bounds', () => {
    const target = Array.from<number>({ length: 32 }).fill(7);
    const bytes = (kind: number, ...rest: readonly number[]): Uint8Array =>
      Uint8Array.of(kind, ...target, ...rest);
    const emoji = (count: number): number[] => Array.from<number>({ length: count }).fill(0x61);
    expect(read(bytes(6, 1, ...emoji(32)))).toMatchObject({ kind: 'reaction', on: true });
    expect(read(bytes(6, 1, ...emoji(33)))).toBeUndefined();
    expect(read(bytes(6, 1))).toBeUndefined();
    expect(read(bytes(6, 2, ...emoji(1)))).toBeUndefined();
    expect(read(bytes(6, 0, 0xff))).toBeUndefined();
    expect(read(bytes(7))).toMatchObject({ kind: 'delete' });
    expect(read(bytes(7, 0))).toBeUndefined();
    expect(read(bytes(8))).toMatchObject({ kind: 'read' });
    expect(read(bytes(8).subarray(0, 32))).toBeUndefined();
    expect(read(bytes(5))).toBeUndefined();
    expect(read(bytes(4))).toBeUndefined();
    expect(read(bytes(9))).toBeUndefined();
  });
});
