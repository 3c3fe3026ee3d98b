import { describe, expect, test } from 'vitest';
import type { PeerEvent } from '../api.ts';
import type { Context } from '../context.ts';
import { HOPE_MS_MAX } from '../limits.ts';
import { Bitset } from './bitset.ts';
import type { FileOffer } from './file.ts';
import { Hope } from './hope.ts';

function hopeFor(pack: FileOffer['pack'], phases: ReadonlyMap<number, string> = new Map()) {
  const events: PeerEvent[] = [];
  const offer = { id: 'ab'.repeat(16), blockCount: 5, pack } as FileOffer;
  const written = new Bitset(5);
  const blocks = new Map([...phases].map(([block, phase]) => [block, { phase }]));
  const hashOf = (block: number) => (block >= 4 ? undefined : new Uint8Array(32));
  const context = { emit: (event: PeerEvent) => void events.push(event) } as Context;
  return { hope: new Hope(context, { offer, written, blocks, hashOf }), events, written };
}
const hoped = (hope: Hope): number[] => [0, 1, 2, 3, 4, 5].filter((block) => hope.has(block));

describe('hope', () => {
  test('is for a folder that was sent before, and for all but its first block', () => {
    for (const pack of [undefined, { entries: 3 }]) {
      const { hope, events } = hopeFor(pack);
      hope.begin(0);
      expect([hoped(hope), events, hope.until]).toEqual([[], [], Infinity]);
    }
    const { hope, events, written } = hopeFor({ entries: 3, again: true });
    hope.begin(7);
    expect(hoped(hope)).toEqual([1, 2, 3, 4]);
    expect(events).toEqual([{ type: 'find-blocks', transfer: 'ab'.repeat(16) }]);
    expect(hope.until).toBe(7 + HOPE_MS_MAX);
    hope.end();
    // Of one that goes on, what is missing is missing.
    written.add(0);
    hope.begin(8);
    expect(hoped(hope)).toEqual([]);
  });

  test('ends block by block, with the rest, or with the last', () => {
    const { hope } = hopeFor({ entries: 3, again: true });
    hope.begin(0);
    hope.decided(10, [1], [3, 99]);
    expect([hoped(hope), hope.until]).toEqual([[2, 4], 10 + HOPE_MS_MAX]);
    hope.touch(20);
    expect(hope.until).toBe(20 + HOPE_MS_MAX);
    hope.decided(30, [2], [4]);
    expect([hoped(hope), hope.until]).toEqual([[], Infinity]);
    hope.touch(40);
    expect(hope.until).toBe(Infinity);
    hope.begin(50);
    hope.decided(60, [], 'rest');
    expect([hoped(hope), hope.until]).toEqual([[], Infinity]);
  });

  test('takes what was found, unless it is just being written or nobody has signed for it', () => {
    const phases = new Map([
      [1, 'writing'],
      [2, 'filling'],
    ]);
    const { hope, written } = hopeFor({ entries: 3, again: true }, phases);
    const dropped: number[] = [];
    hope.take([1, 2, 3, 4, 99], (block) => void dropped.push(block));
    expect([1, 2, 3, 4].filter((block) => written.has(block))).toEqual([2, 3]);
    expect(dropped).toEqual([2, 3]);
  });
});
