/** Where multicast does not pass, in one direction or both: people talk and files arrive all the same. */
import { afterEach, expect, it } from 'vitest';
import { Gathering } from './gathering.ts';
import type { Guest } from './gathering.ts';
import { deliver, dropMulticastIn, dropMulticastOut, findingsOf, talk, wayTo } from './passage.ts';

/** What a pass of multicast costs, framing and coding included (NUMBERS: 1.055 at 1 %). */
const WIRE_PER_PASS = 1.06;

let gathering: Gathering | undefined;
afterEach(() => {
  gathering?.close();
  gathering = undefined;
});

it('multicast passes in one direction only: unicast in the other', async () => {
  gathering = await Gathering.of(2);
  const [finch, heron] = gathering.guests as [Guest, Guest];
  dropMulticastIn(finch.person.host);
  await gathering.complete(20_000);
  await new Promise((done) => setTimeout(done, 8000));
  await talk([finch, heron]);
  await deliver(finch, [heron]);
  await deliver(heron, [finch]);
  expect(await wayTo(heron, finch)).toBe('unicast');
  expect(await findingsOf(heron)).toContain('by-unicast');
});

it('neither multicast nor broadcast passes: an address that was named is enough', async () => {
  gathering = await Gathering.of(2);
  const [finch, heron] = gathering.guests as [Guest, Guest];
  dropMulticastIn(finch.person.host);
  dropMulticastOut(finch.person.host);
  await new Promise((done) => setTimeout(done, 12_000));
  const { status } = await finch.person.run('peer', 'add', heron.person.host.address);
  expect(status).toBe(0);
  await gathering.complete(20_000);
  await new Promise((done) => setTimeout(done, 8000));
  await talk([finch, heron]);
  await deliver(finch, [heron]);
  await deliver(heron, [finch]);
  expect(await findingsOf(finch)).toContain('by-unicast');
});

it('two who do not hear each other learn their addresses from a third', async () => {
  gathering = await Gathering.of(3);
  const [finch, heron, wren] = gathering.guests as [Guest, Guest, Guest];
  dropMulticastIn(finch.person.host, `ip saddr ${heron.person.host.address}`);
  dropMulticastIn(heron.person.host, `ip saddr ${finch.person.host.address}`);
  await new Promise((done) => setTimeout(done, 15_000));
  await gathering.complete(20_000);
  await talk([finch, heron, wren]);
  await deliver(finch, [heron, wren]);
  expect(await wayTo(finch, heron)).toBe('unicast');
  expect(await wayTo(finch, wren)).toBe('multicast');
});

it('six of whom two lack multicast: one pass for all, and one copy for each of the two', async () => {
  gathering = await Gathering.of(6);
  const [first, ...others] = gathering.guests as [Guest, ...Guest[]];
  for (const { person } of others.slice(-2)) dropMulticastIn(person.host);
  await gathering.complete(30_000);
  await new Promise((done) => setTimeout(done, 9000));
  const size = 50 * 1024 * 1024;
  const before = first.person.host.counters().sent.bytes;
  await deliver(first, others, size);
  const wire = (first.person.host.counters().sent.bytes - before) / size;
  process.stdout.write(`wire ${wire.toFixed(3)}\n`);
  expect(wire).toBeLessThanOrEqual(1.1 * 3 * WIRE_PER_PASS);
});
