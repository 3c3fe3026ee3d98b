/** A private room on five hosts, one of which is removed in the middle of a file and a conversation. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attached } from './attached.ts';
import { Eavesdropper } from './eavesdropper.ts';
import { Gathering } from './gathering.ts';
import type { Guest } from './gathering.ts';

const FILE_BYTES = 50_000_000;
/** Over so slow a link the file takes some six seconds: there is time to remove somebody. */
const LINK_MBIT = 80;
/** A removal and its epoch leave together: by then every host has them. */
const HEARD_MS = 500;
const ROOM = 'crew';
const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('five hosts in a private room', () => {
  let gathering: Gathering;
  let clients: Attached[];
  beforeAll(async () => {
    gathering = await Gathering.of(5);
    await gathering.complete(10_000);
    clients = await gathering.attach();
  });
  afterAll(() => {
    for (const client of clients) client.close();
    gathering.close();
  });

  it('one is removed: the others finish and talk on, and nothing sent after opens with its keys', async () => {
    const [finch, , , , swift] = gathering.guests as [Guest, Guest, Guest, Guest, Guest];
    const [owner, heron] = clients as [Attached, Attached];
    const last = clients.at(-1);
    const room = await owner.request('create', { name: ROOM });
    for (const client of clients.slice(1)) {
      const self = client.lines.events.find(({ type }) => type === 'welcome')!['snapshot'].self.id;
      await owner.request('add', { room: ROOM, member: self });
      const offered = await client.lines.find('an offer', 15_000, ({ type }) => type === 'room-offered');
      await client.request('accept-room', { offer: offered['id'] });
      await client.lines.find(
        'the room',
        15_000,
        ({ type, room: label }) => type === 'room-joined' && label === ROOM,
      );
    }
    const everybody = ({ type, room: label, members }: { type: string; [key: string]: any }): boolean =>
      type === 'members' &&
      label === ROOM &&
      members.filter((member: { present: boolean }) => member.present).length === 5;
    await Promise.all(clients.map(({ lines }) => lines.find('all five', 15_000, everybody)));

    const ear = await Eavesdropper.on(swift.person, room.groups);
    const path = finch.person.pathFor('survey.bin');
    writeFileSync(path, randomBytes(FILE_BYTES));
    await owner.request('send-path', { room: ROOM, path, rate: LINK_MBIT });
    const over = new AbortController();
    const talk = (async () => {
      for (let line = 1; !over.signal.aborted; line++) {
        await heron.request('say', { room: ROOM, text: `line ${line}` });
        await sleep(50);
      }
    })();
    await last.lines.find(
      'a third of the file',
      30_000,
      ({ type, bytesDone }) => type === 'transfer-progress' && bytesDone > FILE_BYTES / 3,
    );
    const gone = last
      .request('members', { room: ROOM })
      .then((members) => members.find(({ self }) => self)!.id);
    await owner.request('remove', { room: ROOM, member: await gone });
    await last.lines.find('its removal', 5000, ({ type }) => type === 'room-closed');
    const since = Date.now() + HEARD_MS;
    // Its hidden part may be there for a moment still; at the end nothing is.
    expect(swift.person.received()).not.toContain('survey.bin');

    await Promise.all(
      clients
        .slice(1, 4)
        .map(({ lines }) =>
          lines.find(
            'the whole file',
            60_000,
            ({ type, file }) => type === 'transfer-done' && file.name === 'survey.bin',
          ),
        ),
    );
    over.abort();
    await talk;
    await heron.request('say', { room: ROOM, text: 'the last word' });
    for (const client of clients.slice(0, 4))
      await client.lines.find(
        'the last word',
        10_000,
        ({ type, text }) => type === 'message' && text === 'the last word',
      );
    for (const { person } of gathering.guests.slice(1, 4))
      expect(hash(person.receivedBytes('survey.bin')), person.name).toBe(hash(readFileSync(path)));
    expect(last.lines.events.some(({ text }) => text === 'the last word')).toBe(false);
    // What had come before is kept for a return to the room, hidden.
    expect(swift.person.received().filter((name) => !name.startsWith('.starling-'))).toEqual([]);

    const after = await ear.stop(since);
    const loot = ear.loot(after);
    expect(loot.sealed).toBeGreaterThan(20);
    expect(loot.data).toBeGreaterThan(1000);
    expect(loot).toMatchObject({ opened: 0, ofKnownEpoch: 0 });
  });
});
