/** No success on hope: a receipt or a "done" is only shown about a member that really has the message or the file. */
import type { MemberId, RecordId, RoomId, TransferId } from '../../src/base/ids.ts';
import type { PeerEvent } from '../../src/core/api.ts';
import type { SimNode } from '../node.ts';
import { Violation } from '../violation.ts';
import type { Checker, CheckerFactory } from './checker.ts';

const NAME = 'honest-success';

export const honestSuccessChecker: CheckerFactory = ({ ledger }): Checker => {
  /** By member: all that it was ever shown, in any life. */
  const shownTo = new Map<MemberId, Set<RecordId>>();
  /** What was written, by room and author. */
  const recordsOf = new Map<string, { readonly id: RecordId; readonly sequence: number }[]>();

  const authorKey = (room: RoomId, node: SimNode): string => `${room} ${node.index}`;

  const checkReceipt = (node: SimNode, event: PeerEvent & { type: 'receipt' }): void => {
    const shown = shownTo.get(event.member);
    const records = recordsOf.get(authorKey(event.room, node)) ?? [];
    if (!records.some((record) => record.sequence >= event.sequence)) {
      throw new Violation(
        NAME,
        `node ${node.index} has a receipt for number ${event.sequence}, not yet written`,
      );
    }
    const member = ledger.nodesById.get(event.member);
    // Who does not catch up has no past to confirm.
    if (member?.catchesUp === false) return;
    for (const { id, sequence } of records) {
      const isThere = shown?.has(id) === true && member !== undefined && ledger.hasKept(member, id);
      if (sequence > event.sequence || isThere) continue;
      const record = ledger.records.get(id);
      // The end of a transfer is a record too, but nobody sees it; what a crash kept from the disk never left.
      if (record?.kind === 'end' || record?.durableAt === undefined) continue;
      throw new Violation(
        NAME,
        `node ${node.index} has a receipt of node ${member?.index} up to ${event.sequence}, but ${sequence} was not shown or kept there`,
      );
    }
  };

  const checkDone = (node: SimNode, member: MemberId | undefined, transferId: TransferId): void => {
    const transfer = ledger.transfers.get(transferId);
    const receiver = member === undefined ? node : ledger.nodesById.get(member);
    const finished = transfer?.receptions.some(
      (reception) => reception.session.node === receiver && reception.finishedOnDisk,
    );
    if (finished !== true) {
      throw new Violation(
        NAME,
        `node ${node.index} shows ${transferId} as done at node ${receiver?.index}, whose disk has no such file`,
      );
    }
  };

  const remember = (node: SimNode, id: RecordId): void => {
    let shown = shownTo.get(node.id);
    if (shown === undefined) shownTo.set(node.id, (shown = new Set()));
    shown.add(id);
  };

  return {
    name: NAME,
    observe(_now, observation) {
      if (observation.type !== 'event') return;
      const { node, event } = observation;
      if (event.type === 'message' || event.type === 'annotation') remember(node, event.id);
      else if (event.type === 'transfer-offered' || event.type === 'offer-parked')
        remember(node, event.message);
      else if (event.type === 'receipt') checkReceipt(node, event);
      else if (event.type === 'transfer-done') checkDone(node, event.member, event.transfer);
      else if (event.type === 'store-record') {
        const key = authorKey(event.room, node);
        const records = recordsOf.get(key) ?? [];
        records.push({ id: event.id, sequence: event.sequence });
        recordsOf.set(key, records);
      }
    },
  };
};
