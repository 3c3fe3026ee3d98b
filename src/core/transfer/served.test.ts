import { describe, expect, test } from 'vitest';
import type { MemberId } from '../../base/ids.ts';
import { LEFT_OUT_MIN_MS, SEND_WINDOW_BLOCKS, WINDOW_FULL_MS } from '../limits.ts';
import type { Lane } from '../reliability/members.ts';
import type { OpenBlock } from './open-block.ts';
import { Receiver } from './receiver.ts';
import type { Receivers } from './receivers.ts';
import { Served } from './served.ts';

const [A, B, C] = ['a', 'b', 'c'] as unknown as [MemberId, MemberId, MemberId];

function rig(ids: readonly MemberId[]) {
  const members = ids.map((id) => new Receiver(id, 0));
  const lanes = new Map<MemberId, Lane>();
  const receivers = { active: () => members } as unknown as Receivers;
  const served = new Served(receivers, { lane: (id) => lanes.get(id) ?? 'main' });
  const names = (now: number): MemberId[] => served.list(now).map(({ id }) => id);
  return { served, lanes, members, names };
}

/** A window in which `done` have written everything. */
function windowOf(size: number, done: readonly MemberId[], isSending = false): Map<number, OpenBlock> {
  const block = (index: number): OpenBlock =>
    ({ index, pass: 0, isSending: () => isSending, doneBy: new Set(done) }) as unknown as OpenBlock;
  return new Map(Array.from({ length: size }, (_, index) => [index, block(index)]));
}

describe('whom blocks wait for', () => {
  test('everybody who keeps up; everybody at all where nobody does', () => {
    const { lanes, names } = rig([A, B, C]);
    expect(names(0)).toEqual([A, B, C]);
    lanes.set(B, 'slow');
    expect(names(0)).toEqual([A, C]);
    for (const id of [A, C]) lanes.set(id, 'slow');
    expect(names(0)).toEqual([A, B, C]);
  });

  test('not those who need nothing of this stream: whoever does has its turn', () => {
    const { lanes, members, names } = rig([A, B, C]);
    lanes.set(B, 'slow');
    for (const one of members) one.needsUs = one.id !== A;
    expect(names(0)).toEqual([A, C]);
    for (const one of members) one.needsUs = one.id === B;
    expect(names(0)).toEqual([A, B, C]);
  });

  test('a minority that a full window waits for is left out, longer each time', () => {
    const { served, names } = rig([A, B, C]);
    const full = windowOf(SEND_WINDOW_BLOCKS, [A, C]);
    served.watch(0, full);
    served.watch(WINDOW_FULL_MS - 1, full);
    expect(names(WINDOW_FULL_MS - 1)).toEqual([A, B, C]);
    served.watch(WINDOW_FULL_MS, full);
    expect(names(WINDOW_FULL_MS)).toEqual([A, C]);
    const back = WINDOW_FULL_MS + LEFT_OUT_MIN_MS;
    expect(names(back)).toEqual([A, B, C]);
    served.watch(back, windowOf(1, []));
    served.watch(back, full);
    served.watch(back + WINDOW_FULL_MS, full);
    expect(names(back + WINDOW_FULL_MS + 1.9 * LEFT_OUT_MIN_MS)).toEqual([A, C]);
  });

  test('not a majority, not while something new goes out, and not where the window has room', () => {
    const { served, names } = rig([A, B, C]);
    const cases = [
      windowOf(SEND_WINDOW_BLOCKS, [A]),
      windowOf(SEND_WINDOW_BLOCKS, [A, C], true),
      windowOf(SEND_WINDOW_BLOCKS - 1, [A, C]),
    ];
    for (const open of cases) {
      for (let now = 0; now <= 3 * WINDOW_FULL_MS; now += WINDOW_FULL_MS / 2) served.watch(now, open);
      expect(names(3 * WINDOW_FULL_MS)).toEqual([A, B, C]);
    }
  });
});
