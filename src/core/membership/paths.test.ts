/** What members say in answer to probes, hostile ones among them. */
import { expect, test } from 'vitest';
import type { MemberId } from '../../base/ids.ts';
import { PROBES_KEPT_MAX } from '../limits.ts';
import { Paths } from './paths.ts';
import type { Member } from './roster.ts';

const ann = 'aa'.repeat(16) as MemberId;
const eve = 'ee'.repeat(16) as MemberId;
const member = (id: MemberId): Member =>
  ({ id, address: { host: '10.0.0.2', port: 27421 }, hearsMulticast: true }) as Member;
const WAY = { host: '10.0.0.2', isRelayed: false };
const FULL = 1472;

test('an answer counts for the size that went out with its nonce, from whom that asked, and for nothing else', () => {
  const paths = new Paths();
  const [ours, hers] = [ann, eve].map((id) => paths.search(0, member(id), false)) as [any, any];
  for (const search of [ours, hers]) search.next(2000, FULL, WAY, 1);
  paths.sent('01'.repeat(8), { bytes: 1252, fullBytes: FULL, named: new Set([ann]) });
  // One that never went out, and one that somebody else was asked by.
  paths.answered(2001, ann, 'ff'.repeat(8));
  paths.answered(2001, eve, '01'.repeat(8));
  expect([paths.confirmedOf(ann), paths.confirmedOf(eve)]).toEqual([undefined, undefined]);
  paths.answered(2001, ann, '01'.repeat(8));
  while (ours.next(ours.dueAt, FULL, WAY, 1).length > 0);
  while (hers.next(hers.dueAt, FULL, WAY, 1).length > 0);
  expect([paths.limitOf(ann), paths.limitOf(eve)]).toEqual([1252, undefined]);
  expect(paths.limitedPacketOf(ann, WAY)).toBe(1280);
});

test('probes that wait for answers are bounded', () => {
  const paths = new Paths();
  paths.search(0, member(ann), false).next(2000, FULL, WAY, 1);
  for (let i = 0; i <= PROBES_KEPT_MAX; i++)
    paths.sent(`nonce ${i}`, { bytes: FULL, fullBytes: FULL, named: new Set([ann]) });
  paths.answered(2001, ann, 'nonce 0');
  expect(paths.confirmedOf(ann)).toBeUndefined();
  paths.answered(2001, ann, 'nonce 1');
  expect(paths.confirmedOf(ann)).toBe(FULL);
});
