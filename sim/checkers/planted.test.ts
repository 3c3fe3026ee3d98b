/** One planted bug for each checker: a core that misbehaves in just that way, and the checker that must say so. */
import { describe, expect, test } from 'vitest';

import type { Bytes } from '../../src/base/bytes.ts';
import type { MemberId, RoomId } from '../../src/base/ids.ts';
import type { Address, MemberView, PeerConfig, PeerEvent, Transmit } from '../../src/core/api.ts';
import { datagramLength, wholeDatagram } from '../../src/core/datagram.ts';
import { Peer } from '../../src/core/peer.ts';
import { FRAME, typeOf } from '../../src/core/wire/header.ts';
import type { ScenarioName } from '../profiles.ts';
import { runScenario } from '../scenario.ts';
import { agreementChecker } from './agreement.ts';
import type { CheckerFactory } from './checker.ts';
import { duplicateChecker } from './duplicate.ts';
import { fileBytesChecker } from './file-bytes.ts';
import { groupsChecker } from './groups.ts';
import { honestSuccessChecker } from './honest-success.ts';
import { inventedChecker } from './invented.ts';
import { membershipChecker } from './membership.ts';
import { memoryChecker } from './memory.ts';
import { orderChecker } from './order.ts';
import { progressChecker } from './progress.ts';
import { timelineChecker } from './timeline.ts';
import { kindOf, trafficChecker } from './traffic.ts';

/** Of a member that repeats its feedback. */
const REPEAT_MS = 500;

type PeerClass = new (config: PeerConfig) => Peer;

/** The message of `checker`, alone at work, where every member has the bug and nothing else is wrong. */
function complaint(
  planted: PeerClass,
  checker: CheckerFactory,
  scenario: ScenarioName = 'calm',
): string | undefined {
  const { failure } = runScenario({
    seed: 1,
    scenario,
    memberCount: 5,
    loss: 0,
    checkers: [checker],
    createPeer: (config) => new planted(config),
  });
  // A bug that breaks the core in another way would prove nothing about the checker.
  expect(failure?.stack).toBeUndefined();
  return failure?.message;
}

/** Rewrites events on their way out; undefined swallows one. */
abstract class EventTamperer extends Peer {
  private readonly extra: PeerEvent[] = [];

  protected abstract tamper(event: PeerEvent): PeerEvent | undefined;

  protected alsoEmit(event: PeerEvent): void {
    this.extra.push(event);
  }

  override pollEvent(): PeerEvent | undefined {
    for (;;) {
      const event = this.extra.shift();
      if (event !== undefined) return event;
      const next = super.pollEvent();
      if (next === undefined) return undefined;
      const tampered = this.tamper(next);
      if (tampered !== undefined) return tampered;
    }
  }
}

const isForeignText = (event: PeerEvent): event is PeerEvent & { type: 'message' } =>
  event.type === 'message' && !event.own;

describe('a planted bug is caught by its checker', { timeout: 90_000 }, () => {
  test('no bug: the run is clean', () => {
    expect(runScenario({ seed: 1, scenario: 'calm', memberCount: 5, loss: 0 }).failure).toBeUndefined();
  });

  test('invented: a message attributed to another author', () => {
    class SwapsAuthor extends EventTamperer {
      private other: MemberId | undefined;
      protected tamper(event: PeerEvent): PeerEvent {
        if (!isForeignText(event)) return event;
        const from = this.other ?? event.from;
        this.other = event.from;
        return { ...event, from };
      }
    }
    expect(complaint(SwapsAuthor, inventedChecker)).toContain('another author');
  });

  test('invented: a message with another text', () => {
    class ChangesText extends EventTamperer {
      protected tamper(event: PeerEvent): PeerEvent {
        return isForeignText(event) ? { ...event, text: `${event.text}!` } : event;
      }
    }
    expect(complaint(ChangesText, inventedChecker)).toContain('another text');
  });

  test('invented: a message that leaves before it is durable', () => {
    class ShowsTooEarly extends EventTamperer {
      protected tamper(event: PeerEvent): PeerEvent {
        if (event.type === 'store-record') this.recordStored(0, event.room, event.id);
        return event;
      }
    }
    expect(complaint(ShowsTooEarly, inventedChecker)).toContain('before its author');
  });

  test('duplicate: a message shown twice', () => {
    class ShowsTwice extends EventTamperer {
      protected tamper(event: PeerEvent): PeerEvent {
        if (isForeignText(event)) this.alsoEmit(event);
        return event;
      }
    }
    expect(complaint(ShowsTwice, duplicateChecker)).toContain('twice');
  });

  test('order: one author, two messages, the wrong way round', () => {
    class SwapsOrder extends EventTamperer {
      private readonly held = new Map<MemberId, PeerEvent>();
      protected tamper(event: PeerEvent): PeerEvent | undefined {
        if (!isForeignText(event)) return event;
        const held = this.held.get(event.from);
        if (held === undefined) {
          this.held.set(event.from, event);
          return undefined;
        }
        this.held.delete(event.from);
        this.alsoEmit(held);
        return event;
      }
    }
    expect(complaint(SwapsOrder, orderChecker)).toMatch(/before its ancestor|after number/);
  });

  test('agreement: a message that one member is never shown', () => {
    class LosesOne extends EventTamperer {
      private hasLost = false;
      protected tamper(event: PeerEvent): PeerEvent | undefined {
        if (!isForeignText(event) || this.hasLost) return event;
        this.hasLost = true;
        return undefined;
      }
    }
    expect(complaint(LosesOne, agreementChecker)).toContain('lacks 1 of');
  });

  test('timeline: a record that one member shows and does not keep', () => {
    class KeepsAllButOne extends EventTamperer {
      private hasLost = false;
      protected tamper(event: PeerEvent): PeerEvent | undefined {
        if (event.type !== 'keep-record' || this.hasLost) return event;
        this.hasLost = true;
        return undefined;
      }
    }
    expect(complaint(KeepsAllButOne, timelineChecker)).toContain('differ from place');
  });

  test('honest-success: a receipt for what is not on the disk yet', () => {
    class TrustsTheDisk extends EventTamperer {
      protected tamper(event: PeerEvent): PeerEvent {
        if (event.type === 'keep-record') this.recordsKept(0, event.room, event.serial);
        return event;
      }
    }
    expect(complaint(TrustsTheDisk, honestSuccessChecker)).toContain('not shown or kept');
  });

  test('file-bytes: a flipped byte in a written block', () => {
    class FlipsByte extends EventTamperer {
      protected tamper(event: PeerEvent): PeerEvent {
        if (event.type !== 'write-block') return event;
        const bytes = event.bytes.slice();
        bytes[bytes.length - 1]! ^= 1;
        return { ...event, bytes };
      }
    }
    expect(complaint(FlipsByte, fileBytesChecker)).toContain('differs from the source');
  });

  test('file-bytes: a file that is finished before its last block is written', () => {
    class FinishesEarly extends EventTamperer {
      protected tamper(event: PeerEvent): PeerEvent {
        return event.type === 'write-block' ? { type: 'finish-file', transfer: event.transfer } : event;
      }
    }
    expect(complaint(FinishesEarly, fileBytesChecker)).toContain('with 0 of');
  });

  test('honest-success: a receiver counted as done when it has only accepted', () => {
    class HopesForTheBest extends EventTamperer {
      protected tamper(event: PeerEvent): PeerEvent {
        return event.type === 'transfer-accepted' ? { ...event, type: 'transfer-done' } : event;
      }
    }
    expect(complaint(HopesForTheBest, honestSuccessChecker)).toContain('no such file');
  });

  test('honest-success: a receipt for what was never shown', () => {
    class BelievesInReceipts extends EventTamperer {
      protected tamper(event: PeerEvent): PeerEvent {
        return event.type === 'receipt' ? { ...event, sequence: event.sequence + 1 } : event;
      }
    }
    expect(complaint(BelievesInReceipts, honestSuccessChecker)).toContain('receipt');
  });

  test('progress: a receiver that is deaf to pages never gets its file', () => {
    class DropsPages extends Peer {
      override handleDatagram(now: number, from: Address, bytes: Bytes): void {
        if (typeOf(bytes[0] ?? 0) !== FRAME.page) super.handleDatagram(now, from, bytes);
      }
    }
    expect(complaint(DropsPages, progressChecker)).toContain('is open');
  });

  test('progress: a sender that is not told of the last receipt', () => {
    class DropsLastReceipt extends EventTamperer {
      protected tamper(event: PeerEvent): PeerEvent | undefined {
        return event.type === 'transfer-done' && event.member !== undefined ? undefined : event;
      }
    }
    expect(complaint(DropsLastReceipt, progressChecker)).toContain('not told');
  });

  test('membership: a member that never expires', () => {
    class RemembersForever extends EventTamperer {
      private readonly known = new Map<string, MemberView>();
      private readonly told = new Set<string>();
      protected tamper(event: PeerEvent): PeerEvent | undefined {
        if (event.type === 'member-left') return undefined;
        if (event.type !== 'member-joined') return event;
        const key = `${event.room} ${event.member.id}`;
        if (this.told.has(key)) return undefined;
        this.told.add(key);
        return event;
      }
      override members(now: number, room: RoomId): readonly MemberView[] {
        for (const member of super.members(now, room)) this.known.set(`${room} ${member.id}`, member);
        return [...this.known].filter(([key]) => key.startsWith(room)).map(([, member]) => member);
      }
    }
    expect(complaint(RemembersForever, membershipChecker, 'churn')).toContain('still lists');
  });

  test('groups: a multicast group that is never left', () => {
    class NeverLeavesGroups extends EventTamperer {
      protected tamper(event: PeerEvent): PeerEvent | undefined {
        return event.type === 'unsubscribe' ? undefined : event;
      }
    }
    expect(complaint(NeverLeavesGroups, groupsChecker, 'files')).toContain('is in the groups');
  });

  test('memory: something kept of every datagram', () => {
    class KeepsEverything extends Peer {
      readonly heard: string[] = [];
      override handleDatagram(now: number, from: Address, bytes: Bytes): void {
        this.heard.push(`${from.host}:${from.port}`);
        super.handleDatagram(now, from, bytes);
      }
    }
    expect(complaint(KeepsEverything, memoryChecker)).toContain('heard');
  });

  test('traffic: feedback that is repeated without end', () => {
    class ChattersOn extends Peer {
      private last: Transmit | undefined;
      private repeatAt = 0;
      override pollTransmit(now: number): Transmit | undefined {
        const transmit = super.pollTransmit(now);
        if (transmit !== undefined && kindOf(transmit.bytes) === 'feedback') this.last = transmit;
        if (transmit !== undefined || now < this.repeatAt) return transmit;
        this.repeatAt = now + REPEAT_MS;
        return this.last;
      }
    }
    expect(complaint(ChattersOn, trafficChecker)).toContain('feedback in a calm time');
  });

  test('traffic: a datagram that no Ethernet carries whole', () => {
    class IgnoresTheMtu extends Peer {
      override pollTransmit(now: number): Transmit | undefined {
        const transmit = super.pollTransmit(now);
        if (transmit === undefined || datagramLength(transmit) < 1400) return transmit;
        const bytes = new Uint8Array(1500);
        bytes.set(wholeDatagram(transmit));
        return { to: transmit.to, bytes };
      }
    }
    expect(complaint(IgnoresTheMtu, trafficChecker)).toContain('in one datagram');
  });

  test('driver: a core that wants to be called again at once, for ever', () => {
    class Spins extends Peer {
      override pollTimeout(): number {
        return 0;
      }
    }
    expect(complaint(Spins, trafficChecker)).toContain('again and again');
  });
});
