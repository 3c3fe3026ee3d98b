/**
 * What a private room costs its members' processors and the wire: one removal, by the number of members, and chat under the
 * seal beside chat in the open. Real cores with real cryptography, a few of them; the other members of a large room are
 * in its log and not there. The network is a model in memory whose datagrams take a millisecond.
 */
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Bytes } from '../../src/base/bytes.ts';
import { seededRandom } from '../../src/base/prng.ts';
import type { MemberId, RoomId } from '../../src/base/ids.ts';
import type { CryptoPort, PeerEvent, PrivateChain } from '../../src/core/api.ts';
import { wholeDatagram } from '../../src/core/datagram.ts';
import { createKernel } from '../../src/core/fec/kernel.ts';
import { Peer } from '../../src/core/peer.ts';
import { publicRoomId } from '../../src/core/room/groups.ts';
import { sealEpoch } from '../../src/core/secrecy/epoch-seal.ts';
import { tendPrekeys } from '../../src/core/secrecy/prekeys.ts';
import type { OwnPrekey } from '../../src/core/secrecy/prekeys.ts';
import { signOperation } from '../../src/core/wire/operation.ts';
import type { Operation } from '../../src/core/wire/operation.ts';
import type { OperationBody } from '../../src/core/wire/operation-body.ts';
import { memberIdOf } from '../../src/core/wire/record.ts';
import { nodeCrypto } from '../../src/io/crypto.ts';

export interface RoomCost {
  readonly memberCount: number;
  /** Of the remover, from the command until the new epoch has left; and of each other member, until it can read under it. */
  readonly removerMs: number;
  readonly otherMs: number;
  /** The longest that one call into the core took: what a datagram may have to wait. */
  readonly longestCallMs: number;
  /** All that the remover sent, and the time on the network's clock until another member was under the new epoch. */
  readonly wireBytes: number;
  readonly afterMs: number;
  /** Opening the room when the program starts. */
  readonly openMs: number;
}

export interface ChatCost {
  readonly room: 'private' | 'public';
  /** Processor time of the speaker and of one listener for each message. */
  readonly speakerMs: number;
  readonly listenerMs: number;
}

interface Key {
  readonly crypto: CryptoPort;
  readonly publicKey: Bytes;
  readonly id: MemberId;
  readonly prekeys: readonly OwnPrekey[];
}

const WALL_MS = 1_800_000_000_000;
const WAY_MS = 1;
/** A core does not write operations sooner after it opened a room. */
const SETTLED_MS = 3000;
const LIMIT_MS = 20_000;
const MESSAGES = 1000;
const kernel = createKernel();

function newKey(): Key {
  const { privateKey } = generateKeyPairSync('ed25519');
  const crypto = nodeCrypto(new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' })));
  const publicKey = new Uint8Array(
    createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(12),
  );
  return { crypto, publicKey, id: memberIdOf(crypto, publicKey), prekeys: tendPrekeys(crypto, [], WALL_MS) };
}

/** A core on the model network: its processor time, and what it sent. */
class Node {
  readonly key: Key;
  readonly peer: Peer;
  readonly events: PeerEvent[] = [];
  busyMs = 0;
  longestMs = 0;
  sentBytes = 0;
  private readonly net: Net;

  constructor(net: Net, key: Key, index: number) {
    this.net = net;
    this.key = key;
    this.peer = new Peer({
      crypto: key.crypto,
      kernel,
      random: seededRandom(index),
      publicKey: key.publicKey,
      name: `member ${index}`,
      prekeys: key.prekeys,
      unicastPort: 1 + index,
      datagramBytesMax: 1472,
    });
  }

  call(command: (peer: Peer, now: number) => void): void {
    const startedAt = performance.now();
    const { peer, net } = this;
    command(peer, net.now);
    this.longestMs = Math.max(this.longestMs, performance.now() - startedAt);
    const datagrams: Bytes[] = [];
    for (let next = peer.pollTransmit(net.now); next !== undefined; next = peer.pollTransmit(net.now))
      datagrams.push(wholeDatagram(next));
    const events: PeerEvent[] = [];
    for (let event = peer.pollEvent(); event !== undefined; event = peer.pollEvent()) events.push(event);
    this.busyMs += performance.now() - startedAt;
    for (const bytes of datagrams) {
      this.sentBytes += bytes.length;
      net.deliver(this, bytes);
    }
    for (const event of events) this.serve(event);
  }

  /** A store that is never slow, so that only the core is measured. */
  private serve(event: PeerEvent): void {
    this.events.push(event);
    if (event.type === 'store-record') this.call((peer, now) => peer.recordStored(now, event.room, event.id));
    else if (event.type === 'keep-record')
      this.call((peer, now) => peer.recordsKept(now, event.room, event.serial));
    if (event.type === 'store-private')
      this.call((peer, now) => peer.privateStored(now, event.room, event.serial));
  }
}

class Net {
  now = 1000;
  readonly nodes: Node[] = [];
  private readonly underway: { readonly at: number; readonly run: () => void }[] = [];

  deliver(from: Node, bytes: Bytes): void {
    for (const node of this.nodes) {
      if (node === from) continue;
      const address = { host: '10.0.0.1', port: 1 + this.nodes.indexOf(from) };
      const run = (): void => node.call((peer, now) => peer.handleDatagram(now, address, bytes));
      this.underway.push({ at: this.now + WAY_MS, run });
    }
  }

  /** Until it holds; the milliseconds that took. */
  until(holds: () => boolean, what: string): number {
    const startedAt = this.now;
    while (!holds()) {
      if (this.now - startedAt > LIMIT_MS) throw new Error(`after ${LIMIT_MS} ms: not ${what}`);
      const due = this.nodes.map(({ peer }) => peer.pollTimeout());
      const at = Math.max(this.now, Math.min(this.underway[0]?.at ?? Infinity, ...due));
      this.now = at;
      if (this.underway[0] !== undefined && this.underway[0].at <= at) this.underway.shift()?.run();
      else this.nodes[due.indexOf(Math.min(...due))]?.call((peer, now) => peer.handleTimeout(now));
    }
    return this.now - startedAt;
  }

  run(ms: number): void {
    const end = this.now + ms;
    this.until(() => this.now >= end, 'over');
  }
}

/** A room of so many in which the first let all others in, and the store of one who is in it. */
function roomOf(owner: Key, others: readonly Key[]): { readonly room: RoomId; readonly chain: PrivateChain } {
  const genesisSecret = new Uint8Array(randomBytes(32));
  const prekeyOf = (key: Key): Bytes => key.prekeys[0]!.publicKey;
  const operations: Operation[] = [];
  const write = (body: OperationBody): void => {
    const previous = operations.at(-1);
    const fields = {
      room: previous?.room,
      publicKey: owner.publicKey,
      sequence: operations.length + 1,
      previous: previous?.id,
      authority: operations[0]?.id,
      parents: [],
      depth: operations.length + 1,
      body,
    };
    operations.push(signOperation(owner.crypto, fields));
  };
  write({
    kind: 'genesis',
    prekey: prekeyOf(owner),
    secretHash: owner.crypto.sha256(genesisSecret),
    name: 'owner',
    roomName: 'room',
    history: { kind: 'since-joining' },
  });
  for (const [index, key] of others.entries()) {
    const subject = { publicKey: key.publicKey, prekey: prekeyOf(key), name: `member ${index}` };
    write({ kind: 'add', role: 'member', subject });
  }
  const newest = operations.at(-1);
  if (newest === undefined) throw new Error('a room without a genesis');
  const { room, id: head } = newest;
  const recipients = [owner, ...others].map((key) => ({ member: key.id, prekey: prekeyOf(key) }));
  const draft = { room, publicKey: owner.publicKey, generation: 1, heads: [head], recipients };
  const { epoch, secret } = sealEpoch(owner.crypto, draft);
  const chain: PrivateChain = {
    genesisSecret,
    kind: 'private',
    operations: operations.map(({ bytes }) => bytes),
    epochs: [{ bytes: epoch.bytes, secret }],
    audiences: [],
    invites: [],
  };
  return { room, chain };
}

function openIn(keys: readonly Key[], room: RoomId, chain: PrivateChain | undefined): Net {
  const net = new Net();
  for (const [index, key] of keys.entries()) net.nodes.push(new Node(net, key, index));
  const own = { records: [], floors: [], catchUp: true };
  for (const node of net.nodes)
    node.call((peer, now) =>
      chain === undefined ? peer.join(now, room, own) : peer.openRoom(now, room, own, chain),
    );
  net.run(SETTLED_MS);
  return net;
}

export function measureRemoval(memberCount: number): RoomCost {
  const keys = Array.from({ length: memberCount }, newKey);
  const [owner, ...others] = keys as [Key, ...Key[]];
  const { room, chain } = roomOf(owner, others);
  const net = openIn(keys.slice(0, 3), room, chain);
  const [remover, other] = net.nodes as [Node, Node];
  const openMs = remover.longestMs;
  for (const node of net.nodes) Object.assign(node, { busyMs: 0, longestMs: 0, sentBytes: 0 });
  const target = keys[2]!.id;
  const isUnderTheNew = ({ peer }: Node): boolean => {
    const { secured, members } = peer.privateRoom(room);
    return secured && members.length === memberCount - 1;
  };
  remover.call((peer, now) => peer.removeFromRoom(now, room, target, 1));
  const afterMs = net.until(() => isUnderTheNew(remover) && isUnderTheNew(other), 'under the new epoch');
  return {
    memberCount,
    removerMs: remover.busyMs,
    otherMs: other.busyMs,
    longestCallMs: Math.max(remover.longestMs, other.longestMs),
    wireBytes: remover.sentBytes,
    afterMs,
    openMs,
  };
}

export function measureChat(kind: ChatCost['room']): ChatCost {
  const keys = [newKey(), newKey()];
  const [speakerKey, listenerKey] = keys as [Key, Key];
  const made = kind === 'private' ? roomOf(speakerKey, [listenerKey]) : undefined;
  const room = made?.room ?? publicRoomId(speakerKey.crypto, 'lobby');
  const net = openIn(keys, room, made?.chain);
  const [speaker, listener] = net.nodes as [Node, Node];
  for (const node of net.nodes) Object.assign(node, { busyMs: 0, longestMs: 0, sentBytes: 0 });
  const heard = (): number => listener.events.filter(({ type }) => type === 'message').length;
  for (let count = 1; count <= MESSAGES; count++) {
    speaker.call((peer, now) => peer.say(now, room, `message ${count}`, WALL_MS, count));
    if (count % 20 === 0) net.until(() => heard() === count, 'heard');
  }
  return { room: kind, speakerMs: speaker.busyMs / MESSAGES, listenerMs: listener.busyMs / MESSAGES };
}
