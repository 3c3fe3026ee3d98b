import { expect, test } from 'vitest';
import type { MemberId } from '../../base/ids.ts';
import { BARRED_AGAIN_MS, BARRED_MAX } from '../limits.ts';
import { Receiver } from './receiver.ts';

test('who asked in vain may want the file again, a few times at once and later once in five minutes', () => {
  const receiver = new Receiver('aa'.repeat(16) as MemberId, 0);
  for (let time = 0; time < BARRED_MAX; time++) {
    receiver.bar(1000);
    expect(receiver.mayWant(1000)).toBe(true);
  }
  receiver.bar(1000);
  expect(receiver.mayWant(1000 + BARRED_AGAIN_MS - 1)).toBe(false);
  expect(receiver.mayWant(1000 + BARRED_AGAIN_MS)).toBe(true);
  receiver.bar(1000 + BARRED_AGAIN_MS);
  expect(receiver.mayWant(1000 + BARRED_AGAIN_MS)).toBe(false);
});
