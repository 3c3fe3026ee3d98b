/** Five hosts that lose a tenth of what they send and a tenth of what they are sent: members and messages. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gathering, LOSES_A_TENTH, messagesSeen } from './gathering.ts';
import type { Guest } from './gathering.ts';
import type { Seen } from './json-lines.ts';

const HOSTS = 5;
const MESSAGES_EACH = 200;

let gathering: Gathering;
let guests: readonly [Guest, Guest, ...Guest[]];

const said = (text: string) => (event: Seen) => event.type === 'message' && event['text'] === text;
const about = (type: string, name: string, sinceMs: number) => (event: Seen) =>
  event.type === type && event['member'].name === name && event.seenAtMs >= sinceMs;

describe('five hosts, a tenth lost in both directions', () => {
  beforeAll(async () => {
    gathering = await Gathering.of(HOSTS, LOSES_A_TENTH);
    guests = gathering.guests as typeof guests;
  });
  afterAll(() => gathering.close());

  it('every member list is complete within 5 s', async () => {
    await gathering.complete(5000);
  });

  it(`${MESSAGES_EACH} messages from each host arrive at all, in order, once`, async () => {
    const attached = await gathering.attach();
    const sayAll = async (author: number): Promise<void> => {
      for (let i = 0; i < MESSAGES_EACH; i += 10) {
        // Ten at a time, as a fast typist with a slow network does.
        const ten = Array.from({ length: 10 }, (_, k) => `${author} says ${i + k}`);
        await Promise.all(ten.map((text) => attached[author]!.request('say', { room: 'lobby', text })));
      }
    };
    await Promise.all(attached.map((_, author) => sayAll(author)));
    const total = HOSTS * MESSAGES_EACH;
    for (const { host } of guests) {
      await host.until(`${total} messages`, 60_000, () =>
        messagesSeen(host).length >= total ? true : undefined,
      );
    }
    // Time for duplicates to show.
    await new Promise((done) => setTimeout(done, 1500));
    const orders: string[] = [];
    for (const [index, { host }] of guests.entries()) {
      const texts = messagesSeen(host).map((event) => event['text'] as string);
      expect(texts).toHaveLength(total);
      for (let author = 0; author < HOSTS; author++) {
        const own = texts.filter((text) => text.startsWith(`${author} says `));
        expect(own).toEqual(Array.from({ length: MESSAGES_EACH }, (_, i) => `${author} says ${i}`));
      }
      const listed = await attached[index]!.request('messages', { room: 'lobby', limit: 10_000 });
      orders.push(listed.map((message) => message.id).join());
    }
    // One order for everyone, whatever the order of arrival was.
    expect(new Set(orders).size).toBe(1);
    for (const one of attached) one.close();
  });

  it('who quits is gone from every list at once, and its groups from the kernel; JOIN brings it back', async () => {
    const [first, second] = guests;
    const groupsIn = first.person.host.groups().filter((group) => group.startsWith('239.255.'));
    expect(groupsIn.length).toBeGreaterThan(0);
    const sinceMs = performance.now();
    expect((await first.person.run('quit', 'lobby')).status).toBe(0);
    const left = await second.host.find('Finch leaving', 3000, about('member-left', 'Finch', sinceMs));
    expect(left['reason']).toBe('quit');
    expect(first.person.host.groups().filter((group) => group.startsWith('239.255.'))).toEqual([]);
    const backMs = performance.now();
    expect((await first.person.run('join', 'lobby')).status).toBe(0);
    const back = await second.host.find('Finch back', 5000, about('member-joined', 'Finch', backMs));
    expect(back['member'].id).toBe(left['member'].id);
    for (const name of ['Heron', 'Wren', 'Robin', 'Swift']) {
      await first.host.find(`${name} seen again`, 5000, about('member-joined', name, backMs));
    }
  });

  it('a killed member disappears by itself, and goes on talking as the same member after a restart', async () => {
    const [first, second, third] = guests as unknown as [Guest, Guest, Guest];
    const sinceMs = performance.now();
    third.host.kill('SIGKILL');
    const gone = await second.host.find('Wren expiring', 30_000, about('member-left', 'Wren', sinceMs));
    expect(gone['reason']).toBe('expired');
    const backMs = performance.now();
    third.host = await third.person.stay();
    const back = await second.host.find('Wren back', 5000, about('member-joined', 'Wren', backMs));
    expect(back['member'].id).toBe(gone['member'].id);
    expect((await third.person.run('say', 'I am back')).status).toBe(0);
    expect((await first.person.run('say', 'welcome back')).status).toBe(0);
    for (const { host } of [first, second]) await host.find('I am back', 10_000, said('I am back'));
    await third.host.find('welcome back', 10_000, said('welcome back'));
    for (const { host } of guests) expect(host.events.filter(said('I am back'))).toHaveLength(1);
  });

  it('what is printed with --json is JSON only, and no message twice', () => {
    for (const { host } of guests) {
      expect(host.strays).toEqual([]);
      const ids = messagesSeen(host).map((event) => event['id'] as string);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});
