/** Signature checks are the costliest thing a stranger can make us do: what they may cost in all is bounded here. */
import type { Bytes } from '../../base/bytes.ts';
import type { RoomId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import {
  RECORD_VERIFIES_BURST,
  RECORD_VERIFIES_PER_S,
  STRANGER_VERIFIES_PER_S,
  VERIFIES_PER_S,
} from '../limits.ts';
import { TokenBucket } from '../reliability/bucket.ts';
import { verifyFrame } from '../wire/signing.ts';
import type { SignedKind } from '../wire/signing.ts';

/** A frame that says it was signed with a key. */
export interface SignedClaim {
  readonly kind: SignedKind;
  readonly room: RoomId;
  readonly publicKey: Bytes;
  readonly datagram: Bytes;
}

export class VerifyBudget {
  private readonly strangers = new TokenBucket(STRANGER_VERIFIES_PER_S / 1000, STRANGER_VERIFIES_PER_S);
  private readonly members = new TokenBucket(VERIFIES_PER_S / 1000, VERIFIES_PER_S);

  private readonly records = new TokenBucket(RECORD_VERIFIES_PER_S / 1000, RECORD_VERIFIES_BURST);

  /** A record of a member, or one that we asked for, whoever wrote it; of others as `take`. */
  takeRecord(now: number, isExpected: boolean): boolean {
    return (isExpected ? this.records : this.strangers).take(now, 1);
  }

  /** `isMember`: the claimed author is in the roster. Strangers have a budget of their own, so that a flood of
   *  invented keys cannot use up what members need. */
  take(now: number, isMember: boolean): boolean {
    return (isMember ? this.members : this.strangers).take(now, 1);
  }

  /** True where the budget allows a look and the signature is good; what is refused is counted. */
  verifies(context: Context, now: number, isMember: boolean, claim: SignedClaim): boolean {
    if (!this.take(now, isMember)) {
      context.count('verify-budget');
      return false;
    }
    const { kind, room, publicKey, datagram } = claim;
    if (verifyFrame(context.crypto, kind, room, publicKey, datagram)) return true;
    context.count('bad-signature');
    return false;
  }
}
