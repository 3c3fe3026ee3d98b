/** A block as it goes out: coded in groups that suit loss and rate, with the repair that the loss will surely need. */
import type { Bytes } from '../../base/bytes.ts';
import type { Context } from '../context.ts';
import { chooseGroupCount } from '../fec/group-size.ts';
import { REPAIR_NUMBERS } from '../wire/data.ts';
import type { GroupCount } from '../wire/poll.ts';
import { KERNEL_BYTES_PER_S, surelyLost } from './coding.ts';
import type { FileOffer } from './file.ts';
import { OpenBlock } from './open-block.ts';

export interface BlockPlan {
  /** For the first time: else it starts anywhere among its repair symbols, which members may have some of. */
  readonly isFresh: boolean;
  /** As DATA names it. */
  readonly epoch: number;
  /** Of the unluckiest member. */
  readonly loss: number;
  readonly bytesPerMs: number;
  /** What decoding may take of a member's core. */
  readonly decodeCoreShare: number;
}

export function makeBlock(
  context: Context,
  offer: FileOffer,
  index: number,
  sealed: Bytes,
  plan: BlockPlan,
): OpenBlock {
  const { symbolBytes } = offer;
  const { isFresh, epoch, loss } = plan;
  const load = {
    bytesPerSecond: plan.bytesPerMs * 1000,
    loss,
    symbolBytes,
    symbolCount: Math.ceil(sealed.length / symbolBytes),
    kernelBytesPerSecond: KERNEL_BYTES_PER_S,
  };
  const groupCount = chooseGroupCount(load, plan.decodeCoreShare) as GroupCount;
  const firstRepair = isFresh ? 0 : context.random.below(REPAIR_NUMBERS);
  const coding = { kernel: context.kernel, transferTag: offer.tag, groupCount, firstRepair, epoch };
  const block = new OpenBlock(index, sealed, symbolBytes, coding, isFresh);
  if (isFresh) block.addProactive((size) => surelyLost(size, loss));
  return block;
}
