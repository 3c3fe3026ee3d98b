import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MemberId } from '../base/ids.ts';
import type { DaemonEvent } from '../contract/api.ts';
import { openStore } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { Events } from './events.ts';
import { COLOURS_TOLD_MAX } from './limits.ts';
import { People } from './people.ts';

const idOf = (digit: string): MemberId => digit.repeat(32) as MemberId;
const A = idOf('a');
const B = idOf('b');
const SELF = idOf('0');

let folder: string;
let store: Store;
let people: People;
let events: DaemonEvent[];
let now = 1000;
let present: Set<MemberId>;

function start(): void {
  const opened = openStore(join(folder, 'starling.db'));
  if (!opened.ok) throw new Error(opened.error.code);
  store = opened.value;
  events = [];
  const bus = new Events('en');
  bus.listen((event) => events.push(event));
  const self = () => ({ id: SELF, name: 'Finch' });
  people = new People({ store, events: bus, self, isPresent: (id) => present.has(id), now: () => now++ });
}
function restart(): void {
  people.close();
  store.close();
  start();
}
const see = (id: MemberId, name: string): void =>
  people.see({ id, name, publicKey: new Uint8Array(32).fill(1) });
const warned = () =>
  events.flatMap((event) =>
    event.type === 'identity-warning' ? [[event.member.id, event.warning.kind]] : [],
  );

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'starling-people-'));
  present = new Set();
  start();
});
afterEach(() => {
  people.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a name belongs to the key that came with it first, also after a restart', () => {
  see(A, 'Wren');
  restart();
  see(B, 'Wren');
  see(B, 'Wren');
  expect(warned()).toEqual([[B, 'name-changed-key']]);
  expect(people.warning(A, 'Wren')).toBeUndefined();
  expect(people.warning(B, 'Wren')?.other).toEqual({ id: A, name: 'Wren', verified: false, self: false });
});

test('two by one name at once, and a name that only looks like another', () => {
  see(A, 'Wren');
  present.add(A);
  see(B, 'WREN');
  expect(warned()).toEqual([[B, 'same-name']]);
  see(B, 'Wr\u0435n');
  expect(warned().at(-1)).toEqual([B, 'look-alike']);
  expect(people.warning(B, 'Wr\u0435n')?.shown).toBe('Wr[U+0435]n');
});

test('who takes the name that somebody has is the one to doubt, however long it is known', () => {
  see(A, 'Robin');
  see(B, 'Wren');
  see(A, 'Wren');
  expect(warned()).toEqual([[A, 'name-changed-key']]);
  expect(people.warning(B, 'Wren')).toBeUndefined();
});

test('our own name is nobody else’s', () => {
  see(A, 'Finch');
  expect(people.warning(A, 'Finch')).toMatchObject({ kind: 'same-name', other: { id: SELF, self: true } });
});

test.each(['\u3164', '\u2800', ' ', '\u200b', ''])('%j is no name', (name) => {
  see(A, name);
  expect(warned()).toEqual([[A, 'no-name']]);
});

test('a mark belongs to a key: it is kept, it does not go with the name, and it settles a doubt', () => {
  see(A, 'Wren');
  people.setVerified(A, true);
  restart();
  expect(people.isVerified(A)).toBe(true);
  see(B, 'Wren');
  expect(people.isVerified(B)).toBe(false);
  expect(people.warning(B, 'Wren')).toMatchObject({ kind: 'name-changed-key', other: { verified: true } });
  // It is the same person with a new computer: the digits were compared.
  people.setVerified(B, true);
  expect(people.warning(B, 'Wren')).toBeUndefined();
  // Verified under another name than the one it takes now.
  see(A, 'Robin');
  see(idOf('c'), 'Boss');
  people.setVerified(idOf('c'), true);
  see(A, 'Boss');
  expect(people.warning(A, 'Boss')).toMatchObject({ kind: 'name-changed-key', other: { name: 'Boss' } });
  people.setVerified(A, false);
  expect(people.list().find(({ id }) => id === A)).toMatchObject({ verified: false, name: 'Boss' });
});

test('the colour of a badge is that of the last time, also after a restart, and nothing that no HELLO can say', () => {
  const key = new Uint8Array(32).fill(1);
  people.see({ id: A, name: 'Wren', publicKey: key, colour: 3 });
  people.see({ id: B, name: 'Heron', publicKey: key, colour: 5 });
  people.recolour(B, 7);
  people.recolour(idOf('c'), 7);
  restart();
  expect(people.colours()).toEqual({ [A]: 3, [B]: 7 });
  expect(people.list().map(({ colour }) => colour)).toEqual([3, 7]);
  // None chosen any more; a colour alone is no reason to doubt the name.
  people.see({ id: A, name: 'Wren', publicKey: key });
  expect([people.colourOf(A), warned()]).toEqual([undefined, []]);
  for (const colour of [0, -1, 16, 2.5, Number.NaN, 1e9]) people.recolour(B, colour);
  expect(people.colourOf(B)).toBeUndefined();

  people.close();
  const [heron] = store.known.list().filter(({ id }) => id === B);
  store.known.put([{ ...heron!, colour: 99 }]);
  restart();
  expect(people.colours()).toEqual({});
});

test('no more colours are told than a snapshot has room for: those of the people seen last', () => {
  const publicKey = new Uint8Array(32).fill(1);
  const nth = (i: number): MemberId => i.toString(16).padStart(32, '0') as MemberId;
  for (let i = 1; i <= COLOURS_TOLD_MAX + 1; i++)
    people.see({ id: nth(i), name: `Bird ${i}`, publicKey, colour: 1 });
  const told = people.colours();
  expect(Object.keys(told)).toHaveLength(COLOURS_TOLD_MAX);
  expect(told[nth(1)]).toBeUndefined();
});
