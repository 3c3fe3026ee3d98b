/** Signature checks are the costliest thing a stranger can make us do: what they may cost in all is bounded here. */
import { STRANGER_VERIFIES_PER_S, VERIFIES_PER_S } from '../limits.ts';
import { TokenBucket } from '../reliability/bucket.ts';

export class VerifyBudget {
  private readonly strangers = new TokenBucket(STRANGER_VERIFIES_PER_S / 1000, STRANGER_VERIFIES_PER_S);
  private readonly members = new TokenBucket(VERIFIES_PER_S / 1000, VERIFIES_PER_S);

  /** `isMember`: the claimed author is in the roster. Strangers have a budget of their own, so that a flood of
   *  invented keys cannot use up what members need. */
  take(now: number, isMember: boolean): boolean {
    return (isMember ? this.members : this.strangers).take(now, 1);
  }
}
