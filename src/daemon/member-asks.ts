/**
 * What the sender of a file asks of one member that does not have it. Asking is bounded here so that nobody presses a button in
 * vain; that it is bounded at whoever is asked does not rest on this.
 */
import type { TransferInfo } from '../contract/api.ts';
import { RETRY_ASK_SPACING_MS } from '../core/limits.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import { ApiFault } from './fault.ts';
import type { Members } from './members.ts';
import type { TransferBook } from './transfer-book.ts';
import { askOf, mayAsk } from './transfer-model.ts';
import type { MemberRow, Transfer } from './transfer-model.ts';

export interface MemberAsksContext {
  readonly members: Members;
  readonly book: TransferBook;
  readonly post: (command: EngineCommand) => void;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export class MemberAsks {
  readonly #context: MemberAsksContext;

  constructor(context: MemberAsksContext) {
    this.#context = context;
  }

  /** `member`: as a person types it. ApiFault where there is nothing to ask, or it is too soon. */
  ask(id: string, member: string): TransferInfo {
    const { book, members, post, now } = this.#context;
    const transfer = book.get(id);
    const row = members.resolve([...transfer.rows.values()], member, book.info(transfer).room);
    this.#requireAskable(transfer, row);
    row.askedAt = now();
    row.isAsked = true;
    post({ type: 'ask-member', transfer: transfer.id, member: row.id });
    book.changed(transfer, true);
    book.commit();
    return book.info(transfer);
  }

  #requireAskable(transfer: Transfer, row: MemberRow): void {
    const { members, now } = this.#context;
    const { name, askedAt = -Infinity } = row;
    const ask = mayAsk(transfer) && transfer.isLive ? askOf(row) : undefined;
    if (row.state === 'paused') throw new ApiFault('retry-paused', { name });
    if (ask === undefined) throw new ApiFault('retry-pointless', { name });
    if (ask === 'enough') throw new ApiFault('retry-enough', { name });
    if (members.view(transfer.roomId, row.id) === undefined) throw new ApiFault('retry-away', { name });
    const seconds = Math.ceil((askedAt + RETRY_ASK_SPACING_MS - now()) / 1000);
    if (seconds > 0) throw new ApiFault('retry-early', { name, seconds });
  }
}

/** It did what it was asked: it takes the file, or its person has the question. */
export function answered(row: MemberRow): void {
  if (row.isAsked !== true) return;
  delete row.isAsked;
  row.asks = (row.asks ?? 0) + 1;
}
