/** The states of a transfer and of its members, in words. */
import type { TransferInfo, TransferMember } from '../../contract/api.ts';
import type { WebWords } from '../../words/web.ts';
import { shareDone } from './format.ts';
import { shownName } from './names.ts';

/** The state of the whole transfer, as one line. */
export function transferStateText(transfer: TransferInfo, words: WebWords): string {
  const { own, state, members } = transfer;
  switch (state) {
    case 'asking':
      if (transfer.askedAgain === true) return words.askedAgainBy(shownName(transfer.from.name));
      return own ? words.transferWaitingOwn : words.asking;
    case 'waiting':
      return own ? words.transferWaitingOwn : words.transferWaiting;
    case 'paused':
      return words.transferPaused;
    case 'running':
      if (!own) return words.transferRunning;
      if (transfer.unverified === true) return words.transferSending;
      return members.length === 0 ? words.nobodyYet : verifiedText(transfer, words);
    case 'done':
      if (!own) return transfer.unverified === true ? words.transferUnverified : words.transferDone;
      return members.length === 0 ? words.transferNobody : verifiedText(transfer, words);
    case 'sent':
      return words.transferSent;
    case 'failed':
      return words.transferFailed;
    case 'declined':
      return own ? words.transferNotTaken : words.transferDeclined;
    case 'cancelled':
      return words.transferCancelled;
  }
}

/** How far one member is. */
export function memberStateText(member: TransferMember, size: number, words: WebWords): string {
  switch (member.state) {
    case 'asking':
      return words.memberAsking;
    case 'waiting':
      return words.memberWaiting;
    case 'paused':
      return words.memberPaused;
    case 'running':
      return `${Math.floor(shareDone(member.bytesDone, size) * 100)} %`;
    case 'done':
      return words.memberVerified;
    case 'sent':
      return words.transferSent;
    case 'declined':
      return words.memberDeclined;
    case 'cancelled':
      return words.memberCancelled;
    case 'failed':
      return words.memberFailed;
  }
}

/** What all that its members have of an own file would have cost, sent to each by itself. */
export function unicastBytes({ members }: Pick<TransferInfo, 'members'>): number {
  return members.reduce((sum, { bytesDone }) => sum + bytesDone, 0);
}

/** Who still lacks something stands before who has it all. */
export function undoneFirst(a: TransferMember, b: TransferMember): number {
  return Number(a.state === 'done') - Number(b.state === 'done');
}

/** How long the rest takes at this rate; undefined where nothing moves. */
export function secondsLeft(missingBytes: number, bytesPerSecond: number): number | undefined {
  const seconds = Math.ceil(missingBytes / bytesPerSecond);
  return Number.isFinite(seconds) && seconds < SECONDS_SHOWN_MAX ? seconds : undefined;
}

/** A guess of more than a day is none. */
const SECONDS_SHOWN_MAX = 86_400;

function verifiedText({ members }: TransferInfo, words: WebWords): string {
  const done = members.filter((member) => member.state === 'done').length;
  return words.transferDoneOwn(done, members.length);
}
