/** Files in private rooms under several epochs: losses, late members, mixed-up epochs, outsiders, many, and poison. */
import { describe, expect, test } from 'vitest';
import { Disks, FILE } from '../../../test/disks.ts';
import { roomOf, TestNetwork } from '../../../test/private-network.ts';
import type { Person, Sent } from '../../../test/private-network.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { RoomId, TransferId } from '../../base/ids.ts';
import { seededRandom } from '../../base/prng.ts';
import { BLOCK_BYTES, FEW_RECEIVERS_MAX, TAG_BYTES } from '../limits.ts';
import { blockKey } from '../transfer/file.ts';
import { decodeData, isBulk, PUBLIC_EPOCH } from '../wire/data.ts';
import { FRAME, typeOf } from '../wire/header.ts';
import { parseRecord } from '../wire/record.ts';
import type { PrivateRooms } from './private-rooms.ts';

const isSymbol = (bytes: Bytes): boolean =>
  typeOf(bytes[0] as number) === FRAME.data || typeOf(bytes[0] as number) === FRAME.repair;
const epochOf = (bytes: Bytes): number => bytes[1] as number;

const BYTES_PER_MS_MAX = 3000;

interface Scene {
  readonly net: TestNetwork;
  readonly room: RoomId;
  readonly disks: Disks;
  readonly ann: Person;
  readonly others: readonly Person[];
}

/** Ann's room with these others, and a file of hers on its way in it. */
function sending(file: Uint8Array, ...names: readonly string[]): Scene {
  const net = new TestNetwork('ann', ...names);
  const [ann, ...others] = net.people as [Person, ...Person[]];
  const room = roomOf(net, ann, ...others);
  net.run(500);
  const disks = new Disks(net, file);
  disks.serve();
  // Slow enough that its blocks end one after the other.
  ann.do((peer, now, token) =>
    peer.offer(now, room, { name: 'map.bin', size: file.length }, 0, token, BYTES_PER_MS_MAX),
  );
  return { net, room, disks, ann, others };
}

const remove = ({ ann, room }: Scene, whom: Person): void =>
  void ann.do((peer, now, token) => peer.removeFromRoom(now, room, whom.id, token));
const writtenBy = (who: Person): number => new Set(who.of('write-block').map(({ block }) => block)).size;
const transferOf = ({ ann }: Scene): TransferId => ann.of('transfer-offered')[0]?.transfer as TransferId;

function loseBulk(net: TestNetwork, loss: number, seed: number): void {
  const random = seededRandom(seed);
  net.isLost = ({ bytes }) => isBulk(bytes) && random.next() < loss;
}

function complete({ disks, ann }: Scene, file: Uint8Array, ...receivers: readonly Person[]): void {
  disks.until(() => receivers.every((one) => disks.finished.has(one)), 60_000, 'whole at all');
  const told = (one: Person): boolean => ann.of('transfer-done').some(({ member }) => member === one.id);
  disks.until(() => receivers.every(told), 20_000, 'confirmed');
  for (const one of receivers) expect(disks.written.get(one)).toEqual(file);
}

/** Epochs of the symbols that were sent, in their order, each once. */
function epochsSent(sent: readonly Sent[]): number[] {
  return [...new Set(sent.filter(({ bytes }) => isSymbol(bytes)).map(({ bytes }) => epochOf(bytes)))];
}

describe('a file whose room is rekeyed', () => {
  test('in its last block, at 20 % loss, is whole', () => {
    for (let seed = 1; seed <= 2; seed++) {
      const scene = sending(FILE, 'bob', 'cleo');
      const [bob, cleo] = scene.others as [Person, Person];
      loseBulk(scene.net, 0.2, seed);
      const { isLost } = scene.net;
      // Nothing of it comes under the old epoch.
      scene.net.isLost = (sent, receiver) =>
        (receiver === cleo && isSymbol(sent.bytes) && decodeData(sent.bytes)?.block === 4) ||
        isLost(sent, receiver);
      scene.disks.until(() => writtenBy(cleo) === 4, 60_000, 'in the last block');
      scene.net.isLost = isLost;
      expect(scene.disks.finished.has(cleo)).toBe(false);
      remove(scene, bob);
      complete(scene, FILE, cleo);
      expect(epochsSent(scene.net.sent).length, `seed ${seed}`).toBe(2);
    }
  });

  test('twice in a row, at 20 % loss, is whole', () => {
    const scene = sending(FILE, 'bob', 'cleo', 'dan');
    const [bob, cleo, dan] = scene.others as [Person, Person, Person];
    loseBulk(scene.net, 0.2, 5);
    scene.disks.until(() => writtenBy(cleo) > 0, 60_000, 'begun');
    remove(scene, bob);
    scene.net.run(5);
    scene.disks.serve();
    remove(scene, dan);
    complete(scene, FILE, cleo);
    for (const out of [bob, dan]) expect(scene.disks.finished.has(out)).toBe(false);
    expect(scene.ann.of('transfer-failed').map(({ member }) => member)).toEqual([bob.id, dan.id]);
  });

  test('is whole at a member that hears of the new epoch late', () => {
    const scene = sending(FILE, 'bob', 'cleo', 'dan');
    const [bob, cleo, dan] = scene.others as [Person, Person, Person];
    scene.disks.until(() => writtenBy(cleo) > 0, 60_000, 'begun');
    const deafUntil = scene.net.now + 1500;
    scene.net.isLost = ({ bytes }, receiver) =>
      receiver === cleo && typeOf(bytes[0] as number) === FRAME.sync && scene.net.now < deafUntil;
    remove(scene, bob);
    scene.disks.until(() => scene.disks.finished.has(dan), 30_000, 'whole at dan');
    complete(scene, FILE, cleo, dan);
    expect(scene.net.now).toBeGreaterThan(deafUntil);
  });

  test('is whole at every one of more than a few', () => {
    const names = Array.from({ length: FEW_RECEIVERS_MAX + 2 }, (_, i) => `p${i}`);
    const file = FILE.slice(0, 1_400_000);
    const scene = sending(file, ...names);
    const [out, ...rest] = scene.others as [Person, ...Person[]];
    expect(rest.length).toBeGreaterThan(FEW_RECEIVERS_MAX);
    loseBulk(scene.net, 0.02, 9);
    scene.disks.until(() => rest.some((one) => writtenBy(one) > 0), 60_000, 'begun');
    remove(scene, out);
    complete(scene, file, ...rest);
    expect(scene.disks.finished.has(out)).toBe(false);
    expect(epochsSent(scene.net.sent).length).toBe(2);
  }, 120_000);
});

describe('what is of one epoch', () => {
  test('opens under no other, and the block is got all the same', () => {
    const scene = sending(FILE, 'bob', 'cleo');
    const { net, disks } = scene;
    const [bob, cleo] = scene.others as [Person, Person];
    // Cleo hears nothing of one block until it goes under the next epoch.
    const tape: Sent[] = [];
    const isOfBlock = (bytes: Bytes): boolean => isSymbol(bytes) && decodeData(bytes)?.block === 3;
    net.isLost = (sent, receiver) => {
      if (receiver !== cleo || !isOfBlock(sent.bytes)) return false;
      if (typeOf(sent.bytes[0] as number) === FRAME.data) tape.push(sent);
      return true;
    };
    const symbols = new Set<number>();
    const isTaped = (): boolean => {
      for (const { bytes } of tape) symbols.add(decodeData(bytes)?.symbol ?? 0);
      return symbols.size >= Math.ceil((BLOCK_BYTES + TAG_BYTES) / 1460);
    };
    disks.until(() => writtenBy(cleo) >= 3 && isTaped(), 60_000, 'all but one block');
    const [old] = epochsSent(net.sent) as [number];
    remove(scene, bob);
    const fresh = (): number => scene.net.sent.findLast(({ bytes }) => isSymbol(bytes))?.bytes[1] as number;
    disks.until(() => fresh() !== old, 20_000, 'the next epoch');
    const before = cleo.peer.counters()['block-corrupt'] ?? 0;
    for (const { bytes, by } of tape) {
      if (epochOf(bytes) !== old) continue;
      const moved = bytes.slice();
      moved[1] = fresh();
      net.inject(cleo, moved, by.address);
    }
    for (let i = 0; i < 200; i++) {
      net.run(1);
      disks.serve();
    }
    expect(cleo.peer.counters()['block-corrupt'] ?? 0).toBeGreaterThan(before);
    net.isLost = () => false;
    complete(scene, FILE, cleo);
  });

  test('is nothing to an outsider, whatever it makes of what it saw', () => {
    const scene = sending(FILE, 'bob');
    const { net, ann, room } = scene;
    const [bob] = scene.others as [Person];
    complete(scene, FILE, bob);
    const symbols = net.sent.filter(({ bytes }) => typeOf(bytes[0] as number) === FRAME.data);
    expect(symbols.some(({ bytes }) => epochOf(bytes) === PUBLIC_EPOCH)).toBe(false);
    const sealed = sealedBlock(symbols, 0);
    const hash = ann.crypto.sha256(FILE.slice(0, BLOCK_BYTES));
    const opens = (secret: Bytes): boolean => {
      const opener = ann.crypto.openStream(
        blockKey(ann.crypto, secret, 0, hash),
        sealed.subarray(sealed.length - TAG_BYTES),
      );
      opener.update(sealed.subarray(0, sealed.length - TAG_BYTES));
      return opener.final();
    };
    // A member has the key, or the test would show nothing.
    const { privates } = ann.peer as unknown as { privates: PrivateRooms };
    const { transferKeys } = privates.get(room);
    const transfer = transferOf(scene);
    expect(opens(transferKeys.of(epochOf(symbols[0]?.bytes as Bytes))?.secret(transfer) as Bytes)).toBe(true);
    // The offer's own secret, which is the key in public rooms, is none here; nor is what an outsider may guess at.
    const kept = ann.records.history(room, true).records;
    const [record] = kept.map(({ bytes }) => parseRecord(ann.crypto, bytes)?.body);
    expect(record?.kind).toBe('offer');
    if (record?.kind === 'offer') expect(opens(record.secret)).toBe(false);
    for (const guess of [new Uint8Array(32), ann.identity.publicKey, bob.prekeys[0]?.publicKey as Bytes])
      expect(opens(guess)).toBe(false);
  });

  function sealedBlock(symbols: readonly Sent[], block: number): Bytes {
    const sealed = new Uint8Array(BLOCK_BYTES + TAG_BYTES);
    const symbolBytes = Math.max(...symbols.map(({ bytes }) => decodeData(bytes)?.payload.length ?? 0));
    for (const { bytes } of symbols) {
      const frame = decodeData(bytes);
      if (frame === undefined || frame.block !== block) continue;
      const at = frame.symbol * symbolBytes;
      sealed.set(frame.payload.subarray(0, Math.max(0, sealed.length - at)), at);
    }
    return sealed;
  }
});

test('poison by a member, and its removal meanwhile, cost time and nothing else', () => {
  const scene = sending(FILE, 'bob', 'cleo');
  const { net, disks } = scene;
  const [bob, cleo] = scene.others as [Person, Person];
  const random = seededRandom(3);
  let poisoned = 0;
  net.isLost = ({ bytes, by }, receiver) => {
    // Bob is quicker than ann with one symbol in fifty, and says something else in it.
    const epoch = epochOf(bytes);
    if (receiver !== cleo || by === bob || typeOf(bytes[0] as number) !== FRAME.data) return false;
    if (random.below(50) > 0 || poisoned > 400) return false;
    poisoned++;
    const false_ = bytes.slice();
    for (let i = 12; i < false_.length; i++) false_[i] = random.below(256);
    false_[1] = epoch;
    net.later(0.5, () => net.inject(cleo, false_, bob.address));
    return true;
  };
  disks.until(() => poisoned > 20, 60_000, 'poisoned');
  disks.until(() => writtenBy(cleo) > 0 || net.now > 8000, 60_000, 'some way on');
  remove(scene, bob);
  complete(scene, FILE, cleo);
  expect(cleo.peer.counters()['block-corrupt'] ?? 0).toBeGreaterThan(0);
  expect(disks.finished.has(bob)).toBe(false);
});
