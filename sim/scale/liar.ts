/**
 * A hostile neighbour in a scale run. It sits on the switch, hears every ASK and answers at once, before any honest member,
 * that everything of every block is missing: so all others hold back. `impostor` speaks in the name of one honest
 * receiver, `crowd` in a new invented name each time.
 */
import type { Bytes } from '../../src/base/bytes.ts';
import { toHex } from '../../src/base/bytes.ts';
import type { MemberId, RoomId } from '../../src/base/ids.ts';
import type { Random } from '../../src/base/prng.ts';
import type { Address } from '../../src/core/api.ts';
import { BLOCK_BYTES, DATA_HEADER_BYTES, DATAGRAM_BYTES_MAX, DEFAULT_PORT } from '../../src/core/limits.ts';
import { encodeReport } from '../../src/core/wire/ask.ts';
import { decodeFrame } from '../../src/core/wire/frame.ts';
import type { Star, StarNode } from './star.ts';

export type LiarKind = 'impostor' | 'crowd';

const SYMBOLS = Math.floor(BLOCK_BYTES / (DATAGRAM_BYTES_MAX - DATA_HEADER_BYTES));

export class Liar implements StarNode {
  readonly index: number;
  readonly address: Address = { host: '10.255.255.254', port: DEFAULT_PORT + 1 };
  private readonly star: Star;
  private readonly room: RoomId;
  private readonly random: Random;
  private readonly victim: MemberId | undefined;

  constructor(star: Star, room: RoomId, index: number, random: Random, victim: MemberId | undefined) {
    this.star = star;
    this.room = room;
    this.index = index;
    this.random = random;
    this.victim = victim;
  }

  receive(_from: Address, bytes: Bytes): void {
    const decoded = decodeFrame(bytes);
    if (!decoded.ok || decoded.value.frame.type !== 'ask') return;
    const { transfer, ask, blocks } = decoded.value.frame;
    const needs = blocks.map(({ block, groupCount }) => ({
      block,
      kind: 'symbols' as const,
      deficits: Array.from({ length: groupCount }, () => Math.floor(SYMBOLS / groupCount)),
    }));
    const member = this.victim ?? this.invent();
    const report = encodeReport(this.room, { transfer, member, ask, needs });
    this.star.send(this, { to: { kind: 'control', room: this.room }, bytes: report });
  }

  private invent(): MemberId {
    return toHex(Uint8Array.from({ length: 16 }, () => this.random.below(256))) as MemberId;
  }
}
