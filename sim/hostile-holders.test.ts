/** Members that lie about what they have of a file, and serve something else or nothing (protocol.md §7.11). */
import { describe, expect, test } from 'vitest';
import type { Bytes } from '../src/base/bytes.ts';
import type { MemberId, TransferId } from '../src/base/ids.ts';
import type { Address, CryptoPort, PeerConfig, Transmit } from '../src/core/api.ts';
import { wholeDatagram } from '../src/core/datagram.ts';
import { BLOCK_BYTES, DATA_HEADER_BYTES } from '../src/core/limits.ts';
import { Peer } from '../src/core/peer.ts';
import { streamOf } from '../src/core/transfer/stream.ts';
import { dataHeader, decodeData } from '../src/core/wire/data.ts';
import { decodeFrame } from '../src/core/wire/frame.ts';
import { FRAME, typeOf } from '../src/core/wire/header.ts';
import { encodeHold } from '../src/core/wire/hold.ts';
import type { HoldFrame } from '../src/core/wire/hold.ts';
import { encodePoll } from '../src/core/wire/poll.ts';
import { signFrame } from '../src/core/wire/signing.ts';
import { encodeSymbols, SYMBOL_HASH_BYTES } from '../src/core/wire/symbols.ts';
import { fileBytesChecker } from './checkers/file-bytes.ts';
import { honestSuccessChecker } from './checkers/honest-success.ts';
import { createIdentity } from './crypto.ts';
import { seededRandom } from '../src/base/prng.ts';
import type { SimNode } from './node.ts';
import { ROOM, Sending } from './sending.testkit.ts';

const SIZE = 16 * BLOCK_BYTES;
const LIMIT_MS = 60_000;
const LIAR = 2;
const LATE = 4;

/** Changes what it sends, datagram by datagram, and adds to it. */
abstract class Meddles extends Peer {
  protected readonly crypto: CryptoPort;
  private readonly extra: Transmit[] = [];

  constructor(config: PeerConfig) {
    super(config);
    this.crypto = config.crypto;
  }
  protected add(transmit: Transmit): void {
    this.extra.push(transmit);
  }
  /** Undefined: it does not leave. */
  protected abstract changed(bytes: Bytes): Bytes | undefined;

  override pollTransmit(now: number): Transmit | undefined {
    for (;;) {
      const next = this.extra.shift() ?? super.pollTransmit(now);
      if (next === undefined) return undefined;
      const bytes = this.changed(wholeDatagram(next));
      if (bytes !== undefined) return { to: next.to, bytes };
    }
  }
}
const isSymbol = (bytes: Bytes): boolean =>
  typeOf(bytes[0] as number) === FRAME.data || typeOf(bytes[0] as number) === FRAME.repair;

/** Says that it has the file, and sends nothing of it. */
class ServesNothing extends Meddles {
  protected changed(bytes: Bytes): Bytes | undefined {
    // Not even a poll: what it would be asked for it would make, and drop.
    return isSymbol(bytes) || typeOf(bytes[0] as number) === FRAME.poll ? undefined : bytes;
  }
}

/** Sends something else, and signs for the true symbols when it is asked. */
class ServesRubbish extends Meddles {
  protected changed(bytes: Bytes): Bytes | undefined {
    if (!isSymbol(bytes)) return bytes;
    const other = bytes.slice();
    other[DATA_HEADER_BYTES] = (other[DATA_HEADER_BYTES] as number) ^ 1;
    return other;
  }
}

/** Sends something else, and signs for that. */
class VouchesForRubbish extends ServesRubbish {
  private readonly hashes = new Map<string, Bytes>();

  protected override changed(bytes: Bytes): Bytes | undefined {
    const decoded = decodeFrame(bytes);
    const frame = decoded.ok ? decoded.value.frame : undefined;
    if (frame?.type === 'symbols') {
      const hashes = frame.hashes.map(
        (hash, i) => this.hashes.get(`${frame.block} ${frame.first + i}`) ?? hash,
      );
      return signFrame(this.crypto, 'symbols', ROOM, encodeSymbols(ROOM, { ...frame, hashes }));
    }
    const other = super.changed(bytes);
    const data = other !== undefined && isSymbol(other) ? decodeData(other) : undefined;
    if (data?.type === 'data') {
      const hash = this.crypto.sha256(data.payload).subarray(0, SYMBOL_HASH_BYTES);
      this.hashes.set(`${data.block} ${data.symbol}`, hash);
    }
    return other;
  }
}

const nodeOf = (run: Sending, index: number): SimNode => run.cluster.nodes[index] as SimNode;
const countersOf = (run: Sending, index: number) => (nodeOf(run, index).peer as Peer).counters();

/** Three others have the file, one of them a liar, its author has left, and one more comes. */
function lateAmong(liar: (config: PeerConfig) => Peer, loss: number): { run: Sending; tookMs: number } {
  const run = new Sending({
    memberCount: 5,
    conditions: { loss },
    checkers: [fileBytesChecker, honestSuccessChecker],
    realPeer: (config) => new Peer(config),
    createPeer: (index, config) => (index === LIAR ? liar(config) : new Peer(config)),
  });
  nodeOf(run, LATE).end();
  run.offer(0, 'file', SIZE);
  run.untilDone('file', [1, LIAR, 3], LIMIT_MS);
  nodeOf(run, 0).end();
  run.cluster.runFor(1000);
  const start = run.cluster.now;
  nodeOf(run, LATE).start();
  nodeOf(run, LATE).join(ROOM);
  while (!run.has('file', LATE) && run.cluster.now - start < LIMIT_MS) run.cluster.runFor(20);
  return { run, tookMs: run.cluster.now - start };
}

describe('a holder', { timeout: 120_000 }, () => {
  test.each([0, 0.1])('that serves nothing of what it claims costs its time, once; loss %d', (loss) => {
    const { run, tookMs } = lateAmong((config) => new ServesNothing(config), loss);
    expect(tookMs).toBeLessThan(20_000);
    // The two others have sent all of it between them, and not twice.
    const sent = (run.symbolBytesSent[1] as number) + (run.symbolBytesSent[3] as number);
    expect(sent).toBeLessThan(SIZE * (1.4 + 2 * loss));
  });

  test('that serves rubbish is passed over', () => {
    const { tookMs } = lateAmong((config) => new ServesRubbish(config), 0.02);
    expect(tookMs).toBeLessThan(40_000);
  });

  test('that serves rubbish and signs for it is dropped as a server', () => {
    const { run, tookMs } = lateAmong((config) => new VouchesForRubbish(config), 0.02);
    expect(tookMs).toBeLessThan(40_000);
    expect(countersOf(run, LATE)['holder-dropped']).toBeGreaterThan(0);
  });
});

/** Says HOLD in the names of others, of blocks that no file has, and again what it has heard. */
class Forges extends Meddles {
  others: readonly MemberId[] = [];
  /** Of whom it has heard a HELLO. */
  private readonly incarnations = new Map<MemberId, string>();
  private readonly heard: Bytes[] = [];
  private counter = 1_000_000;
  isReplaying = false;

  protected changed(bytes: Bytes): Bytes | undefined {
    return bytes;
  }
  override handleDatagram(now: number, from: Address, bytes: Bytes): void {
    super.handleDatagram(now, from, bytes);
    const decoded = decodeFrame(bytes);
    if (!decoded.ok) return;
    const { frame } = decoded.value;
    if (frame.type === 'hello') {
      const id = this.members(now, ROOM).find(({ publicKey }) =>
        publicKey.every((b, i) => b === frame.publicKey[i]),
      );
      if (id !== undefined) this.incarnations.set(id.id, frame.incarnation);
    }
    if (frame.type === 'hold') this.heard.push(bytes.slice());
    if (frame.type === 'poll') for (const member of this.others) this.forge(frame.transfer, member);
  }
  override handleTimeout(now: number): void {
    super.handleTimeout(now);
    if (this.isReplaying) for (const bytes of this.heard.splice(0)) this.speak(bytes);
  }

  private forge(transfer: TransferId, member: MemberId): void {
    const incarnation = this.incarnations.get(member) ?? '00'.repeat(8);
    const claim: Omit<HoldFrame, 'type'> = {
      transfer,
      member,
      incarnation,
      counter: this.counter++,
      complete: false,
      serving: true,
      wants: true,
      asks: true,
      ranges: [{ first: 0, count: 2 }],
    };
    this.speak(signFrame(this.crypto, 'hold', ROOM, encodeHold(ROOM, claim)));
    const beyond = { ...claim, ranges: [{ first: 1000, count: 2 }] };
    this.speak(signFrame(this.crypto, 'hold', ROOM, encodeHold(ROOM, beyond)));
  }
  private speak(bytes: Bytes): void {
    this.add({ to: { kind: 'control', room: ROOM }, bytes });
  }
}

describe('words about files', { timeout: 120_000 }, () => {
  test('in the names of others, of blocks that no file has, and old ones make nobody serve', () => {
    const forgers: Forges[] = [];
    const run = new Sending({
      memberCount: 4,
      conditions: { loss: 0.02 },
      checkers: [fileBytesChecker, honestSuccessChecker],
      realPeer: (config) => new Peer(config),
      createPeer: (index, config) => {
        if (index !== 3) return new Peer(config);
        const forger = new Forges(config);
        forgers.push(forger);
        return forger;
      },
    });
    const ids = run.cluster.nodes.map(({ id }) => id);
    for (const forger of forgers) forger.others = ids.slice(0, 3);
    run.offer(0, 'file', SIZE);
    run.untilDone('file', [1, 2], LIMIT_MS);
    expect(countersOf(run, 1)['bad-signature']).toBeGreaterThan(0);
    expect(countersOf(run, 1)['hold-malformed']).toBeGreaterThan(0);
    expect(run.symbolBytesSent.slice(1)).toEqual([0, 0, 0]);
  });

  test('that were true once make nobody serve again', () => {
    const { run } = lateAmong((config) => new Forges(config), 0);
    run.cluster.runFor(5000);
    const before = run.symbolBytesSent.reduce((sum, bytes) => sum + bytes);
    (nodeOf(run, LIAR).peer as Forges).isReplaying = true;
    run.cluster.runFor(20_000);
    expect(run.symbolBytesSent.reduce((sum, bytes) => sum + bytes)).toBe(before);
  });

  test('by a stream that nobody opened draw no answer, and its symbols go nowhere', () => {
    const run = new Sending({
      memberCount: 4,
      checkers: [fileBytesChecker, honestSuccessChecker],
      realPeer: (config) => new Peer(config),
    });
    let statuses = 0;
    const spoofed = new Set<TransferId>();
    run.onSent = (bytes) => {
      const decoded = decodeFrame(bytes);
      if (decoded.ok && decoded.value.frame.type === 'status' && spoofed.has(decoded.value.frame.transfer))
        statuses++;
    };
    run.offer(0, 'file', SIZE);
    run.cluster.runFor(300);
    const [id] = run.cluster.ledger.transfers.keys();
    const { crypto } = createIdentity(seededRandom(1), 'insecure-mac');
    const author = nodeOf(run, 0).id;
    const stream = streamOf(crypto, { id: id as TransferId, tag: 0, author }, nodeOf(run, 3).id);
    spoofed.add(stream.id);
    const from = { host: '10.0.0.99', port: 27_421 };
    const blocks = [{ block: 0, groupCount: 1 as const, wants: 'bitmap' as const }];
    for (let poll = 1; poll < 50; poll++) {
      const frame = encodePoll(ROOM, { transfer: stream.id, poll, round: 0, blocks });
      const rubbish = new Uint8Array(DATA_HEADER_BYTES + 1460);
      rubbish.set(dataHeader('data', stream.tag, 15, poll, 0));
      for (const index of [1, 2]) {
        nodeOf(run, index).receive(from, frame);
        nodeOf(run, index).receive(from, rubbish);
      }
      run.cluster.runFor(5);
    }
    run.untilDone('file', [1, 2, 3], LIMIT_MS);
    expect(statuses).toBe(0);
    expect(countersOf(run, 1)['block-corrupt']).toBeUndefined();
  });
});
