import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { MemberId, RoomId } from '../base/ids.ts';
import type { Address, LinkView } from '../core/api.ts';
import { wholeDatagram } from '../core/datagram.ts';
import { forBroadcast, forRelay, openEnvelope } from './envelope.ts';
import { RELAY_AFTER_MS, RELAY_AT_ONCE_MS, RELAY_BURST_BYTES } from './limits.ts';
import { Relays } from './relays.ts';

const room = '00' as RoomId;
const addressOf = (digit: string): Address => ({
  host: `10.0.0.${Number.parseInt(digit, 16)}`,
  port: 27_421,
});
const prefixOf = (digit: string): string => digit.repeat(16);
const hears = (digit: string) => ({
  prefix: prefixOf(digit),
  loss: 0,
  byMulticast: true,
  address: addressOf(digit),
  roundTripMs: 1,
});
const member = (digit: string, heard: readonly string[] = [], more: Partial<LinkView> = {}): LinkView => ({
  id: digit.repeat(32) as MemberId,
  name: digit,
  address: addressOf(digit),
  away: false,
  silentMs: 0,
  loss: 0,
  roundTripMs: 1,
  datagramBytesMax: 1472,
  isCloned: false,
  heard: heard.map(hears),
  byMulticast: true,
  straight: true,
  relayed: false,
  needsCopies: false,
  hearsUs: true,
  ...more,
});
const inner = Uint8Array.of(33, 1, 2, 3);
const envelope = (kind: 'to' | 'from', digit: string, bytes = inner) => ({
  kind,
  prefix: prefixOf(digit),
  inner: bytes,
});
const knowing = (members: readonly LinkView[]): Relays => {
  const relays = new Relays('c'.repeat(32) as MemberId);
  for (const now of [0, RELAY_AFTER_MS]) relays.update(now, room, { members });
  return relays;
};

it('whom only others hear is reached through one of them, once introductions had their time', () => {
  const relays = new Relays('c'.repeat(32) as MemberId);
  const links = { members: [member('2', ['9']), member('1', ['9'])] };
  relays.update(0, room, links);
  expect(relays.of(room)).toEqual([]);
  relays.update(RELAY_AFTER_MS, room, links);
  expect(relays.of(room)).toEqual([
    { relay: addressOf('1'), prefix: prefixOf('9'), address: addressOf('9') },
  ]);
  expect(relays.routeTo(addressOf('9'))?.relay).toEqual(addressOf('1'));
  relays.update(RELAY_AFTER_MS, room, { members: [...links.members, member('9')] });
  expect(relays.of(room)).toEqual([]);
});

it('not through who does not hear us, is reached through others itself, or has no answer from there', () => {
  for (const more of [{ hearsUs: false }, { straight: false, relayed: true }, { away: true }])
    expect(knowing([member('1', ['9'], more)]).of(room)).toEqual([]);
  const { roundTripMs: _, ...unanswered } = hears('9');
  expect(knowing([member('1', [], { heard: [unanswered] })]).of(room)).toEqual([]);
});

it('a room of two is served by who passes on in another room', () => {
  const relays = knowing([member('1', ['9'])]);
  const two = '01' as RoomId;
  relays.update(RELAY_AFTER_MS, two, { members: [member('9', [], { straight: false, relayed: true })] });
  expect(relays.of(two)).toEqual(relays.of(room));
  relays.update(RELAY_AFTER_MS, two, {
    members: [member('9'), member('8', [], { straight: false, relayed: true })],
  });
  expect(relays.of(two)).toEqual([]);
});

it('nor to ourselves, whom others name as well', () => {
  expect(knowing([member('1', ['c'])]).of(room)).toEqual([]);
});

it('passes on between two that it hears itself, with the id of whom it really came from', () => {
  const relays = knowing([member('1'), member('2'), member('3', [], { straight: false, relayed: true })]);
  const passed = relays.pass(0, addressOf('1'), envelope('to', '2'));
  expect(passed).toMatchObject({ kind: 'on', to: addressOf('2') });
  if (passed?.kind !== 'on') return;
  expect(openEnvelope(wholeDatagram(passed.datagram))).toEqual({ ...envelope('from', '1') });
  expect(relays.pass(0, addressOf('1'), envelope('to', '3'))).toBeUndefined();
  expect(relays.pass(0, addressOf('3'), envelope('to', '2'))).toBeUndefined();
  expect(relays.pass(0, addressOf('8'), envelope('to', '2'))).toBeUndefined();
});

it('no more than a tenth of a cable', () => {
  const relays = knowing([member('1'), member('2')]);
  const pass = () => relays.pass(0, addressOf('1'), envelope('to', '2', new Uint8Array(1000)));
  let count = 0;
  while (pass() !== undefined) count++;
  expect(count).toBe(Math.ceil(RELAY_BURST_BYTES / 1000));
});

it('takes what was passed on only of whom it reaches that way', () => {
  const relays = knowing([member('1', ['9']), member('2')]);
  expect(relays.pass(0, addressOf('1'), envelope('from', '9'))).toEqual({
    kind: 'here',
    from: { ...addressOf('9'), byRelay: true },
    bytes: inner,
  });
  expect(relays.pass(0, addressOf('1'), envelope('from', '2'))).toBeUndefined();
  expect(relays.pass(0, addressOf('9'), envelope('from', '9'))).toBeUndefined();
});

it('an envelope opens as it was closed, never twice, and any bytes are looked at in peace', () => {
  for (const wrapped of [forBroadcast({ bytes: inner }), forRelay('to', prefixOf('a'), { bytes: inner })]) {
    expect(openEnvelope(wholeDatagram(wrapped))?.inner).toEqual(inner);
    expect(openEnvelope(wholeDatagram(forBroadcast(wrapped)))).toBeUndefined();
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => void openEnvelope(bytes)));
});

it('whom nobody can introduce, because one of both has IPv6 alone, is reached so sooner and without an address', () => {
  const prefix = prefixOf('9');
  const six = { prefix, loss: 0, byMulticast: true, roundTripMs: 1 };
  const links = { members: [member('1', [], { heard: [six] })] };
  const relays = new Relays('c'.repeat(32) as MemberId);
  relays.update(0, room, links);
  expect(relays.of(room)).toEqual([]);
  relays.update(RELAY_AT_ONCE_MS, room, links);
  const [route] = relays.of(room);
  expect(route).toMatchObject({ relay: addressOf('1'), prefix });
  // Its HELLO says another port than we made up.
  expect(relays.routeTo({ host: route?.address.host ?? '', port: 27_425 })).toBe(route);
  const passed = relays.pass(RELAY_AT_ONCE_MS, addressOf('1'), envelope('from', '9'));
  expect(passed).toMatchObject({ kind: 'here', from: { ...route?.address, byRelay: true } });
});

it('without IPv4, addresses that others name are of no use', () => {
  const relays = new Relays('c'.repeat(32) as MemberId);
  relays.hasIpv4 = false;
  for (const now of [0, RELAY_AT_ONCE_MS]) relays.update(now, room, { members: [member('1', ['9'])] });
  expect(relays.of(room)).toEqual([
    { relay: addressOf('1'), prefix: prefixOf('9'), address: addressOf('9') },
  ]);
});
