import { describe, expect, test } from 'vitest';
import { TestNetwork } from '../../../test/private-network.ts';
import type { Person } from '../../../test/private-network.ts';
import { toHex } from '../../base/bytes.ts';
import { tendPrekeys } from '../secrecy/prekeys.ts';
import type { OwnPrekey } from '../secrecy/prekeys.ts';

const WEEK_MS = 7 * 24 * 3600 * 1000;
type Two = [Person, Person];

/** What one member can seal to, of another. */
const known = (net: TestNetwork, who: Person, of: Person): boolean | undefined =>
  who.peer.members(net.now, net.lobby).find(({ id }) => id === of.id)?.canBeReached;
const refused = (who: Person): number => who.peer.counters()['bad-prekey'] ?? 0;

describe('prekeys in HELLO', () => {
  test('everyone knows what to seal to, and whose it is', () => {
    const net = new TestNetwork('ann', 'bob');
    const [ann, bob] = net.people as Two;
    const view = ann.peer.members(net.now, net.lobby).find(({ id }) => id === bob.id);
    expect(view).toMatchObject({ canBeReached: true, publicKey: bob.identity.publicKey });
    const [joined] = ann.of('member-joined');
    expect(joined?.member.canBeReached).toBe(true);
  });

  test('a ring that changes is told at once, and an older one brings nothing back', () => {
    const net = new TestNetwork('ann', 'bob');
    const [ann, bob] = net.people as Two;
    const before = bob.prekeys;
    const after = tendPrekeys(bob.crypto, before, (before[0] as OwnPrekey).serial + WEEK_MS);
    for (const ring of [after, before]) {
      bob.do((peer, now) => peer.setPrekeys(now, ring));
      net.run(5);
    }
    const token = ann.do((peer, now, id) => peer.openDirect(now, bob.id, id));
    net.run(50);
    expect(ann.outcome(token)).toBe('done');
    const operations = [...ann.privateRooms.values()].flatMap((kept) => [...kept.operations.values()]);
    const added = operations.map(toHex).join(' ');
    expect(added).toContain(toHex((after[0] as OwnPrekey).publicKey));
    expect(added).not.toContain(toHex((before[0] as OwnPrekey).publicKey));
  });

  test('one that its owner did not sign, or that nothing can be sealed to, is not taken', () => {
    for (const isSigned of [true, false]) {
      const net = new TestNetwork('ann', 'bob');
      const [ann, bob] = net.people as Two;
      expect(refused(ann)).toBe(0);
      const own = bob.prekeys[0] as OwnPrekey;
      const publicKey = isSigned ? new Uint8Array(32) : bob.crypto.x25519PublicKey(new Uint8Array(32));
      const port = bob.crypto as { sign: (message: Uint8Array) => Uint8Array };
      const { sign } = port;
      bob.do((peer, now) => {
        let signed = 0;
        port.sign = (message) => (isSigned || ++signed > 1 ? sign(message) : new Uint8Array(64));
        peer.setPrekeys(now, [{ ...own, publicKey, serial: own.serial + 1 }]);
        port.sign = sign;
      });
      net.run(50);
      expect(refused(ann)).toBe(1);
      // What was known before stays, and so does the member.
      expect(known(net, ann, bob)).toBe(true);
    }
  });

  test('is verified once for each that is new', () => {
    const net = new TestNetwork('ann', 'bob');
    const [ann] = net.people as Two;
    let probes = 0;
    const { x25519 } = ann.crypto;
    (ann.crypto as { x25519: typeof x25519 }).x25519 = (own, other) => {
      probes++;
      return x25519(own, other);
    };
    net.run(10_000);
    expect(probes).toBe(0);
  });
});
