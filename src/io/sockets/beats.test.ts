import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeBeat, parseBeat } from './beats.ts';

it('a beat says when the next comes, how long to pause, and what was found', () => {
  for (const beat of [
    { intervalS: 4, pauseS: 0, forgetsS: 0 },
    { intervalS: 600, pauseS: 30, forgetsS: 260 },
  ])
    expect(parseBeat(encodeBeat(beat))).toEqual(beat);
});

it('nothing else is a beat: not what is longer, shorter, or asks for too much', () => {
  const bytes = encodeBeat({ intervalS: 4, pauseS: 0, forgetsS: 0 });
  expect(parseBeat(bytes.subarray(0, 5))).toBeUndefined();
  expect(parseBeat(Uint8Array.of(...bytes, 0))).toBeUndefined();
  expect(parseBeat(encodeBeat({ intervalS: 0, pauseS: 0, forgetsS: 0 }))).toBeUndefined();
  expect(parseBeat(encodeBeat({ intervalS: 601, pauseS: 0, forgetsS: 0 }))).toBeUndefined();
  expect(parseBeat(encodeBeat({ intervalS: 4, pauseS: 31, forgetsS: 0 }))).toBeUndefined();
  expect(parseBeat(encodeBeat({ intervalS: 4, pauseS: 0, forgetsS: 601 }))).toBeUndefined();
  fc.assert(fc.property(fc.uint8Array({ maxLength: 12 }), (any) => void parseBeat(any)));
});
