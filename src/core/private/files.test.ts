/** Files in a private room, across a removal. */
import { describe, expect, test } from 'vitest';
import { roomOf, TestNetwork } from '../../../test/private-network.ts';
import type { Person } from '../../../test/private-network.ts';
import type { Bytes } from '../../base/bytes.ts';
import { decodeEpoch } from '../secrecy/epoch.ts';
import { epochKeys } from '../secrecy/key-schedule.ts';
import { isBulk, PUBLIC_EPOCH } from '../wire/data.ts';

const FILE = new Uint8Array(5_000_000).map((_, i) => (i * 7919) >> 5);

/** Serves the disk of everyone: one file to read, and what each has written of it. */
class Disks {
  readonly written = new Map<Person, Uint8Array>();
  readonly finished = new Set<Person>();
  private readonly seen = new Map<Person, number>();
  private readonly net: TestNetwork;

  constructor(net: TestNetwork) {
    this.net = net;
  }

  serve(): void {
    for (const person of this.net.people) {
      const events = person.events.slice(this.seen.get(person) ?? 0);
      this.seen.set(person, person.events.length);
      for (const event of events) this.answer(person, event);
    }
  }

  until(condition: () => boolean, limitMs: number, what: string): void {
    const end = this.net.now + limitMs;
    while (!condition()) {
      if (this.net.now > end) throw new Error(`not ${what} after ${limitMs} ms`);
      this.net.run(2);
      this.serve();
    }
  }

  private answer(person: Person, event: Person['events'][number]): void {
    if (event.type === 'transfer-offered' && !event.own)
      person.do((peer, now) => peer.accept(now, event.transfer));
    if (event.type === 'read-block') {
      const bytes = FILE.slice(event.offset, event.offset + event.length);
      person.do((peer, now) => peer.blockRead(now, event.transfer, event.block, bytes));
    }
    if (event.type === 'write-block') {
      const file = this.written.get(person) ?? new Uint8Array(FILE.length);
      file.set(event.bytes, event.offset);
      this.written.set(person, file);
      person.do((peer, now) => peer.blockWritten(now, event.transfer, event.block));
    }
    if (event.type === 'finish-file') {
      this.finished.add(person);
      person.do((peer, now) => peer.fileFinished(now, event.transfer));
    }
  }
}

/** First bytes of the tags of all epochs that its store ever had: what it can read of files. */
function readableEpochs(person: Person, room: string): Set<number> {
  const kept = person.epochsEver.get(room as never) ?? [];
  const tags = kept.map(({ bytes, secret }) => {
    const epoch = decodeEpoch(person.crypto, bytes);
    return epochKeys(person.crypto, epoch?.id ?? '', secret).tag[0] as number;
  });
  return new Set([PUBLIC_EPOCH, ...tags]);
}

const epochOf = (bytes: Bytes): number => bytes[1] as number;

describe('a file in a private room', () => {
  test.each([0, 0.1])('goes on without who is removed in the middle of it; loss %d', (loss) => {
    const net = new TestNetwork('ann', 'bob', 'cleo');
    const [ann, bob, cleo] = net.people as [Person, Person, Person];
    const room = roomOf(net, ann, bob, cleo);
    net.run(500);
    let drawn = 1;
    net.isLost = ({ bytes }) => {
      drawn = (drawn * 48_271) % 0x7fffffff;
      return isBulk(bytes) && drawn / 0x7fffffff < loss;
    };
    const disks = new Disks(net);
    disks.serve();
    const file = { name: 'map.bin', size: FILE.length };
    ann.do((peer, now, token) => peer.offer(now, room, file, 0, token));
    disks.until(() => bob.of('write-block').length > 0, 20_000, 'begun');
    expect(disks.finished.size).toBe(0);
    const before = net.sent.length;
    expect(net.sent.some(({ bytes }) => isBulk(bytes) && readableEpochs(bob, room).has(epochOf(bytes)))).toBe(
      true,
    );
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, bob.id, token));
    disks.until(() => disks.finished.has(cleo), 30_000, 'whole at cleo');
    disks.until(() => ann.of('transfer-done').some(({ member }) => member === cleo.id), 10_000, 'confirmed');
    expect(disks.written.get(cleo)).toEqual(FILE);
    expect(disks.finished.has(bob)).toBe(false);
    expect(ann.of('transfer-failed')).toMatchObject([{ member: bob.id, reason: 'removed' }]);
    // The command waits for its own commit, two milliseconds; what left until then was sent to a member.
    const removedAt = (net.sent[before] as { at: number }).at + 10;
    const after = net.sent.filter(({ at, bytes }) => at > removedAt && isBulk(bytes));
    expect(after.length).toBeGreaterThan(500);
    const readable = readableEpochs(bob, room);
    expect(after.filter(({ bytes }) => readable.has(epochOf(bytes)))).toEqual([]);
  });

  test('fails where its sender is removed', () => {
    const net = new TestNetwork('ann', 'bob', 'cleo');
    const [ann, bob, cleo] = net.people as [Person, Person, Person];
    const room = roomOf(net, ann, bob, cleo);
    net.run(500);
    const disks = new Disks(net);
    disks.serve();
    bob.do((peer, now, token) => peer.offer(now, room, { name: 'map.bin', size: FILE.length }, 0, token));
    disks.until(() => disks.written.has(cleo), 20_000, 'begun');
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, bob.id, token));
    disks.until(() => cleo.of('transfer-failed').length > 0, 5000, 'failed');
    expect(cleo.of('transfer-failed')).toMatchObject([{ reason: 'removed' }]);
    expect(cleo.of('discard-file').length).toBe(1);
  });
});
