/**
 * A transfer between members who are both there comes to its end: whole, unless somebody cancelled it, a disk
 * failed, or a fault kept the two apart for long. The sender learns of each end too. Nothing hangs.
 */
import type { MemberId, TransferId } from '../../src/base/ids.ts';
import type { TransferFailure } from '../../src/core/api.ts';
import type { Cluster } from '../cluster.ts';
import type { KnownTransfer, Ledger, Reception } from '../ledger.ts';
import type { SimNode } from '../node.ts';
import type { Observation } from '../observation.ts';
import { Violation } from '../violation.ts';
import type { Checker, CheckerFactory } from './checker.ts';

const NAME = 'progress';

/** Disturbances of this length in all may end a transfer: shorter ones must not. */
const EXCUSING_DISTURBANCE_MS = 6000;
/** Those just before the offer count too: whoever was silent then may be taken for gone now. */
const DISTURBANCE_MEMORY_MS = 15_000;

export const progressChecker: CheckerFactory = (cluster) => new ProgressChecker(cluster);

class ProgressChecker implements Checker {
  readonly name = NAME;
  private readonly ledger: Ledger;
  private readonly nodes: readonly SimNode[];
  /** Ends that a sender was told of: by transfer and member. */
  private readonly endsTold = new Set<string>();

  private readonly now: () => number;

  constructor(cluster: Cluster) {
    this.now = () => cluster.now;
    this.ledger = cluster.ledger;
    this.nodes = cluster.nodes;
  }

  observe(now: number, observation: Observation): void {
    if (observation.type !== 'event') return;
    const { node, event } = observation;
    if (event.type !== 'transfer-done' && event.type !== 'transfer-failed') return;
    if (event.member !== undefined) this.endsTold.add(`${event.transfer} ${event.member}`);
    if (event.type === 'transfer-failed') {
      this.checkFailed(now, node, event.transfer, event.member, event.reason);
    }
  }

  pending(): string | undefined {
    return this.openReception() ?? this.unoffered();
  }

  private checkFailed(
    now: number,
    node: SimNode,
    transferId: TransferId,
    member: MemberId | undefined,
    reason: TransferFailure,
  ): void {
    const transfer = this.ledger.transfers.get(transferId);
    const receiver = member === undefined ? node : this.ledger.nodesById.get(member);
    if (transfer === undefined || receiver === undefined) return;
    const receptions = transfer.receptions.filter((reception) => reception.session.node === receiver);
    // A sender hears of members in any of their lives, and of some that never saw the offer.
    const isFine =
      receptions.some((reception) => this.isExcused(reception, reason, now)) ||
      (member === undefined
        ? receptions.length === 0
        : this.isSeparated(transfer, receiver, now) || this.hasLeftSince(transfer, receiver));
    if (isFine) return;
    throw new Violation(
      NAME,
      `node ${node.index} shows ${transferId} to node ${receiver.index} as failed (${reason}), for which there is no cause`,
    );
  }

  private isExcused(reception: Reception, reason: TransferFailure, now: number): boolean {
    const { transfer, session } = reception;
    switch (reason) {
      case 'cancelled-by-sender':
      case 'file-changed':
      case 'file-unreadable':
        return transfer.endedBySenderAt !== undefined;
      case 'cancelled-by-receiver':
        return reception.cancelledAt !== undefined;
      case 'declined':
        return reception.decision === 'declined';
      case 'disk-full':
      case 'disk-error':
        return reception.diskFault !== undefined;
      case 'sender-left':
      case 'member-left':
      case 'stalled':
        return this.isSeparated(transfer, session.node, now);
      // Whoever was removed had a session of the room until then.
      case 'removed':
      case 'room-quit':
        return session.endedAt !== undefined;
      case 'corrupt':
      case 'pack-refused':
        return false;
    }
  }

  /** It quit, or its process ended, after the file was offered: perhaps before it heard of it. */
  private hasLeftSince(transfer: KnownTransfer, receiver: SimNode): boolean {
    return this.ledger.sessions.some(
      ({ node, room, endedAt }) =>
        node === receiver && room === transfer.record.room && (endedAt ?? -1) >= transfer.offeredAt,
    );
  }

  private isSeparated(transfer: KnownTransfer, receiver: SimNode, now: number): boolean {
    const parties = [transfer.record.author, receiver];
    const from = transfer.offeredAt - DISTURBANCE_MEMORY_MS;
    return (
      transfer.endedBySenderAt !== undefined ||
      this.ledger.disturbedMs(parties, from, now) >= EXCUSING_DISTURBANCE_MS
    );
  }

  /** The first accepted transfer without an end on both sides, in words. */
  private openReception(): string | undefined {
    for (const transfer of this.ledger.transfers.values()) {
      for (const reception of transfer.receptions) {
        const { node, endedAt } = reception.session;
        if (endedAt !== undefined || !node.isRunning || reception.decision !== 'accepted') continue;
        const label = `the transfer ${transfer.id} from node ${transfer.record.author.index} to node ${node.index}`;
        if (reception.outcome === undefined) {
          if (!this.canBeHad(transfer, node)) continue;
          return `${label} is open; it last moved at ${(reception.lastProgressAt / 1000).toFixed(1)} s`;
        }
        const mustBeTold = reception.outcome === 'done' && !this.isSeparated(transfer, node, this.now());
        if (mustBeTold && !this.endsTold.has(`${transfer.id} ${node.id}`)) {
          return `${label} is done, but its sender was not told`;
        }
      }
    }
    return undefined;
  }

  /** Every block that it lacks is with somebody who is there and gives it; and it was not ended, of which word may be lost. */
  private canBeHad(transfer: KnownTransfer, node: SimNode): boolean {
    const { author, room } = transfer.record;
    if (transfer.endedBySenderAt !== undefined && !transfer.isEndedForNow) return author.isRunning;
    const isThere = (one: SimNode): boolean => one.isRunning && this.ledger.session(one, room) !== undefined;
    const lacks = node.fileServer.files.lacking(transfer.id, transfer.content.bytes.length);
    const others = this.nodes.filter((one) => one !== node && isThere(one));
    if (lacks.length === 0) return others.some((one) => one === author);
    return lacks.every((block) => others.some((one) => this.gives(transfer, one, block)));
  }

  private gives(transfer: KnownTransfer, node: SimNode, block: number): boolean {
    if (node === transfer.record.author) return node.openSources().includes(transfer.id);
    const reception = this.ledger.reception(node, transfer.id);
    const isKept = reception?.decision === 'accepted' && reception.cancelledAt === undefined;
    return isKept && node.fileServer.files.has(transfer.id, block);
  }

  /** Who was there when a file was offered, and still is, was offered it. */
  private unoffered(): string | undefined {
    for (const transfer of this.ledger.transfers.values()) {
      if (transfer.endedBySenderAt !== undefined || transfer.record.durableAt === undefined) continue;
      for (const node of this.nodes) {
        const session = this.ledger.session(node, transfer.record.room);
        if (!node.isRunning || session === undefined || node === transfer.record.author) continue;
        if (session.startedAt > transfer.offeredAt) continue;
        if (transfer.receptions.some((reception) => reception.session === session)) continue;
        return `node ${node.index} was not offered ${transfer.id}`;
      }
    }
    return undefined;
  }
}
