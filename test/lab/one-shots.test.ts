/** Commands that come and go: each starts a daemon, says its word, and ends. */
import { afterEach, describe, expect, it } from 'vitest';
import { Gathering, LOSES_A_TENTH, membersSeen, messagesSeen } from './gathering.ts';
import { openNetwork } from './network.ts';
import type { Network } from './network.ts';
import { Person } from './person.ts';

const SAYS = 30;

let network: Network | undefined;
let people: Person[] = [];
afterEach(() => {
  network?.close();
  for (const person of people) person.forget();
  people = [];
});

describe('one-shot commands', () => {
  it(
    `${SAYS} \`say\` in a row from one profile are each received exactly once`,
    { timeout: 180_000 },
    async () => {
      network = openNetwork(2);
      for (const host of network.hosts) host.setLoss(LOSES_A_TENTH);
      people = [new Person('Finch', network.hosts[0]!), new Person('Heron', network.hosts[1]!)];
      const [speaker, watcher] = people as [Person, Person];
      const watching = await watcher.stay();
      for (let i = 0; i < SAYS; i++) {
        const { status, lines } = await speaker.run('say', `word ${i}`);
        expect(status, lines.errors).toBe(0);
      }
      await watching.until('all words', 5000, () =>
        messagesSeen(watching).length >= SAYS ? true : undefined,
      );
      const texts = messagesSeen(watching).map((event) => event['text']);
      expect(texts).toEqual(Array.from({ length: SAYS }, (_, i) => `word ${i}`));
      const ids = new Set(messagesSeen(watching).map((event) => event['id']));
      expect(ids.size).toBe(SAYS);
      expect(new Set(messagesSeen(watching).map((event) => event['from'].id)).size).toBe(1);
    },
  );

  it('two profiles on one host hear each other, and a third on another host hears both', async () => {
    network = openNetwork(2);
    const [one, other] = network.hosts as [Network['hosts'][number], Network['hosts'][number]];
    people = [new Person('Finch', one), new Person('Heron', one), new Person('Wren', other)];
    const watching = await Promise.all(people.map((person) => person.stay()));
    for (const lines of watching) {
      await lines.until('two members', 5000, () => (membersSeen(lines).size === 2 ? true : undefined));
    }
    for (const person of people) expect((await person.run('say', `from ${person.name}`)).status).toBe(0);
    const expected = ['from Finch', 'from Heron', 'from Wren'];
    for (const lines of watching) {
      await lines.until('three messages', 5000, () => (messagesSeen(lines).length >= 3 ? true : undefined));
      expect(messagesSeen(lines).map((event) => event['text'])).toEqual(expected);
    }
  });

  it('text of any kind arrives as it was said', async () => {
    const gathering = await Gathering.of(2, LOSES_A_TENTH);
    try {
      const [first, second] = gathering.guests;
      await gathering.complete(5000);
      const texts = [
        '#',
        'a\nb\r\nc',
        '你好，椋鸟 🐦',
        '\u202eevil',
        '{"type":"message"}',
        ' spaces ',
        '字'.repeat(21_000),
      ];
      for (const text of texts) {
        const { status, lines } = await first!.person.say(text);
        expect(status, lines.errors).toBe(0);
      }
      const { host } = second!;
      await host.until('all', 15_000, () => (messagesSeen(host).length >= texts.length ? true : undefined));
      expect(messagesSeen(host).map((event) => event['text'])).toEqual(texts);
    } finally {
      gathering.close();
    }
  });
});
